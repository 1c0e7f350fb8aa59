import { expect, test } from 'vitest'
import { defaultConfig } from './default-config.ts'
import type { PeerId } from './ids.ts'
import { RepairBudget } from './repair-budget.ts'

const [a, b] = ['a', 'b'] as [PeerId, PeerId]

function budget() {
  return new RepairBudget({
    ...defaultConfig,
    repairRate: { burst: 100, perSecond: 10 },
    repairRateInAll: { burst: 150, perSecond: 20 },
    repairShare: 0.125
  })
}

test('A neighbour is given its burst, and then so much a second', () => {
  const made = budget()
  expect(made.take(a, 70, false, 0)).toBe(70)
  expect(made.take(a, 70, false, 0)).toBe(30)
  expect(made.take(a, 70, false, 1_000)).toBe(10)
  made.forget(a)
  expect(made.take(a, 70, false, 1_000)).toBe(60)
})

test('All neighbours together are given so much', () => {
  const made = budget()
  expect(made.take(a, 100, false, 0)).toBe(100)
  expect(made.take(b, 100, false, 0)).toBe(50)
  expect(made.take(b, 100, false, 1_000), 'what was not given counts for nothing').toBe(20)
})

test('Children are given a share of what is forwarded, which nobody else can use up', () => {
  const made = budget()
  for (const peer of ['c', 'd'] as PeerId[]) made.take(peer, 100, false, 0)
  expect(made.take(a, 30, false, 0)).toBe(0)
  expect(made.take(a, 100, true, 0), 'there is a burst of it at first').toBe(100)
  expect(made.take(b, 100, true, 0)).toBe(50)
  for (let i = 0; i < 100; i++) made.earn(2)
  expect(made.take(b, 100, true, 0)).toBe(25)
})
