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
  expect(made.take(a, 70, 0)).toBe(70)
  expect(made.take(a, 70, 0)).toBe(30)
  expect(made.take(a, 70, 1_000)).toBe(10)
  made.forget(a)
  expect(made.take(a, 70, 1_000)).toBe(60)
})

test('All neighbours together are given so much, and a share of what is forwarded', () => {
  const made = budget()
  expect(made.take(a, 100, 0)).toBe(100)
  expect(made.take(b, 100, 0)).toBe(50)
  for (let i = 0; i < 100; i++) made.earn(2)
  expect(made.take(b, 100, 0)).toBe(25)
  for (let i = 0; i < 1_000; i++) made.earn(10)
  expect(made.take(b, 100, 0), 'nobody is given more than its own burst').toBe(25)
})
