/** The time of day, and what is known of it beside the system's clock. */
export class WallClock {
  readonly #read: () => number
  readonly #monotonic: () => number
  /** It was at least `wallMs` at the monotonic time `at`. */
  #proof: { wallMs: number; at: number } | undefined

  /** Both in milliseconds: the system's clock, which may be set, and one that only goes on. */
  constructor(read: () => number = Date.now, monotonic: () => number = () => performance.now()) {
    this.#read = read
    this.#monotonic = monotonic
  }

  /** What the system's clock says: milliseconds since the Unix epoch. */
  now(): number {
    return this.#read()
  }

  /** The same, unless it is known to be later. */
  latest(): number {
    if (this.#proof === undefined) return this.#read()
    const { wallMs, at } = this.#proof
    return Math.max(this.#read(), Math.floor(wallMs + this.#monotonic() - at))
  }

  /** It is `wallMs` now, or later. */
  prove(wallMs: number): void {
    if (wallMs > this.latest()) this.#proof = { wallMs, at: this.#monotonic() }
  }
}
