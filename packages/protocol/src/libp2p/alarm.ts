/** The driver's one timer, set for the core's next deadline. Times are those of `performance.now()`. */
export class Alarm {
  readonly #ring: () => void
  #timer: ReturnType<typeof setTimeout> | undefined
  #deadline: number | undefined

  constructor(ring: () => void) {
    this.#ring = ring
  }

  /** `undefined` stops it. Objects pass many times between two deadlines, and do not move the next one. */
  set(deadline: number | undefined): void {
    if (deadline === this.#deadline) return
    this.#deadline = deadline
    clearTimeout(this.#timer)
    if (deadline === undefined) return
    const wait = Math.max(0, Math.ceil(deadline - performance.now()))
    this.#timer = setTimeout(() => {
      this.#deadline = undefined
      this.#ring()
    }, wait)
  }

  /**
   * Whether it should have rung. Browsers let a hidden tab's timers run once a second, and after some minutes once a
   * minute, but its messages at once: those of its neighbours can then do what the timer should have done.
   */
  isOverdue(now: number): boolean {
    return this.#deadline !== undefined && this.#deadline <= now
  }
}
