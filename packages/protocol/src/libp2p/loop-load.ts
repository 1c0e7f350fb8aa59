/**
 * How near this process is to what it can do: the share of the time in which its event loop has something to do, looked at now and
 * then. Browsers do not tell; there it is never high.
 */
import type { Millis } from '../ids.ts'

/** Shorter times are rather about what happened to come. */
const lookEveryMs = 250
/** Apart, since what is done about a high load lowers it. */
const highAbove = 0.5
const lowBelow = 0.3

/** Since the start, in ms. */
export interface LoopTime {
  readonly active: Millis
  readonly idle: Millis
}

/** Undefined where the platform does not tell. */
export type ReadLoopTime = () => LoopTime | undefined

const readLoopTime: ReadLoopTime = () =>
  (performance as { eventLoopUtilization?: () => LoopTime }).eventLoopUtilization?.()

export class LoopLoad {
  readonly #read: ReadLoopTime
  #before: LoopTime | undefined
  #lookedAt: Millis = Number.NEGATIVE_INFINITY
  #isHigh = false

  constructor(read: ReadLoopTime = readLoopTime) {
    this.#read = read
  }

  /** @param now as `performance.now()` has it */
  isHigh(now: Millis): boolean {
    if (now - this.#lookedAt < lookEveryMs) return this.#isHigh
    this.#lookedAt = now
    const time = this.#read()
    if (time !== undefined && this.#before !== undefined) {
      const active = time.active - this.#before.active
      const share = active / (active + time.idle - this.#before.idle)
      this.#isHigh = share > (this.#isHigh ? lowBelow : highAbove)
    }
    this.#before = time
    return this.#isHigh
  }
}
