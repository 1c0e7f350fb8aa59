/** Tells from the numbers of the objects that came how many did not. Each must be added once, in any order. */
export class Arrivals {
  #received = 0
  #lowest = Number.POSITIVE_INFINITY
  #highest = Number.NEGATIVE_INFINITY

  add(seq: number): void {
    this.#received++
    this.#lowest = Math.min(this.#lowest, seq)
    this.#highest = Math.max(this.#highest, seq)
  }

  get received(): number {
    return this.#received
  }

  /** Between the first and the last that came; one that comes late after all is not lost. */
  get lost(): number {
    return this.#received === 0 ? 0 : this.#highest - this.#lowest + 1 - this.#received
  }
}
