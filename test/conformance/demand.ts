/** What scenarios say that they want. Each throws an Error that names the thing, what it is and what it has to be. */

export function demand(isSo: boolean, what: string): asserts isSo {
  if (!isSo) throw new Error(what)
}

/** Compares plain values by what is in them. */
export function equal<T>(what: string, actual: T, expected: T): void {
  const [is, should] = [JSON.stringify(actual), JSON.stringify(expected)]
  demand(is === should, `${what}: ${is}, not ${should}`)
}

export function atMost(what: string, actual: number, max: number): void {
  demand(actual <= max, `${what}: ${round(actual)}, more than ${round(max)}`)
}

export function atLeast(what: string, actual: number, min: number): void {
  demand(actual >= min, `${what}: ${round(actual)}, less than ${round(min)}`)
}

function round(number: number): number {
  return Math.round(number * 1_000) / 1_000
}
