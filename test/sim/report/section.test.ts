import { describe, expect, it } from 'vitest'
import { play } from '../play.ts'
import type { Target } from '../result.ts'
import { growth } from '../scenarios/growth.ts'
import { atMost, worstOf } from '../scenarios/scenario.ts'
import { seeds } from '../seeded.ts'
import { growthDrawing, section } from './section.ts'

describe('The worst of several runs', () => {
  it('is taken target by target; what was not measured is worst', () => {
    const run = (a: number | null, b: number): Target[] => [atMost('a', a, 2), atMost('b', b, 2, ' ms')]
    const [a, b] = worstOf([run(1, 1), run(3, 0), run(2, 1.5)]) as [Target, Target]
    expect(a).toMatchObject({ figure: 'a', reached: '3', holds: false })
    expect(b).toMatchObject({ figure: 'b', reached: '1.5 ms', holds: true })
    expect(worstOf([run(9, 0), run(null, 0)])[0]?.reached).toBe('not measured')
    expect(worstOf([])).toEqual([])
  })
})

describe('A section of the documentation', () => {
  it('says what was run, when, and what came of each target', () => {
    const [seed = 0] = seeds(1)
    const { result } = play({ scenario: growth, nodes: 100, seconds: 12, seed })
    const text = section(growth, [result, result], { date: '2026-01-31', revision: 'abc1234' })
    for (const { figure, target, reached } of result.targets) {
      expect(text).toContain(`| ${figure} | ${target} | ${reached} |`)
    }
    expect(text).toContain(`2026-01-31, commit abc1234, seeds ${seed}, ${seed};`)
    expect(text).toMatch(/\n\| 100 \| [\d.]+ B\/s \| [\d.]+ ms \|/)
    const steps = [100, 1_000].map(nodes => ({
      ...(result.growth?.[0] as NonNullable<typeof result.growth>[0]),
      nodes
    }))
    expect(growthDrawing(steps)).toMatch(/^<svg xmlns/)
    expect(growthDrawing(steps)).not.toMatch(/NaN|undefined|Infinity/)
  })
})
