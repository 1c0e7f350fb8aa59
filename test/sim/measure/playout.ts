/** A listener: when its first object came, its pauses, and what a playout buffer would have had to leave out. */
import type { Millis } from '@hopcast/protocol'
import type { Reception, Run } from '../node.ts'
import type { ReceptionObserver } from '../observer.ts'

/** An object that comes this much later than the quickest one of its listener is too late to be played. */
const playoutBufferMs = 500
/** What was written so shortly before the end may still be on its way. */
const underwayMs = 3_000

export interface PlayoutListener {
  onFirst(playout: Playout, run: Run, tookMs: Millis): void
  onDelay(delayMs: Millis): void
  onClosed(playout: Playout): void
}

export interface Account {
  expected: number
  delivered: number
  /** Too late, or never. */
  unplayed: number
}

export class Playout implements ReceptionObserver {
  readonly reception: Reception
  readonly subscribedAt: Millis
  closedAt: Millis | undefined
  /** The run that it was given last. */
  run: Run | undefined
  /** Since the last `watch`. */
  #longestPauseMs = 0
  #lastAt: Millis | undefined
  #quickestMs = Number.POSITIVE_INFINITY
  #late = 0
  /** Objects written before it do not count. */
  #countedFrom: Millis
  readonly #listener: PlayoutListener

  constructor(reception: Reception, at: Millis, listener: PlayoutListener) {
    this.reception = reception
    this.subscribedAt = at
    this.#countedFrom = at
    this.#listener = listener
  }

  onObject(run: Run, _seq: number, delayMs: Millis, at: Millis): void {
    if (this.#lastAt === undefined) this.#listener.onFirst(this, run, at - this.subscribedAt)
    else if (at - this.#lastAt > this.#longestPauseMs) this.#longestPauseMs = at - this.#lastAt
    this.#lastAt = at
    this.run = run
    if (delayMs < this.#quickestMs) this.#quickestMs = delayMs
    this.#listener.onDelay(delayMs)
    if (at - delayMs < this.#countedFrom) return
    if (delayMs > this.#quickestMs + playoutBufferMs) this.#late++
  }

  onClosed(at: Millis): void {
    this.closedAt = at
    this.#listener.onClosed(this)
  }

  get isFed(): boolean {
    return this.#lastAt !== undefined
  }

  /** How long ago the last object came; 0 before the first. */
  silentMs(now: Millis): Millis {
    return now - (this.#lastAt ?? now)
  }

  /** Counts from now on. */
  startCounting(at: Millis): void {
    this.#countedFrom = at
    this.#late = 0
  }

  /** Looks for pauses from now on. */
  watch(): void {
    this.#longestPauseMs = 0
  }

  /** The longest time without an object since `watch`; one that goes on counts as well. */
  longestPauseMs(now: Millis): Millis {
    return Math.max(this.#longestPauseMs, this.silentMs(now))
  }

  /**
   * Every object between its first one and the end should have come; and all since it counts, if it had none at all.
   *
   * @param runs that there are, for who was never given one
   */
  account(end: Millis, runs: Iterable<Run>): Account {
    const total: Account = { expected: 0, delivered: 0, unplayed: this.#late }
    const run = this.run ?? this.#missed(runs)
    // Only the run that goes on: one that was left for another may have been left in the middle.
    const written = [...(run?.writtenAt.values() ?? [])]
    for (const [i, stream] of (run?.streams ?? []).entries()) {
      const seen = this.reception.seen.get(stream)
      const writtenAt = written[i] ?? []
      const from = Math.max(seen?.least ?? 0, firstFrom(writtenAt, this.#countedFrom))
      const to = firstFrom(writtenAt, (this.closedAt ?? end) - underwayMs) - 1
      if (to < from) continue
      const delivered = seen?.count(from, to) ?? 0
      total.expected += to - from + 1
      total.delivered += delivered
      total.unplayed += to - from + 1 - delivered
    }
    return total
  }

  /** A run of its channel, while it has had nothing of any. */
  #missed(runs: Iterable<Run>): Run | undefined {
    for (const run of runs) if (run.channel === this.reception.channel && run.live) return run
    return undefined
  }
}

/** The index of the first that is at `at` or later (binary search). */
function firstFrom(times: readonly Millis[], at: Millis): number {
  let from = 0
  let to = times.length
  while (from < to) {
    const middle = (from + to) >> 1
    if ((times[middle] as Millis) < at) from = middle + 1
    else to = middle
  }
  return from
}
