import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { SourceMap, type SourceMapPayload } from 'node:module'
import { join } from 'node:path'
import type { CallFrame, CpuProfile } from './layers.ts'

/** What a process that has ended has written to `folder`; undefined when it has not. Its files are the sources. */
export function profileOf(folder: string, pid: number): CpuProfile | undefined {
  const file = readdirSync(folder).find(name => name.includes(`.${pid}.`) && name.endsWith('.cpuprofile'))
  if (file === undefined) return undefined
  const profile: CpuProfile = JSON.parse(readFileSync(join(folder, file), 'utf8'))
  const sources = new Sources()
  for (const { callFrame } of profile.nodes) callFrame.url = sources.of(callFrame)
  return profile
}

/** Which source each function of a built file comes from: the program's files are put together of many. */
class Sources {
  /** By the built file's URL; undefined where there is no map beside it. */
  readonly #maps = new Map<string, SourceMap | undefined>()

  of({ url, lineNumber, columnNumber }: CallFrame): string {
    const entry = this.#mapOf(url)?.findEntry(lineNumber, columnNumber)
    return entry !== undefined && 'originalSource' in entry ? new URL(entry.originalSource, url).href : url
  }

  #mapOf(url: string): SourceMap | undefined {
    if (!url.startsWith('file:')) return undefined
    if (!this.#maps.has(url)) this.#maps.set(url, readMap(new URL(`${url}.map`)))
    return this.#maps.get(url)
  }
}

function readMap(file: URL): SourceMap | undefined {
  if (!existsSync(file)) return undefined
  const payload: SourceMapPayload = JSON.parse(readFileSync(file, 'utf8'))
  return new SourceMap(payload)
}
