import { describe, expect, test } from 'vitest'
import { defaultConfig } from './default-config.ts'
import type { Millis } from './ids.ts'
import { LinkCost } from './link-cost.ts'

const settings = { linkBaseCostMs: 3, costHoldMs: 10_000, costHoldLongestMs: 40_000 }

/** Samples each 250 ms. */
function link() {
  const cost = new LinkCost({ ...defaultConfig, ...settings }, 0)
  let now = 0
  return {
    cost,
    /** How often the cost in use has changed. */
    sample(rttMs: Millis | ((i: number) => Millis), count = 1): number {
      let changes = 0
      for (let i = 0; i < count; i++, now += 250) {
        if (cost.handleSample(typeof rttMs === 'number' ? rttMs : rttMs(i), now)) changes++
      }
      return changes
    }
  }
}

function settled() {
  const made = link()
  made.sample(40, 20)
  expect(made.cost.costUs).toBe(23_000)
  return made
}

describe('The cost of a link', () => {
  test('does not change while delays are scattered as before', () => {
    const made = link()
    const scattered = (i: number) => 40 + ((i * 7) % 11) / 3
    made.sample(scattered, 20)
    expect(made.sample(scattered, 10_000)).toBe(0)
  })

  test('is not moved by one sample that is out of line, which is in doubt until the next', () => {
    const { cost, sample } = settled()
    expect(sample(400)).toBe(0)
    expect(cost.isInDoubt).toBe(true)
    expect(sample(40, 10)).toBe(0)
    expect(cost.isInDoubt).toBe(false)
    expect(cost.costUs).toBe(23_000)
  })

  test('is what two of them say, in one step', () => {
    const { cost, sample } = settled()
    // The first counts as jitter of 5 / 16 ms.
    expect(sample(140, 2)).toBe(1)
    expect(cost.costUs).toBe(73_625)
    expect(sample(140, 400)).toBe(0)
  })

  test('follows what becomes worse little by little', () => {
    const { cost, sample } = settled()
    expect(sample(i => 40 + i / 4, 200)).toBeGreaterThan(2)
    expect(cost.costUs).toBeGreaterThan(45_000)
  })

  test('is lower when it has been for costHoldMs without a break', () => {
    const { cost, sample } = settled()
    sample(140, 2)
    sample(40, 30)
    // Worse again before it was believed.
    sample(140, 2)
    expect(sample(40, 40)).toBe(0)
    expect(cost.costUs).toBe(73_625)
    expect(sample(40, 40)).toBe(1)
    expect(cost.costUs).toBeLessThan(30_000)
  })

  test('takes twice as long to be lower each time that it did not last, up to costHoldLongestMs', () => {
    const { sample } = settled()
    const holds = Array.from({ length: 5 }, () => {
      sample(140, 2)
      let samples = 0
      while (sample(40) === 0) samples++
      return (samples * 250) / settings.costHoldMs
    })
    expect(holds.map(Math.round)).toEqual([1, 2, 4, 4, 4])
  })

  test('counts chance as jitter where it is the rule', () => {
    const { cost, sample } = settled()
    sample(i => (i % 2 === 0 ? 140 : 40), 400)
    expect(cost.costUs).toBeGreaterThan(60_000)
  })

  test('of a short link does not change for what is little in itself', () => {
    const made = link()
    made.sample(1, 20)
    expect(made.sample(3, 400)).toBe(0)
  })
})
