import type { Row } from '../benchmark.ts'
import { median, spread } from '../statistics.ts'

interface Target {
  name: string
  figure: string
  unit: string
  /** What it should be; undefined: nobody has said. */
  target: number | undefined
  better: 'less' | 'more'
  /** Of each run. */
  values: readonly number[]
  note?: string | undefined
}

/** A row of ours alone, beside what it should be. */
export function targetRow({ target, better, values, note, ...row }: Target): Row {
  const ratios = target === undefined ? [] : values.map(value => value / target)
  const goal = better === 'less' ? { atMost: 1 } : { atLeast: 1 }
  return {
    ...row,
    peer: 'target',
    ours: values.length === 0 ? undefined : median(values),
    theirs: target,
    ratio: ratios.length === 0 ? undefined : median(ratios),
    runs: values.length,
    spread: ratios.length === 0 ? undefined : spread(ratios),
    goal: target === undefined ? undefined : goal,
    limit: undefined,
    note
  }
}

/**
 * A row of ours beside ours in another state.
 *
 * @param pairs of each run, the one and the other
 */
export function ratioRow(row: {
  name: string
  figure: string
  /** The other state. */
  peer: string
  unit: string
  /** What the ratio should be, at most; undefined: nobody has said. */
  goal: number | undefined
  pairs: readonly (readonly [number, number])[]
}): Row {
  const { goal, pairs, ...rest } = row
  const ratios = pairs.map(([one, other]) => one / other)
  return {
    ...rest,
    ours: median(pairs.map(([one]) => one)),
    theirs: median(pairs.map(([, other]) => other)),
    ratio: median(ratios),
    runs: pairs.length,
    spread: spread(ratios),
    goal: goal === undefined ? undefined : { atMost: goal },
    limit: undefined,
    note: undefined
  }
}
