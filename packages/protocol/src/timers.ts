import type { Millis } from './ids.ts'

/** Every timer of the core. A timer is a slot with an absolute time; setting it again moves it. */
export type Timer =
  /** The next round of beats, and the look at who has fallen silent. */
  | 'beat'
  /** The changed metrics that wait for company. */
  | 'sync'
  /** A newer seqno of this node's own was asked for sooner than it may be given. */
  | 'seqno'
  /** The next SEQNO_REQ of a starved node, and the clearing of origins that nobody tells of any more. */
  | 'origins'
  /** The next round of DIGEST. */
  | 'digest'
  /** A neighbour has been better than the next hop for long enough. */
  | 'switches'
  /** The end of penalties and bars: who was avoided is a choice again. */
  | 'penalties'
  /** The next round of SUBs for streams that nobody gives. */
  | 'subscriptions'
  /** The end of the time that a neighbour has which was asked for a stream. */
  | 'moves'
  /** The next NACK for what is missing. */
  | 'repair'
  /** The look at streams that have fallen silent. */
  | 'silence'
  /** The next own announcement, and the clearing of expired ones. */
  | 'announcements'
  /** The next PEERS, dial, or try of another neighbour. */
  | 'peers'
  /** The next query for a channel that is looked for, and the end of neighbours' interest in others. */
  | 'queries'
  /** Streams that were withdrawn, and whose last object may still come. */
  | 'endings'

export class Timers {
  readonly #slots = new Map<Timer, Millis>()
  /** The earliest slot, Infinity without any: asked for after each call of the core, few of which move it. */
  #earliest = Number.POSITIVE_INFINITY
  #isEarliestKnown = true

  set(timer: Timer, at: Millis): void {
    const before = this.#slots.get(timer)
    this.#slots.set(timer, at)
    if (at <= this.#earliest) this.#earliest = at
    else if (before === this.#earliest) this.#isEarliestKnown = false
  }

  /** Sets the timer unless it is set for an earlier time already. */
  setBy(timer: Timer, at: Millis): void {
    const current = this.#slots.get(timer)
    if (current === undefined || at < current) this.set(timer, at)
  }

  clear(timer: Timer): void {
    if (this.#slots.get(timer) === this.#earliest) this.#isEarliestKnown = false
    this.#slots.delete(timer)
  }

  isSet(timer: Timer): boolean {
    return this.#slots.has(timer)
  }

  /** When it is due; undefined when it is not set. */
  at(timer: Timer): Millis | undefined {
    return this.#slots.get(timer)
  }

  /** The earliest slot, if there is one. */
  next(): Millis | undefined {
    if (!this.#isEarliestKnown) {
      this.#earliest = Math.min(...this.#slots.values())
      this.#isEarliestKnown = true
    }
    return this.#slots.size === 0 ? undefined : this.#earliest
  }

  /** Clears and returns what is due at `now`, the earliest first, equal times in the order they were first set. */
  takeDue(now: Millis): Timer[] {
    const due = [...this.#slots].filter(([, at]) => at <= now).sort(([, a], [, b]) => a - b)
    for (const [timer] of due) this.clear(timer)
    return due.map(([timer]) => timer)
  }
}
