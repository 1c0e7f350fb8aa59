/** What a node's uplink carries, and whether there is room for more (RFC 1, section "Capacity"). */
import type { Config } from './config.ts'
import type { RelayLookups } from './relay-event.ts'
import { type Rate, type Stream, takersOf } from './streams.ts'

/** Taken for the rate of a stream that has not been measured: voice of 64 kbit/s in 50 objects a second, on the wire. */
const unknownBps = 100_000

export class Uplink {
  readonly #limitBps: number
  readonly #measured: RelayLookups['rate']
  /** As measured last, and what was taken on since. */
  #usedBps = 0
  /** Of the stream that costs most per child: there is room while one more of those fits. */
  #largestBps = 0

  constructor({ uplinkBps }: Config, measured: RelayLookups['rate']) {
    this.#limitBps = uplinkBps === 0 ? Number.POSITIVE_INFINITY : uplinkBps
    this.#measured = measured
  }

  /** Nobody should ask here for anything that this node carries already. */
  get isFull(): boolean {
    return this.#usedBps + this.#largestBps > this.#limitBps
  }

  hasRoomFor(stream: Stream | undefined): boolean {
    return this.#usedBps + this.#neededBps(stream) <= this.#limitBps
  }

  take(stream: Stream): void {
    this.#usedBps += this.#bps(stream)
  }

  /** The rate of a stream that has not been measured, as told by its parent or its application. Returns whether its children are too many now. */
  learn(stream: Stream, rate: Rate): boolean {
    const before = this.#bps(stream)
    // It may pause, and what comes after the pause is meant.
    const least = (bps: number) => Math.max(bps, unknownBps)
    stream.rate = { meanBps: least(rate.meanBps), peakBps: least(rate.peakBps) }
    this.#usedBps += takersOf(stream) * (this.#bps(stream) - before)
    return this.#usedBps > this.#limitBps
  }

  /** Measures anew. Returns the streams that have a child too many, one entry per child, the costliest first. */
  measure(streams: Iterable<Stream>): Stream[] {
    this.#usedBps = 0
    this.#largestBps = 0
    const fed: Stream[] = []
    for (const stream of streams) {
      stream.rate = this.#measured(stream.id) ?? stream.rate
      if (takersOf(stream) === 0) continue
      this.#usedBps += takersOf(stream) * this.#bps(stream)
      this.#largestBps = Math.max(this.#largestBps, this.#bps(stream))
      fed.push(stream)
    }
    const surplus: Stream[] = []
    if (this.#usedBps <= this.#limitBps) return surplus
    fed.sort((a, b) => this.#bps(b) - this.#bps(a))
    for (const stream of fed) {
      for (let n = 0; n < takersOf(stream) && this.#usedBps > this.#limitBps; n++) {
        surplus.push(stream)
        this.#usedBps -= this.#bps(stream)
      }
    }
    return surplus
  }

  /** What a new child needs. Where a peak does not fit at all, those below would have each key frame too late. */
  #neededBps(stream: Stream | undefined): number {
    const peakBps = stream?.rate?.peakBps ?? 0
    return peakBps > this.#limitBps ? peakBps : this.#bps(stream)
  }

  /** What a child takes. A peak takes half of the uplink at most: trees of nodes that feed one each are chains. */
  #bps(stream: Stream | undefined): number {
    if (stream?.rate === undefined) return unknownBps
    const { meanBps, peakBps } = stream.rate
    return Math.max(meanBps, Math.min(peakBps, this.#limitBps / 2))
  }
}
