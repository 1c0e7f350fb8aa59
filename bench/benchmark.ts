/** What each benchmark is given, and what it answers with. */
import type { Stage } from './stage.ts'

export interface Benchmark {
  name: string
  /** In a line, for `--list`. */
  about: string
  /** The names of those that it is measured beside. */
  peers: readonly string[]
  /** Whether the relay of another checkout can be one of them. */
  takesCheckout?: boolean
  run(stage: Stage): Promise<Row[]>
}

/** One figure of ours beside the same of a peer's, or beside the figure to reach. */
export interface Row {
  name: string
  /** What is compared. */
  figure: string
  /** `target`: `theirs` is not measured, but what ours should be. */
  peer: string
  /** Medians; undefined where nothing could be measured. */
  ours: number | undefined
  theirs: number | undefined
  /** Ours divided by theirs: the median of what each run gave. */
  ratio: number | undefined
  unit: string
  runs: number
  /** The least and the greatest ratio. */
  spread: [number, number] | undefined
  /** What the ratio should be. */
  goal: Goal | undefined
  /** Of the run that is the least to be trusted; undefined where there is no load. */
  limit: { ours: Limit; theirs: Limit } | undefined
  /** Why something is missing, and what to do about it. */
  note: string | undefined
}

export type Goal = { atMost: number } | { atLeast: number }

/** What kept a relay from going faster, and the shares of a processor that show it. */
export interface Limit {
  /**
   * `pace`: nothing, it was not asked for more. `relay`: it used 90 % of a processor and more, as it should when it is
   * flooded. `load`: a process of the benchmark's did, and the relay could do more. `machine`: none had one to itself.
   */
  by: 'pace' | 'relay' | 'load' | 'machine'
  relayShare: number
  /** Of the busiest process of the load. */
  loadShare: number
}
