/** What a node's uplink carries, and whether there is room for more (RFC 1, section "Capacity"). */
import type { Config } from './config.ts'
import type { RelayLookups } from './relay-event.ts'
import type { Stream } from './streams.ts'

/** Taken for the rate of a stream that has not been measured: voice of 64 kbit/s in 50 objects a second, on the wire. */
const unknownBps = 100_000

export type Rates = Pick<RelayLookups, 'rateBps' | 'peakBps'>

export class Uplink {
  readonly #limitBps: number
  readonly #rates: Rates
  /** As measured last, and what was taken on since. */
  #usedBps = 0
  /** Of the stream that costs most per child: there is room while one more of those fits. */
  #largestBps = 0

  constructor({ uplinkBps }: Config, rates: Rates) {
    this.#limitBps = uplinkBps === 0 ? Number.POSITIVE_INFINITY : uplinkBps
    this.#rates = rates
  }

  /** Nobody should ask here for anything that this node carries already. */
  get isFull(): boolean {
    return this.#usedBps + this.#largestBps > this.#limitBps
  }

  hasRoomFor(stream: Stream | undefined): boolean {
    return this.#usedBps + this.#bps(stream) <= this.#limitBps
  }

  take(stream: Stream): void {
    this.#usedBps += this.#bps(stream)
  }

  /** Measures anew. Returns the streams that have a child too many, one entry per child, the costliest first. */
  measure(streams: Iterable<Stream>): Stream[] {
    this.#usedBps = 0
    this.#largestBps = 0
    const fed = [...streams].filter(stream => stream.children.size > 0)
    for (const stream of fed) {
      this.#usedBps += stream.children.size * this.#bps(stream)
      this.#largestBps = Math.max(this.#largestBps, this.#bps(stream))
    }
    const surplus: Stream[] = []
    if (this.#usedBps <= this.#limitBps) return surplus
    fed.sort((a, b) => this.#bps(b) - this.#bps(a))
    for (const stream of fed) {
      for (let n = 0; n < stream.children.size && this.#usedBps > this.#limitBps; n++) {
        surplus.push(stream)
        this.#usedBps -= this.#bps(stream)
      }
    }
    return surplus
  }

  /** What a child takes. A peak takes half of the uplink at most: trees of nodes that feed one each are chains. */
  #bps(stream: Stream | undefined): number {
    const bps = stream === undefined ? 0 : this.#rates.rateBps(stream.id)
    if (stream === undefined || bps === 0) return unknownBps
    return Math.max(bps, Math.min(this.#rates.peakBps(stream.id), this.#limitBps / 2))
  }
}
