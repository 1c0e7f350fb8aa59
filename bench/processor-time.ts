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
  ticksPerSecond ??= tickRate()
  return (ticksOf(readFileSync(`/proc/${pid}/stat`, 'utf8')) * 1_000_000) / ticksPerSecond
}

/** How long something was to run on this machine's processors while its host ran something else, in microseconds since it began. */
export function stolenTimeUs(): number {
  ticksPerSecond ??= tickRate()
  return (stolenTicksOf(readFileSync('/proc/stat', 'utf8')) * 1_000_000) / ticksPerSecond
}

function tickRate(): number {
  return Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))
}

/** The eighth number of the first line in proc(5). */
export function stolenTicksOf(stat: string): number {
  return Number(/^cpu +(?:\d+ ){7}(\d+)/.exec(stat)?.[1] ?? 0)
}

/** The sum of utime and stime, fields 14 and 15 in proc(5). The program's name before them may contain anything. */
export function ticksOf(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return Number(fields[11]) + Number(fields[12])
}
