/** A set of seqnos, which come mostly in order: a bit each. */
export class SeqSet {
  #bits = new Uint32Array(8)

  has(seq: number): boolean {
    return ((this.#bits[seq >>> 5] ?? 0) & (1 << (seq & 31))) !== 0
  }

  /** False when it was in already. */
  add(seq: number): boolean {
    if (this.has(seq)) return false
    const index = seq >>> 5
    if (index >= this.#bits.length) {
      const grown = new Uint32Array(Math.max(2 * this.#bits.length, index + 1))
      grown.set(this.#bits)
      this.#bits = grown
    }
    this.#bits[index] = (this.#bits[index] as number) | (1 << (seq & 31))
    return true
  }
}
