/**
 * What a node gives on repair (RFC 1, section "Repair"): a part of what it forwards. Where a link has no room, what it drops is
 * asked for again, and would take the room of what comes next: the more is dropped, the more there would be to send.
 */
import type { Config } from './config.ts'
import type { Millis, PeerId } from './ids.ts'
import { TokenBucket, TokenBuckets } from './token-bucket.ts'

export class RepairBudget {
  readonly #share: number
  /** For anyone. */
  readonly #all: TokenBucket
  /** For children: who takes nothing from here cannot use it up. */
  readonly #earned: TokenBucket
  readonly #each: TokenBuckets

  constructor({ repairShare, repairRate, repairRateInAll }: Config) {
    this.#share = repairShare
    this.#all = new TokenBucket(repairRateInAll, 0)
    this.#earned = new TokenBucket({ burst: repairRateInAll.burst, perSecond: 0 }, 0)
    this.#each = new TokenBuckets(repairRate)
  }

  /** So many copies of an object were sent to children. */
  earn(copies: number): void {
    this.#earned.add(this.#share * copies)
  }

  /** How many of `wanted` objects the neighbour may be given; `isChild`: it has the stream from here. */
  take(peer: PeerId, wanted: number, isChild: boolean, now: Millis): number {
    const left = this.#all.left(now) + (isChild ? this.#earned.left(now) : 0)
    const given = this.#each.takeUpTo(peer, Math.min(wanted, left), now)
    const earned = isChild ? this.#earned.takeUpTo(given, now) : 0
    this.#all.takeUpTo(given - earned, now)
    return given
  }

  forget(peer: PeerId): void {
    this.#each.forget(peer)
  }
}
