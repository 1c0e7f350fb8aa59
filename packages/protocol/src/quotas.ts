/** How fast a neighbour may make this node work (RFC 1, section "Limits of the table"). */
import type { Config } from './config.ts'
import type { Millis, PeerId } from './ids.ts'
import { TokenBucket } from './token-bucket.ts'

export class Quotas {
  readonly #config: Config
  readonly #neighbours = new Map<PeerId, { rows: TokenBucket; requests: TokenBucket }>()

  constructor(config: Config) {
    this.#config = config
  }

  handleUp(peer: PeerId, now: Millis): void {
    const { rowsRate, seqnoRequestsRate } = this.#config
    const buckets = {
      rows: new TokenBucket(rowsRate, now),
      requests: new TokenBucket(seqnoRequestsRate, now)
    }
    this.#neighbours.set(peer, buckets)
  }

  handleDown(peer: PeerId): void {
    this.#neighbours.delete(peer)
  }

  takeRow(peer: PeerId, now: Millis): boolean {
    return this.#neighbours.get(peer)?.rows.take(now) === true
  }

  takeRequest(peer: PeerId, now: Millis): boolean {
    return this.#neighbours.get(peer)?.requests.take(now) === true
  }
}
