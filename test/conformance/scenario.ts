/** What a conformance scenario is. The table of all of them is `scenarios.ts`, their vocabulary `network.ts`. */
import type { Network, NetworkOptions } from './network.ts'

export interface Scenario {
  /** What is typed to run it alone: lower case, words joined by hyphens. */
  name: string
  /** What it demands of an implementation, in one sentence without a full stop. */
  demands: string
  /** Other constants, or links without skew, where it needs them. */
  given?: NetworkOptions
  /** Builds a network, has something happen, and throws unless the outcome is the one that is demanded. */
  run: (network: Network) => void
}
