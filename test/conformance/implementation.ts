/** Loads the core under test. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Overlay } from '@hopcast/protocol'
import { UsageError } from './command-line.ts'
import type { Implementation } from './tested-core.ts'

/**
 * @param path a module that exports `createOverlay`, and maybe `createQueue`, relative to where the command was typed; undefined: our own core
 * @throws UsageError when there is none, or it cannot be loaded
 */
export async function loadImplementation(path: string | undefined): Promise<Implementation> {
  if (path === undefined) return { createOverlay: options => new Overlay(options) }
  // npm runs scripts in the project's folder, and says where it was called.
  const file = resolve(process.env.INIT_CWD ?? process.cwd(), path)
  const module = await load(file, path)
  const { createOverlay, createQueue } = module
  if (typeof createOverlay !== 'function') {
    throw new UsageError(`${path} exports no function createOverlay(options)`)
  }
  if (createQueue !== undefined && typeof createQueue !== 'function') {
    throw new UsageError(`${path} exports a createQueue that is no function (config, dropped)`)
  }
  return { createOverlay, ...(createQueue && { createQueue }) } as Implementation
}

async function load(file: string, path: string): Promise<Record<string, unknown>> {
  if (!existsSync(file)) throw new UsageError(`${path} cannot be loaded: there is no such file`)
  try {
    return await import(pathToFileURL(file).href)
  } catch (error) {
    const [line] = error instanceof Error ? error.message.split('\n') : []
    throw new UsageError(`${path} cannot be loaded: ${line}`)
  }
}
