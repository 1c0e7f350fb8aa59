import { describe, expect, it } from 'vitest'
import { parseRequest, UsageError } from './command-line.ts'
import { play } from './play.ts'
import type { Result } from './result.ts'
import { scenarios } from './scenarios/all.ts'
import type { Scenario } from './scenarios/scenario.ts'
import { seeds } from './seeded.ts'

describe('Each scenario', () => {
  it.each(scenarios.map(scenario => scenario.name))('plays without a broken invariant: %s', name => {
    const { result } = small(name)
    expect(result.breaks).toEqual([])
    expect(result.expected).toBeGreaterThan(0)
    // How much comes through is another question: of video, what the uplinks can carry.
    expect(result.delivered).toBeGreaterThan(0)
    expect(result.targets.length).toBeGreaterThan(0)
  })
})

describe('A scenario', () => {
  it('is the same run for the same seed, down to every figure', () => {
    const [first, second] = [small('churn').result, small('churn').result]
    expect(withoutCost(second)).toEqual(withoutCost(first))
    expect(small('churn', seeds(2)[1]).result.traceHash).not.toBe(first.traceHash)
  })

  it('in which nothing happens feeds everyone, once, over the best ways', () => {
    const { result } = small('steady')
    expect(result.delivered).toBe(result.expected)
    expect(result.handover).toEqual({ lost: 0, duplicates: 0 })
    expect(result.copiesPerDelivery).toBeCloseTo(1, 1)
    expect(result.stretch.p50).toBeLessThan(1.05)
    expect(result.join.count).toBe(39)
    expect(result.relayEgressShare).toBe(0)
  })

  it('with crashes has pauses, and says how long they were', () => {
    const { failure } = small('crash').result
    expect(failure.count).toBeGreaterThan(0)
    expect(failure.max).toBeGreaterThan(100)
    expect(failure.max).toBeGreaterThanOrEqual(failure.p50Ms as number)
  })
})

describe('The command line', () => {
  it('takes what a scenario has by default, unless told otherwise', () => {
    expect(parseRequest([])).toMatchObject({ nodes: 1_000, seconds: 120, seeds: [1], json: false })
    expect(parseRequest(['--scenario', 'crash', '--nodes', '50', '--seeds', '3,4'])).toMatchObject({
      nodes: 50,
      seconds: 140,
      seeds: [3, 4]
    })
    expect(parseRequest(['--help'])).toBeUndefined()
  })

  it.each([
    { args: ['--scenario', 'party'], text: /no scenario party; there are: steady/ },
    { args: ['--nodes', '1e3'], text: /--nodes is "1e3", not a whole number/ },
    { args: ['--seconds', '0'], text: /--seconds is "0"/ },
    { args: ['--seed', '-1'], text: /'--seed' argument is ambiguous|--seed is/ },
    { args: ['--fast'], text: /--fast/ },
    { args: ['--seed', '1', '--seeds', '1,2'], text: /not both/ }
  ])('refuses $args in one line', ({ args, text }) => {
    expect(() => parseRequest(args)).toThrow(UsageError)
    expect(() => parseRequest(args)).toThrow(text)
  })
})

function small(name: string, seed = seeds(1)[0] as number) {
  const scenario = scenarios.find(one => one.name === name) as Scenario
  return play({ scenario, nodes: 40, seconds: 18, seed })
}

function withoutCost({ wallSeconds: _, cpuSeconds: __, peakRssMb: ___, ...figures }: Result) {
  return figures
}
