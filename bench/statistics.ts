/** Figures of several runs, or of many deliveries. */

/**
 * The value that `share` of all are not above: the nearest rank, so always one that was measured.
 *
 * @param share 0 to 1
 * @returns NaN of none
 */
export function quantile(values: ArrayLike<number>, share: number): number {
  const sorted = Float64Array.from(values).sort()
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}

/** The middle value, or what is halfway between the two in the middle; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort()
  const upper = sorted.length >> 1
  if (sorted.length % 2 === 1) return sorted[upper] as number
  return sorted.length === 0 ? Number.NaN : ((sorted[upper - 1] as number) + (sorted[upper] as number)) / 2
}

/** The least and the greatest. */
export function spread(values: readonly number[]): [number, number] {
  return [Math.min(...values), Math.max(...values)]
}
