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
    const { burst, perSecond } = this.#rate
    this.#tokens = Math.min(burst, this.#tokens + ((now - this.#at) * perSecond) / 1_000)
    this.#at = now
    if (this.#tokens < 1) return false
    this.#tokens--
    return true
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
    const bucket = this.#buckets.get(of) ?? new TokenBucket(this.#rate, now)
    this.#buckets.set(of, bucket)
    return bucket.take(now)
  }

  forget(of: Of): void {
    this.#buckets.delete(of)
  }
}
