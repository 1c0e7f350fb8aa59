/** Figures over a sliding window, for people to look at. Time is passed in, in milliseconds. */

export class BitrateWindow {
  readonly #windowMs: number
  readonly #entries: { at: number; bytes: number }[] = []

  constructor(windowMs = 2_000) {
    this.#windowMs = windowMs
  }

  add(bytes: number, now: number): void {
    this.#entries.push({ at: now, bytes })
    this.#expire(now)
  }

  /** Bits per second over the window, or over the time since the first entry while that is shorter. */
  bitsPerSecond(now: number): number {
    this.#expire(now)
    const [first] = this.#entries
    if (first === undefined || now <= first.at) return 0
    const bytes = this.#entries.reduce((sum, entry) => sum + entry.bytes, 0)
    return (bytes * 8_000) / (now - first.at)
  }

  #expire(now: number): void {
    while (this.#entries[0] && this.#entries[0].at <= now - this.#windowMs) this.#entries.shift()
  }
}

/** The median of the last values: one late frame does not make the figure jump. */
export class MedianWindow {
  readonly #size: number
  readonly #values: number[] = []

  constructor(size = 25) {
    this.#size = size
  }

  add(value: number): void {
    this.#values.push(value)
    if (this.#values.length > this.#size) this.#values.shift()
  }

  clear(): void {
    this.#values.length = 0
  }

  get median(): number | undefined {
    return this.#values.toSorted((a, b) => a - b)[this.#values.length >> 1]
  }
}
