import { Overlay } from '@hopcast/protocol'
import { describe, expect, it } from 'vitest'
import { seeds } from '../sim/seeded.ts'
import type { Mutant } from './mutant.ts'
import { mutants } from './mutants.ts'
import { type Outcome, play } from './play.ts'
import type { Scenario } from './scenario.ts'
import { scenarios } from './scenarios.ts'

const [seed = 0] = seeds(1)

describe('Overlay conforms:', () => {
  it.each(scenarios.map(scenario => ({ ...scenario, scenario })))('$name: $demands', ({ scenario }) => {
    const { error } = play(scenario, { createOverlay: options => new Overlay(options) }, seed)
    expect(error).toBeUndefined()
  })
})

describe('The scenarios notice a core that', () => {
  it.each(mutants)('$does ($caughtBy)', mutant => {
    const { seed, ok, error } = caught(mutant)
    expect(ok).toBe(false)
    expect(error).toMatch(mutant.saying)
    expect(error).toContain(`seed ${seed}`)
  })
})

describe('The table of scenarios', () => {
  it('has at least forty, each with a name of its own', () => {
    const names = scenarios.map(({ name }) => name)
    expect(names.length).toBeGreaterThanOrEqual(40)
    expect(new Set(names).size).toBe(names.length)
  })
})

function named(name: string): Scenario {
  const scenario = scenarios.find(known => known.name === name)
  if (scenario === undefined) throw new TypeError(`there is no scenario ${name}`)
  return scenario
}

/** The play in which the mutant is noticed: chance may hide it in one, but not in two. */
function caught(mutant: Mutant): Outcome & { seed: number } {
  const scenario = named(mutant.caughtBy)
  const [first = 0, second = 0] = seeds(2)
  const played = { seed: first, ...play(scenario, mutant, first) }
  if (!played.ok) return played
  console.warn(`seed ${first}: ${scenario.name} has not noticed a core that ${mutant.does}`)
  return { seed: second, ...play(scenario, mutant, second) }
}
