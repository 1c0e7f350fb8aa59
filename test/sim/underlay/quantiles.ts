/**
 * A distribution as points of its quantile function, with straight lines between them. Drawing from it takes sums and
 * products only: `Math.exp` and its kind may differ in the last bit between engines, and a run would not be the same
 * everywhere.
 */
import type { Random } from '../random.ts'

/** [probability, value], ascending, from 0 to 1. */
export type Quantiles = readonly (readonly [number, number])[]

export function draw(quantiles: Quantiles, random: Random): number {
  const p = random.next()
  for (let i = 1; i < quantiles.length; i++) {
    const [toP, to] = quantiles[i] as [number, number]
    if (p >= toP) continue
    const [fromP, from] = quantiles[i - 1] as [number, number]
    return from + ((p - fromP) / (toP - fromP)) * (to - from)
  }
  return (quantiles.at(-1) as [number, number])[1]
}

/** Mean 1; −ln(1 − p). Its tail is cut at 7. */
export const exponential: Quantiles = [
  [0, 0],
  [0.1, 0.105],
  [0.2, 0.223],
  [0.3, 0.357],
  [0.4, 0.511],
  [0.55, 0.799],
  [0.65, 1.05],
  [0.72, 1.273],
  [0.8, 1.609],
  [0.89, 2.207],
  [0.95, 2.996],
  [0.99, 4.605],
  [0.999, 6.908],
  [1, 7]
]

/** Lognormal with median 1 and σ = 0.8: exp(0.8 · z) for the normal quantiles z. */
export const lognormal: Quantiles = [
  [0, 0.1],
  [0.01, 0.156],
  [0.05, 0.268],
  [0.1, 0.359],
  [0.25, 0.583],
  [0.5, 1],
  [0.75, 1.715],
  [0.9, 2.788],
  [0.95, 3.728],
  [0.99, 6.43],
  [1, 10]
]
