import { expect, it } from 'vitest'
import { Arrivals } from './arrivals.ts'

function lostOf(seqs: number[]): number {
  const arrivals = new Arrivals()
  for (const seq of seqs) arrivals.add(seq)
  return arrivals.lost
}

it('nothing is lost before anything came, nor when a stream is joined in the middle', () => {
  expect(lostOf([])).toBe(0)
  expect(lostOf([500, 501, 502])).toBe(0)
})

it('what is missing between two that came is lost, until it comes late', () => {
  expect(lostOf([7, 8, 11, 12])).toBe(2)
  expect(lostOf([7, 8, 11, 12, 10, 9])).toBe(0)
})
