import type { Millis } from '@hopcast/protocol'

/** The time of day at the start of every simulation, in milliseconds since the Unix epoch. */
export const wallStartMs = 1_800_000_000_000

interface NodeClockOptions {
  /** What the monotonic clock shows when the simulation starts. */
  offsetMs?: Millis
  /** How much faster than true time it goes, in millionths. */
  driftPpm?: number
  /** How far the wall clock is ahead of true time. */
  wallOffsetMs?: Millis
}

/** The clocks of one node: none is right, and no two go alike. */
export class NodeClock {
  /** May be set, as the clock of a computer may. */
  wallOffsetMs: Millis
  readonly #offsetMs: Millis
  readonly #rate: number

  constructor({ offsetMs = 0, driftPpm = 0, wallOffsetMs = 0 }: NodeClockOptions = {}) {
    this.wallOffsetMs = wallOffsetMs
    this.#offsetMs = offsetMs
    this.#rate = 1 + driftPpm / 1_000_000
  }

  /** What the monotonic clock shows at a time of the simulation. */
  local(at: Millis): Millis {
    return this.#offsetMs + at * this.#rate
  }

  /** What the wall clock shows then, in milliseconds since the Unix epoch. */
  wall(at: Millis): Millis {
    return wallStartMs + at + this.wallOffsetMs
  }

  /** The first time of the simulation at which the monotonic clock shows `local` or more. */
  when(local: Millis): Millis {
    const at = (local - this.#offsetMs) / this.#rate
    // The last bits of the division may fall short of it.
    return this.local(at) >= local ? at : at + 1e-6
  }
}
