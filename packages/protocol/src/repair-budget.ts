/**
 * What a node gives on repair (RFC 1, section "Repair"): a part of what it forwards. Where a link has no room, what it drops is
 * asked for again, and would take the room of what comes next: the more is dropped, the more there would be to send.
 */
import type { Config } from './config.ts'
import type { Millis, PeerId } from './ids.ts'
import { TokenBucket, TokenBuckets } from './token-bucket.ts'

export class RepairBudget {
  readonly #share: number
  readonly #all: TokenBucket
  readonly #each: TokenBuckets

  constructor({ repairShare, repairRate, repairRateInAll }: Config) {
    this.#share = repairShare
    this.#all = new TokenBucket(repairRateInAll, 0)
    this.#each = new TokenBuckets(repairRate)
  }

  /** So many copies of an object were sent to children. */
  earn(copies: number): void {
    this.#all.add(this.#share * copies)
  }

  /** How many of `wanted` objects the neighbour may be given. */
  take(peer: PeerId, wanted: number, now: Millis): number {
    const given = this.#each.takeUpTo(peer, Math.min(wanted, this.#all.left(now)), now)
    return this.#all.takeUpTo(given, now)
  }

  forget(peer: PeerId): void {
    this.#each.forget(peer)
  }
}
