import { expect, test } from 'vitest'
import { stolenTicksOf, ticksOf } from './processor-time.ts'

test('User and system time are read behind a name with spaces and brackets', () => {
  expect(ticksOf('42 (a) (b 1) S 1 42 42 0 -1 4194560 2513 0 0 0 17 25 0 0 20 0 11 0 8 0\n')).toBe(42)
})

test('Stolen time is told from the other times of all processors, and from those of each', () => {
  expect(
    stolenTicksOf('cpu  2001 100 449 3813 69 0 157 336 0 0\ncpu0 1000 50 224 1906 34 0 78 168 0 0\n')
  ).toBe(336)
})
