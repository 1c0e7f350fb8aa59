import { expect, test } from 'vitest'
import { median, quantile, spread } from './statistics.ts'

test('A median is the middle value, or halfway between the two in the middle', () => {
  expect(median([9, 1, 5])).toBe(5)
  expect(median([4, 1, 2, 100])).toBe(3)
  expect(median([])).toBeNaN()
})

test('A quantile is the least measured value that so many are not above', () => {
  const hundred = Array.from({ length: 100 }, (_, i) => 100 - i)
  expect(quantile(hundred, 0.5)).toBe(50)
  expect(quantile(hundred, 0.99)).toBe(99)
  expect(quantile([7], 0.99)).toBe(7)
  expect(quantile([7, 8], 0)).toBe(7)
  expect(quantile([], 0.5)).toBeNaN()
})

test('A spread is the least and the greatest', () => {
  expect(spread([3, 1, 2])).toEqual([1, 3])
})
