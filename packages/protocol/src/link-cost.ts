/**
 * What a link costs, from the round trips that its beats measure (RFC 1, section "Cost"). Each change is told to the whole
 * network, so the cost in use follows what lasts: worse at once, better after a while, and chance not at all.
 */
import type { Config } from './config.ts'
import type { Micros, Millis } from './ids.ts'

export interface RoundTrip {
  smoothedMs: Millis
  /** Mean deviation of the samples. */
  jitterMs: Millis
}

/** Weights of the newest sample in the smoothed round trip and its deviation, once there are more than that. */
const rttGain = 1 / 8
const jitterGain = 1 / 16
/** A sample that is off by more than so many deviations is out of line. */
const outlierDeviations = 4

export class LinkCost {
  readonly #config: Config
  readonly #since: Millis
  #roundTrip: RoundTrip | undefined
  #samples = 0
  #isSettled = false
  /** The last sample was out of line: one is taken for chance, two are not. */
  #isInDoubt = false
  #costUs: Micros
  /** Since when the link has cost clearly less than what is in use, without a break. */
  #lowerSince: Millis | undefined
  #lowerHoldMs: Millis
  #loweredAt: Millis | undefined

  constructor(config: Config, now: Millis) {
    this.#config = config
    this.#since = now
    this.#costUs = this.#measured({ smoothedMs: config.initialRttMs, jitterMs: 0 })
    this.#lowerHoldMs = config.costHoldMs
  }

  /** Undefined before the first sample. */
  get roundTrip(): Readonly<RoundTrip> | undefined {
    return this.#roundTrip
  }

  get costUs(): Micros {
    return this.#costUs
  }

  /** The last sample was out of line: the next one says what it meant. */
  get isInDoubt(): boolean {
    return this.#isInDoubt
  }

  /** Measured for long enough, and not in doubt. */
  get isAtRest(): boolean {
    return this.#isSettled && !this.#isInDoubt
  }

  /** Returns whether the cost in use has changed. */
  handleSample(sampleMs: Millis, now: Millis): boolean {
    const before = this.#costUs
    this.#roundTrip = this.#next(sampleMs)
    this.#follow(this.#measured(this.#roundTrip), now)
    return this.#costUs !== before
  }

  #follow(costUs: Micros, now: Millis): void {
    const { costChangeMin, costChangeMinMs } = this.#config
    const marginUs = Math.max(costChangeMin * this.#costUs, toMicros(costChangeMinMs))
    // What is first in use for long is as exact as can be had.
    if (this.#samples === 1 || this.#hasJustSettled(now)) this.#costUs = costUs
    else if (costUs >= this.#costUs + marginUs) this.#raise(costUs, now)
    else if (costUs > this.#costUs - marginUs) this.#lowerSince = undefined
    else if (!this.#isSettled) this.#costUs = costUs
    else this.#lowerIfItLasts(costUs, now)
  }

  #hasJustSettled(now: Millis): boolean {
    if (this.#isSettled || this.#isInDoubt || now - this.#since < this.#config.linkSettleMs) return false
    this.#isSettled = true
    return true
  }

  #raise(costUs: Micros, now: Millis): void {
    const { costHoldMs, costHoldLongestMs } = this.#config
    // It was lowered too soon: the next time it takes longer.
    if (this.#loweredAt !== undefined) {
      const isRestless = now - this.#loweredAt < costHoldLongestMs
      this.#lowerHoldMs = isRestless ? Math.min(2 * this.#lowerHoldMs, costHoldLongestMs) : costHoldMs
      this.#loweredAt = undefined
    }
    this.#costUs = costUs
    this.#lowerSince = undefined
  }

  #lowerIfItLasts(costUs: Micros, now: Millis): void {
    this.#lowerSince ??= now
    if (now - this.#lowerSince < this.#lowerHoldMs) return
    this.#costUs = costUs
    this.#lowerSince = undefined
    this.#loweredAt = now
  }

  #next(sampleMs: Millis): RoundTrip {
    this.#samples++
    if (this.#roundTrip === undefined) return { smoothedMs: sampleMs, jitterMs: 0 }
    const { smoothedMs, jitterMs } = this.#roundTrip
    const lineMs = Math.max(outlierDeviations * jitterMs, this.#config.rttOutlierMinMs)
    const deviation = Math.abs(sampleMs - smoothedMs)
    const isOutlier = deviation > lineMs
    const isChance = isOutlier && !this.#isInDoubt
    this.#isInDoubt = isChance
    // The delay itself has changed: there is nothing to smooth.
    if (isOutlier && !isChance) return { smoothedMs: sampleMs, jitterMs }
    const gain = (least: number) => Math.max(least, 1 / this.#samples)
    return {
      smoothedMs: isChance ? smoothedMs : smoothedMs + gain(rttGain) * (sampleMs - smoothedMs),
      // Where chance is the rule, the line moves outwards until it is in it.
      jitterMs: jitterMs + gain(jitterGain) * (Math.min(deviation, lineMs) - jitterMs)
    }
  }

  /** What the data's way over this link takes; streams are reliable, so loss shows as jitter. */
  #measured({ smoothedMs, jitterMs }: RoundTrip): Micros {
    return Math.max(1, toMicros(smoothedMs / 2 + 2 * jitterMs + this.#config.linkBaseCostMs))
  }
}

function toMicros(ms: Millis): Micros {
  return Math.round(ms * 1_000)
}
