/** Counts messages between two orders. */
import type { Count } from './plan.ts'
import { nowMs } from './stamp.ts'

/** Latencies of more are not kept: enough for any quantile. */
const latenciesMax = 1_000_000

export class Tally {
  /** Made once: to make it for each count would be garbage, whose collection stops what is measured. */
  readonly #latencies: Float64Array
  #begunMs = 0
  messages = 0

  /** @param isTimed whether latencies are wanted, too */
  constructor(isTimed: boolean) {
    this.#latencies = new Float64Array(isTimed ? latenciesMax : 0)
  }

  add(sentMs: () => number): void {
    if (this.messages < this.#latencies.length) this.#latencies[this.messages] = nowMs() - sentMs()
    this.messages++
  }

  begin(): void {
    this.messages = 0
    this.#begunMs = nowMs()
  }

  /** What there was since `begin`. */
  end(): Count {
    const { messages } = this
    // Orders reach a busy process late, the first and the last not equally: what counts is how many came in its own time.
    return { messages, elapsedMs: nowMs() - this.#begunMs, latenciesMs: this.#latencies.slice(0, messages) }
  }
}
