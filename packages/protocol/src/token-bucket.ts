/** How much a neighbour may ask of this node. */
import type { Millis, PeerId } from './ids.ts'

export interface Rate {
  /** Tokens that may be taken at once. */
  burst: number
  perSecond: number
}

/** A rate with room for bursts. */
export class TokenBucket {
  readonly #rate: Rate
  #tokens: number
  #at: Millis

  constructor(rate: Rate, now: Millis) {
    this.#rate = rate
    this.#tokens = rate.burst
    this.#at = now
  }

  /** False, and nothing taken, when there is none left. */
  take(now: Millis): boolean {
    return this.takeUpTo(1, now) === 1
  }

  /** How many were left, of those wanted. */
  takeUpTo(wanted: number, now: Millis): number {
    const taken = Math.min(wanted, this.left(now))
    this.#tokens -= taken
    return taken
  }

  left(now: Millis): number {
    this.add(((now - this.#at) * this.#rate.perSecond) / 1_000)
    this.#at = now
    return Math.floor(this.#tokens)
  }

  /** Beside what time adds. */
  add(tokens: number): void {
    this.#tokens = Math.min(this.#rate.burst, this.#tokens + tokens)
  }
}

/** A bucket of each neighbour, or source, full at first. */
export class TokenBuckets<Of extends string = PeerId> {
  readonly #rate: Rate
  readonly #buckets = new Map<Of, TokenBucket>()

  constructor(rate: Rate) {
    this.#rate = rate
  }

  take(of: Of, now: Millis): boolean {
    return this.takeUpTo(of, 1, now) === 1
  }

  takeUpTo(of: Of, wanted: number, now: Millis): number {
    return this.#bucket(of, now).takeUpTo(wanted, now)
  }

  left(of: Of, now: Millis): number {
    return this.#bucket(of, now).left(now)
  }

  #bucket(of: Of, now: Millis): TokenBucket {
    const bucket = this.#buckets.get(of) ?? new TokenBucket(this.#rate, now)
    this.#buckets.set(of, bucket)
    return bucket
  }

  forget(of: Of): void {
    this.#buckets.delete(of)
  }
}
