/** Plays one scenario against an implementation. */

import { Network } from './network.ts'
import type { Scenario } from './scenario.ts'
import type { Implementation } from './tested-core.ts'

export interface Outcome {
  name: string
  ok: boolean
  /** How long it took, on the wall clock. */
  ms: number
  /** Why it failed: what was demanded, and the virtual time and seed. */
  error?: string
}

export function play(scenario: Scenario, implementation: Implementation, seed: number): Outcome {
  const { name, given, run } = scenario
  const start = performance.now()
  const error = reasonOfFailure(() => {
    const network = new Network({ seed, implementation }, given)
    network.clock.guarded(() => run(network))
  })
  const ms = Math.round(performance.now() - start)
  return error === undefined ? { name, ok: true, ms } : { name, ok: false, ms, error }
}

function reasonOfFailure(run: () => void): string | undefined {
  try {
    run()
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
