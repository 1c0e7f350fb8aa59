/** A hash over all that was delivered, to tell whether two runs were the same: FNV-1a with 32 bits (Fowler, Noll, Vo). */
export class TraceHash {
  #hash = 0x811c9dc5

  get value(): string {
    return (this.#hash >>> 0).toString(16).padStart(8, '0')
  }

  addBytes(bytes: Uint8Array): void {
    let hash = this.#hash
    for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193)
    this.#hash = hash
  }

  /** @param number of at most 48 bits, rounded */
  addNumber(number: number): void {
    let rest = Math.round(number)
    for (let i = 0; i < 6; i++) {
      this.#hash = Math.imul(this.#hash ^ (rest % 256), 0x01000193)
      rest = Math.floor(rest / 256)
    }
  }
}
