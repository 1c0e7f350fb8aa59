/**
 * How much later than the luckiest frame the frames of a stream arrive: what a jitter buffer has to wait.
 *
 * A frame's transit is its arrival minus its timestamp. The two clocks have nothing in common, so one transit says
 * nothing, but the difference of two is the difference of their delays in the network (RFC 3550, section 6.4.1, uses
 * just that). The smallest transit of the last 30 s stands for the network at its best; a frame's lateness is its
 * transit above it. As both windows slide, clocks that drift apart do no harm: 200 ppm are 6 ms in 30 s.
 */

/** The window that makes the wanted delay rise quickly: 2 s. */
const recentFrames = 100
/** The window that makes it fall slowly: 30 s. */
const longFrames = 1500
/**
 * Of the recent frames, 3 % may be late before the wanted delay rises. The long window forgives 2 %, so that a single
 * stall of half a second in its 30 s costs delay for two seconds only.
 */
const recentQuantile = 0.97
const longQuantile = 0.98
/** The long window is sorted anew once in so many frames. */
const longEvery = 25

export class ArrivalLateness {
  readonly #recent = new SlidingWindow(recentFrames)
  readonly #long = new SlidingWindow(longFrames)
  #observed = 0
  #best = Number.POSITIVE_INFINITY
  #wanted = 0
  #longTransit = Number.NEGATIVE_INFINITY
  /** The luckiest frame of a backlog, which the windows have not seen yet. */
  #backlogBest: number | undefined

  /** The transit of the luckiest frame, milliseconds; infinite before the first. */
  get bestTransitMs(): number {
    return this.#best
  }

  /** How many frames have been observed, up to the longer window's length. */
  get frames(): number {
    return this.#long.length
  }

  /** The delay above the best transit with which nearly all frames would be in time, milliseconds. */
  get wantedMs(): number {
    return this.#wanted
  }

  observe(transitMs: number): void {
    if (this.#backlogBest !== undefined) this.#add(this.#backlogBest)
    this.#backlogBest = undefined
    this.#add(transitMs)
    this.#best = Math.min(this.#best, transitMs)
    if (this.#observed++ % longEvery === 0) {
      this.#best = this.#long.quantile(0)
      this.#longTransit = this.#long.quantile(longQuantile)
    }
    this.#wanted = Math.max(this.#recent.quantile(recentQuantile), this.#longTransit) - this.#best
  }

  /** For a frame of a backlog, whose lateness is no jitter: only the luckiest one of them counts. */
  observeBacklog(transitMs: number): void {
    this.#best = Math.min(this.#best, transitMs)
    this.#backlogBest = Math.min(this.#backlogBest ?? transitMs, transitMs)
  }

  reset(): void {
    this.#recent.clear()
    this.#long.clear()
    this.#observed = 0
    this.#best = Number.POSITIVE_INFINITY
    this.#wanted = 0
    this.#longTransit = Number.NEGATIVE_INFINITY
    this.#backlogBest = undefined
  }

  #add(transitMs: number): void {
    this.#recent.add(transitMs)
    this.#long.add(transitMs)
  }
}

/** The last `capacity` numbers. */
class SlidingWindow {
  readonly #values: Float64Array
  #added = 0

  constructor(capacity: number) {
    this.#values = new Float64Array(capacity)
  }

  get length(): number {
    return Math.min(this.#added, this.#values.length)
  }

  add(value: number): void {
    this.#values[this.#added++ % this.#values.length] = value
  }

  /** The smallest value that at least `quantile` of the values do not exceed. */
  quantile(quantile: number): number {
    const sorted = this.#values.slice(0, this.length).sort()
    return sorted[Math.max(0, Math.ceil(quantile * sorted.length) - 1)] as number
  }

  clear(): void {
    this.#added = 0
  }
}
