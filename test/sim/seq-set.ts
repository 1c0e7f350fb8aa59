/** A set of seqnos, which come mostly in order: a bit each. */
export class SeqSet {
  #bits = new Uint32Array(8)
  /** The least and the greatest in it; Infinity and −1 while it is empty. */
  least = Number.POSITIVE_INFINITY
  greatest = -1

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
    if (seq < this.least) this.least = seq
    if (seq > this.greatest) this.greatest = seq
    return true
  }

  /** How many of `from` to `to`, both included, are in it. */
  count(from: number, to: number): number {
    let count = 0
    for (let seq = from; seq <= to; seq++) if (this.has(seq)) count++
    return count
  }
}
