/** Runs the core: tells it what happens, and when; has what it decides done, in its order; and wakes it at its next deadline. */
import type { Input, Output } from '../contract.ts'
import type { Millis } from '../ids.ts'
import type { Overlay } from '../overlay.ts'
import { Alarm } from './alarm.ts'

export class CoreLoop {
  readonly #overlay: Overlay
  readonly #do: (output: Output, now: Millis) => void
  /** What the core said and is still to be done. */
  readonly #outputs: Output[] = []
  #isDoing = false
  readonly #alarm = new Alarm(() => this.handle({ type: 'timeout' }))
  #started = false

  /** @param act does one output; `now` is when the input came, in the time of `performance.now()` */
  constructor(overlay: Overlay, act: (output: Output, now: Millis) => void) {
    this.#overlay = overlay
    this.#do = act
  }

  start(): void {
    this.#started = true
    this.#setAlarm()
  }

  /** The core is not woken any more. What still happens is handed to it. */
  stop(): void {
    this.#started = false
    this.#setAlarm()
  }

  handle(input: Input): void {
    const now = performance.now()
    for (const output of this.#overlay.handle(input, now)) this.#outputs.push(output)
    // After the input, which may be the sign of life that the timeout would have missed.
    if (this.#alarm.isOverdue(now)) {
      for (const output of this.#overlay.handle({ type: 'timeout' }, now)) this.#outputs.push(output)
    }
    // Doing one may bring the next input, as when a link breaks: what it leads to must not overtake what came before.
    try {
      if (!this.#isDoing) this.#doAll(now)
    } finally {
      // A listener of the application's that throws must not stop the clock.
      this.#setAlarm()
    }
  }

  #doAll(now: Millis): void {
    this.#isDoing = true
    try {
      for (let output = this.#outputs.shift(); output; output = this.#outputs.shift()) this.#do(output, now)
    } finally {
      this.#isDoing = false
    }
  }

  #setAlarm(): void {
    this.#alarm.set(this.#started ? this.#overlay.deadline() : undefined)
  }
}
