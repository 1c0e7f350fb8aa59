import { describe, expect, test } from 'vitest'
import { openChannelId, type PeerId } from '../ids.ts'
import { epochAheadMaxMs } from '../wire/limits.ts'
import type { Announcement } from '../wire/messages.ts'
import { validityMs } from './verifying.ts'
import { WallClock } from './wall-clock.ts'

const [self, other] = ['self', 'other'] as [PeerId, PeerId]
const ttlMaxMs = 1_000

/** A clock that shows `wall.ms`, and one that goes on with `monotonic.ms`. */
function clocks(ms: number) {
  const [wall, monotonic] = [{ ms }, { ms: 0 }]
  const clock = new WallClock(
    () => wall.ms,
    () => monotonic.ms
  )
  return { wall, monotonic, clock }
}

function announced(publisher: PeerId, epoch: number, expiresAt: number): Announcement {
  const channel = openChannelId('demo')
  const catalog = new Uint8Array()
  return { publisher, channel, name: 'demo', epoch, seqno: 0, expiresAt, ended: false, catalog }
}

describe('An announcement', () => {
  test('is valid until it expires, and for ttlMaxMs at most', () => {
    const { clock } = clocks(5_000)
    const validFor = (expiresAt: number) =>
      validityMs(announced(other, 1, expiresAt), { self, ttlMaxMs, clock })
    expect(validFor(5_400)).toBe(400)
    expect(validFor(9_000)).toBe(1_000)
    expect(validFor(5_000)).toBe(0)
    expect(validFor(1_000)).toBeLessThan(0)
  })

  test('of an epoch more than epochAheadMaxMs ahead is not valid', () => {
    const { clock } = clocks(5_000)
    const validFor = (epoch: number) =>
      validityMs(announced(other, epoch, epoch + ttlMaxMs), { self, ttlMaxMs, clock })
    expect(validFor(5_000 + epochAheadMaxMs)).toBe(ttlMaxMs)
    expect(validFor(5_001 + epochAheadMaxMs)).toBe(0)
  })

  test('of this node itself that is of the future counts, and proves that it is later', () => {
    const { clock, monotonic, wall } = clocks(5_000)
    const year = 365 * epochAheadMaxMs
    expect(validityMs(announced(self, year, year + 500), { self, ttlMaxMs, clock })).toBe(ttlMaxMs)
    expect([clock.now(), clock.latest()]).toEqual([5_000, year + 500])
    monotonic.ms += 100
    expect(clock.latest()).toBe(year + 600)
    expect(validityMs(announced(other, year, year + 500), { self, ttlMaxMs, clock })).toBe(ttlMaxMs)
    // The clock is set right at last.
    wall.ms = year + 700
    expect(clock.latest()).toBe(year + 700)
  })

  test('of this node itself that may be of now proves nothing', () => {
    const { clock } = clocks(5_000)
    validityMs(announced(self, 5_000, 6_000), { self, ttlMaxMs, clock })
    expect(clock.latest()).toBe(5_000)
  })
})
