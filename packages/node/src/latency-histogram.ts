/** The smallest that is told apart, and by how much one bucket's bound exceeds the one before. */
const smallestMs = 0.05
const growth = 1.01
/** Reaches past an hour. */
const buckets = 1850

/** Quantiles of any number of latencies within 1 %, in a fixed amount of memory. */
export class LatencyHistogram {
  readonly #counts = new Uint32Array(buckets)
  #total = 0

  /** @param ms what is below zero, as when the two clocks disagree, counts as zero */
  add(ms: number): void {
    const bucket = ms <= smallestMs ? 0 : Math.ceil(Math.log(ms / smallestMs) / Math.log(growth))
    const place = Math.min(bucket, buckets - 1)
    this.#counts[place] = (this.#counts[place] ?? 0) + 1
    this.#total++
  }

  /**
   * @param part from 0 to 1, e.g. 0.99
   * @returns milliseconds with three digits; null when nothing was added
   */
  quantile(part: number): number | null {
    if (this.#total === 0) return null
    const rank = Math.max(1, Math.ceil(part * this.#total))
    let seen = 0
    let bucket = 0
    while (bucket < buckets) {
      seen += this.#counts[bucket] ?? 0
      if (seen >= rank) break
      bucket++
    }
    if (bucket === 0) return 0
    // The middle of the bucket is at most half a step away from what was added.
    return Number((smallestMs * growth ** (bucket - 0.5)).toPrecision(3))
  }
}
