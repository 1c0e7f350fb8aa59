import { expect, test } from 'vitest'
import { defaultConfig } from './default-config.ts'
import type { Millis, PeerId } from './ids.ts'
import { RepairBudget } from './repair-budget.ts'
import type { ObjectFrame } from './wire/messages.ts'

const [a, b] = ['a', 'b'] as [PeerId, PeerId]

const sized = (bytes: number) => ({ bytes: new Uint8Array(bytes) }) as ObjectFrame

function budget() {
  const made = new RepairBudget({
    ...defaultConfig,
    repairRate: { burst: 100, perSecond: 10 },
    repairRateInAll: { burst: 150, perSecond: 20 },
    repairShare: 0.125,
    repairUnitBytes: 1_000
  })
  const objects = Array.from({ length: 100 }, () => sized(100))
  return {
    /** How many of so many small objects are given. */
    take: (peer: PeerId, wanted: number, isChild: boolean, now: Millis) =>
      made.take(peer, objects.slice(0, wanted), isChild, now).length,
    takeOf: made.take.bind(made),
    earn: (copies: number, bytes = 100) => made.earn(sized(bytes), copies),
    forget: made.forget.bind(made)
  }
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

test('A large object counts as several, and of those that are too many the last are given', () => {
  const made = budget()
  const [first, second, third] = [sized(60_000), sized(40_999), sized(60_000)]
  expect(made.takeOf(a, [third, second, first], false, 0)).toEqual([second, third])
  expect(made.take(a, 1, false, 0)).toBe(0)
  expect(made.take(a, 1, false, 100)).toBe(1)
  made.take(b, 50, false, 100)
  made.take('c' as PeerId, 100, true, 100)
  made.take('d' as PeerId, 100, true, 100)
  made.earn(8, 3_000)
  expect(made.take('e' as PeerId, 100, true, 100)).toBe(3)
})

test('Objects that are not given are not made for it', () => {
  const made = budget()
  let count = 0
  function* newestFirst() {
    for (; count < 1_000; count++) yield sized(100)
  }
  expect(made.takeOf(a, newestFirst(), false, 0).length).toBe(100)
  expect(count).toBe(100)
})
