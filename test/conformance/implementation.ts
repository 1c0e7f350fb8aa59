/** Loads the core under test. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Overlay } from '@hopcast/protocol'
import { UsageError } from './command-line.ts'
import type { CreateOverlay } from './tested-core.ts'

/**
 * @param path a module that exports `createOverlay`, relative to where the command was typed; undefined: our own core
 * @throws UsageError when there is none, or it cannot be loaded
 */
export async function loadImplementation(path: string | undefined): Promise<CreateOverlay> {
  if (path === undefined) return options => new Overlay(options)
  // npm runs scripts in the project's folder, and says where it was called.
  const file = resolve(process.env.INIT_CWD ?? process.cwd(), path)
  const module = await load(file, path)
  if (typeof module.createOverlay !== 'function') {
    throw new UsageError(`${path} exports no function createOverlay(options)`)
  }
  return module.createOverlay as CreateOverlay
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
