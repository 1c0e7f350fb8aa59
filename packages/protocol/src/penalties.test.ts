import { describe, expect, test } from 'vitest'
import type { PeerId } from './ids.ts'
import { Penalties, type PenaltyTerms } from './penalties.ts'

const [a, b, origin, other] = ['a', 'b', 'origin', 'other'] as [PeerId, PeerId, PeerId, PeerId]

function penalties(terms: Partial<PenaltyTerms> = {}): Penalties {
  return new Penalties({ firstMs: 100, longestMs: 300, forgetMs: 1_000, entriesMax: 16, ...terms })
}

/** Imposes one, and returns how long it lasts. */
function lasting(made: Penalties, now: number): number {
  made.impose(origin, a, now)
  const until = made.nextEnd() ?? Number.NaN
  made.takeEnded(until)
  return until - now
}

describe('Penalties', () => {
  test('are of one neighbour and one origin, until they are taken as ended', () => {
    const made = penalties()
    expect(made.impose(origin, a, 0)).toBe(true)
    expect([made.has(origin, a), made.has(origin, b), made.has(other, a)]).toEqual([true, false, false])
    expect(made.takeEnded(99)).toEqual([])
    expect(made.has(origin, a)).toBe(true)
    expect(made.takeEnded(100)).toEqual([origin])
    expect(made.has(origin, a)).toBe(false)
    expect(made.nextEnd()).toBe(undefined)
  })

  test('last twice as long each time, up to a limit, and start anew after a time without', () => {
    const made = penalties()
    expect(lasting(made, 0)).toBe(100)
    expect(lasting(made, 500)).toBe(200)
    expect(lasting(made, 1_000)).toBe(300)
    expect(lasting(made, 2_299)).toBe(300)
    expect(lasting(made, 2_599 + 1_000)).toBe(100)
  })

  test('are not longer for being imposed twice at once', () => {
    const made = penalties()
    made.impose(origin, a, 0)
    expect(made.impose(origin, a, 50)).toBe(false)
    expect(made.nextEnd()).toBe(100)
  })

  test('beyond entriesMax take the place of the oldest', () => {
    const made = penalties({ entriesMax: 2 })
    made.impose(origin, a, 0)
    made.impose(other, a, 1)
    made.impose(origin, b, 2)
    expect([made.has(origin, a), made.has(other, a), made.has(origin, b)]).toEqual([false, true, true])
    made.forgetOrigin(origin)
    made.impose(origin, a, 3)
    expect([made.has(other, a), made.has(origin, a)]).toEqual([true, true])
  })
})
