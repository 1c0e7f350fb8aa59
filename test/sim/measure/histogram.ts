/** Counts in steps of equal width, so that millions of values take no memory. */
export class Histogram {
  readonly #step: number
  readonly #counts: Uint32Array
  count = 0
  max = 0

  /** @param limit values beyond it are counted as it */
  constructor(step: number, limit: number) {
    this.#step = step
    this.#counts = new Uint32Array(Math.ceil(limit / step) + 1)
  }

  add(value: number): void {
    const index = Math.min(Math.floor(value / this.#step), this.#counts.length - 1)
    this.#counts[index] = (this.#counts[index] as number) + 1
    this.count++
    if (value > this.max) this.max = value
  }

  /** The upper edge of the step that holds the quantile; undefined without values. */
  quantile(q: number): number | undefined {
    if (this.count === 0) return undefined
    let rest = Math.ceil(q * this.count)
    for (const [index, count] of this.#counts.entries()) {
      rest -= count
      if (rest <= 0 && count > 0) return (index + 1) * this.#step
    }
    return undefined
  }

  clear(): void {
    this.#counts.fill(0)
    this.count = 0
    this.max = 0
  }

  /** Counts in `bins` bins of equal width, from 0 to `to`; what is beyond is in the last. */
  bins(bins: number, to: number): number[] {
    const sums = new Array<number>(bins).fill(0)
    for (const [index, count] of this.#counts.entries()) {
      const bin = Math.min(bins - 1, Math.floor((index * this.#step * bins) / to))
      sums[bin] = (sums[bin] as number) + count
    }
    return sums
  }
}

/** The quantile of a few values, in any order; null without any. */
export function quantileOf(values: readonly number[], q: number): number | null {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? null
}
