/**
 * What a node gives on repair (RFC 1, section "Repair"): a part of what it forwards. Where a link has no room, what it drops is
 * asked for again, and would take the room of what comes next: the more is dropped, the more there would be to send.
 */
import type { Config } from './config.ts'
import type { Millis, PeerId } from './ids.ts'
import { TokenBucket, TokenBuckets } from './token-bucket.ts'
import type { ObjectFrame } from './wire/messages.ts'

export class RepairBudget {
  readonly #unitBytes: number
  readonly #share: number
  /** For anyone. */
  readonly #all: TokenBucket
  /** For children: who takes nothing from here cannot use it up. */
  readonly #earned: TokenBucket
  readonly #each: TokenBuckets

  constructor({ repairUnitBytes, repairShare, repairRate, repairRateInAll }: Config) {
    this.#unitBytes = repairUnitBytes
    this.#share = repairShare
    this.#all = new TokenBucket(repairRateInAll, 0)
    this.#earned = new TokenBucket({ burst: repairRateInAll.burst, perSecond: 0 }, 0)
    this.#each = new TokenBuckets(repairRate)
  }

  /** So many copies of an object were sent to children. */
  earn(object: ObjectFrame, copies: number): void {
    this.#earned.add(this.#share * copies * this.#units(object))
  }

  /**
   * What the neighbour may be given, the newest first, in the order in which it came; `isChild`: it has the stream from here.
   *
   * @param newestFirst is asked for one more than that, at most
   */
  take(peer: PeerId, newestFirst: Iterable<ObjectFrame>, isChild: boolean, now: Millis): ObjectFrame[] {
    const inAll = this.#all.left(now) + (isChild ? this.#earned.left(now) : 0)
    const left = Math.min(inAll, this.#each.left(peer, now))
    let units = 0
    const given: ObjectFrame[] = []
    for (const object of newestFirst) {
      const more = this.#units(object)
      if (units + more > left) break
      units += more
      given.push(object)
    }
    this.#each.takeUpTo(peer, units, now)
    const earned = isChild ? this.#earned.takeUpTo(units, now) : 0
    this.#all.takeUpTo(units - earned, now)
    return given.reverse()
  }

  #units({ bytes }: ObjectFrame): number {
    return Math.max(1, Math.floor(bytes.length / this.#unitBytes))
  }

  forget(peer: PeerId): void {
    this.#each.forget(peer)
  }
}
