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
  lossyShare?: number
  /** Channels, for the shares of control traffic. */
  channels?: (nodes: number) => number
  /** Plans all that happens. */
  play(stage: Stage): void
  targets(result: Result): Target[]
}

/** At most, with a unit for people; what was not measured does not hold. */
export function atMost(figure: string, reached: number | null, limit: number, unit = ''): Target {
  const text = reached === null ? 'not measured' : `${round(reached)}${unit}`
  return { figure, target: `≤ ${limit}${unit}`, reached: text, holds: reached !== null && reached <= limit }
}

/** Three digits that say something. */
export function round(value: number): number {
  return Number(value.toPrecision(4))
}
