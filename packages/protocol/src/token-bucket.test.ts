import { expect, test } from 'vitest'
import type { PeerId } from './ids.ts'
import { TokenBuckets } from './token-bucket.ts'

const [a, b] = ['a', 'b'] as [PeerId, PeerId]

/** How many tokens of `count` it gets. */
function takes(buckets: TokenBuckets, peer: PeerId, count: number, now: number): number {
  return Array.from({ length: count }, () => buckets.take(peer, now)).filter(Boolean).length
}

test('A bucket holds its burst, fills up evenly, and is each neighbour’s own', () => {
  const buckets = new TokenBuckets({ burst: 5, perSecond: 2 })
  expect(takes(buckets, a, 9, 0)).toBe(5)
  expect(takes(buckets, a, 9, 499)).toBe(0)
  expect(takes(buckets, a, 9, 1_000)).toBe(2)
  expect(takes(buckets, b, 9, 1_000)).toBe(5)
  expect(takes(buckets, a, 9, 60_000)).toBe(5)
  buckets.forget(a)
  expect(takes(buckets, a, 9, 60_000)).toBe(5)
})
