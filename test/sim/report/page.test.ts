import { describe, expect, it } from 'vitest'
import { play } from '../play.ts'
import { growth } from '../scenarios/growth.ts'
import { churn } from '../scenarios/one-publisher.ts'
import { seeds } from '../seeded.ts'
import { pageOf } from './page.ts'
import { compact, ticks } from './svg.ts'
import { textOf } from './text.ts'

describe('The report', () => {
  const options = { nodes: 40, seconds: 18, seed: seeds(1)[0] as number }

  it('draws everyone who listens, and needs nothing from elsewhere', () => {
    const played = play({ ...options, scenario: churn })
    const page = pageOf(churn, played)
    const listeners = [...played.sim.nodes.values()].filter(node => node.parents.size > 0).length
    expect(page.match(/class="region r\d"/g)?.length).toBe(listeners + 1)
    expect(page).not.toMatch(/https?:|<script|url\(|NaN|undefined|Infinity/)
    for (const { figure } of played.result.targets) expect(page).toContain(figure)
    expect(page).toContain(`--scenario churn --nodes 40 --seconds 18 --seed ${options.seed}`)
  })

  it('draws how figures grow', () => {
    const played = play({ ...options, nodes: 100, scenario: growth })
    const [step] = played.result.growth ?? []
    const steps = [step, { ...step, nodes: 1_000 }] as NonNullable<typeof played.result.growth>
    const page = pageOf(growth, { ...played, result: { ...played.result, growth: steps } })
    expect(page).toContain('Control per node')
    expect(page).not.toMatch(/NaN|undefined|Infinity/)
  })

  it('has every figure and every target in the terminal, too', () => {
    const { result } = play({ ...options, scenario: churn })
    const text = textOf(churn, result)
    expect(text).toContain(`${result.delivered} of ${result.expected}`)
    expect(text).toContain(result.traceHash)
    for (const { figure, reached } of result.targets) {
      expect(text).toMatch(new RegExp(`${figure} +${reached.replaceAll('.', '\\.')}`))
    }
  })
})

describe('An axis', () => {
  it.each([
    [1, [0, 0.5, 1]],
    [43, [0, 20, 40]],
    [100, [0, 50, 100]],
    [0, [0]]
  ])('up to %d has round ticks', (max, expected) => {
    expect(ticks(max)).toEqual(expected)
  })

  it('has short numbers', () => {
    expect([0, 0.25, 999, 12_000, 3_400_000].map(compact)).toEqual(['0', '0.25', '999', '12k', '3.4M'])
  })
})
