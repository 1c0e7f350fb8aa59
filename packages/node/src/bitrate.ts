/** Bits per second between two questions. */
export class BitrateMeter {
  #bytes = 0
  #since = performance.now()

  add(bytes: number): void {
    this.#bytes += bytes
  }

  take(): number {
    const now = performance.now()
    const seconds = (now - this.#since) / 1000
    const bits = this.#bytes * 8
    this.#bytes = 0
    this.#since = now
    return seconds > 0 ? Math.round(bits / seconds) : 0
  }
}
