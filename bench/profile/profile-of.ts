import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CpuProfile } from './layers.ts'

/** What a process that has ended has written to `folder`; undefined when it has not. */
export function profileOf(folder: string, pid: number): CpuProfile | undefined {
  const file = readdirSync(folder).find(name => name.includes(`.${pid}.`) && name.endsWith('.cpuprofile'))
  return file === undefined ? undefined : (JSON.parse(readFileSync(join(folder, file), 'utf8')) as CpuProfile)
}
