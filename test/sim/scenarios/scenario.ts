import type { Result, Target } from '../result.ts'
import type { Media } from './media.ts'
import type { Stage } from './stage.ts'

export interface Scenario {
  name: string
  /** One sentence. */
  about: string
  /** Unless the command line says otherwise. */
  nodes: number
  seconds: number
  media: Media
  /** Beside the nodes. */
  servers?: number
  degree?: number
  connectableShare?: number
  /** Nodes begin with one server each and find their other neighbours by themselves, as pages do. */
  findsNeighbours?: boolean
  lossyShare?: number
  /** Channels, for the shares of control traffic. */
  channels?: (nodes: number) => number
  /** It is of use for gossipsub as well: one channel, and nothing that only the core can do. */
  isComparable?: boolean
  /** Plans all that happens. */
  play(stage: Stage): void
  targets(result: Result): Target[]
}

/**
 * At most, with a unit for people; what has no value does not hold.
 *
 * @param none what it means that there is no value
 */
export function atMost(
  figure: string,
  value: number | null,
  limit: number,
  unit = '',
  none = 'not measured'
): Target {
  const reached = value === null ? none : `${round(value)}${unit}`
  return { figure, target: `≤ ${limit}${unit}`, reached, value, holds: value !== null && value <= limit }
}

/** Of each target, the run that came off worst. All runs have the same targets. */
export function worstOf(runs: readonly (readonly Target[])[]): Target[] {
  const [first = [], ...others] = runs
  return first.map(({ figure }, i) =>
    others.reduce((worst, run) => {
      const target = run[i]
      if (target?.figure !== figure) throw new Error(`a run without the target ${figure}`)
      return badness(target) > badness(worst) ? target : worst
    }, first[i] as Target)
  )
}

function badness({ value }: Target): number {
  return value ?? Number.POSITIVE_INFINITY
}

/** Three digits that say something. */
export function round(value: number): number {
  return Number(value.toPrecision(4))
}
