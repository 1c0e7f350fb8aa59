import type { Millis } from '@hopcast/protocol'
import { EventQueue } from './event-queue.ts'

/** So many events without time going on are messages that go in circles. */
const eventsPerInstantMax = 100_000

/** A run that broke an invariant, with what it takes to see it again. */
class SimulationError extends Error {
  override readonly name = 'SimulationError'
}

/** Virtual time: it goes on from event to event, and nothing takes any. */
export class Clock {
  now: Millis = 0
  readonly #queue = new EventQueue<() => void>()
  /** How to repeat the run, in words. */
  readonly #replay: string
  #eventsAtNow = 0

  constructor(replay: string) {
    this.#replay = replay
  }

  /** Calls `action` at the time `at`, after what was planned for then before. */
  plan(at: Millis, action: () => void): void {
    this.#queue.add(at, action)
  }

  run(ms: Millis): void {
    const until = this.now + ms
    for (;;) {
      const at = this.#queue.nextAt
      if (at === undefined || at > until) break
      this.#eventsAtNow = at > this.now ? 0 : this.#eventsAtNow + 1
      this.now = at
      if (this.#eventsAtNow > eventsPerInstantMax) this.fail(new Error('messages go round without end'))
      this.guarded(this.#queue.take() as () => void)
    }
    this.now = until
  }

  /** Calls `action`; what it throws is given the time and the seed. */
  guarded(action: () => void): void {
    try {
      action()
    } catch (error) {
      this.fail(error)
    }
  }

  /** @throws SimulationError which says when it happened, and how to see it again */
  fail(error: unknown): never {
    if (error instanceof SimulationError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new SimulationError(`${reason}\n  at ${this.now.toFixed(3)} ms of ${this.#replay}`, {
      cause: error
    })
  }
}
