/** The processor time that processes have used, from Linux. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

let ticksPerSecond: number | undefined

/**
 * User and system time of all threads of a process since it began, in microseconds; as fine as the system's clock tick,
 * mostly 10 ms.
 *
 * @throws when there is no such process, or no /proc
 */
export function processorTimeUs(pid: number): number {
  ticksPerSecond ??= Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))
  return (ticksOf(readFileSync(`/proc/${pid}/stat`, 'utf8')) * 1_000_000) / ticksPerSecond
}

/** The sum of utime and stime, fields 14 and 15 in proc(5). The program's name before them may contain anything. */
export function ticksOf(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return Number(fields[11]) + Number(fields[12])
}
