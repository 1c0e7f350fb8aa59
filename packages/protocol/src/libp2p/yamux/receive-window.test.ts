import { describe, expect, test } from 'vitest'
import { initialWindowBytes } from './frames.ts'
import { ReceiveWindow, windowBytesMax, windowBytesMin } from './receive-window.ts'

const piece = 2 ** 14

/** Pieces come every `everyMs`, and are read at once, until `until`. Returns how many updates that took. */
function feed(window: ReceiveWindow, from: number, until: number, everyMs: number): number {
  let updates = 0
  for (let now = from; now < until; now += everyMs) {
    expect(window.fits(piece)).toBe(true)
    window.take(piece)
    if (window.more(0, now) > 0) updates++
  }
  return updates
}

describe('A receive window', () => {
  test('says that more may come when half of it is used up, not before', () => {
    const window = new ReceiveWindow(0)
    window.take(initialWindowBytes / 2 - 1)
    expect(window.more(0, 500)).toBe(0)
    window.take(1)
    expect(window.more(0, 500)).toBe(initialWindowBytes / 2)
    expect(window.more(0, 500)).toBe(0)
  })

  test('is closed to who sends more than it holds, and makes no room for what nobody reads', () => {
    const window = new ReceiveWindow(0)
    window.take(initialWindowBytes)
    expect(window.fits(0)).toBe(true)
    expect(window.fits(1)).toBe(false)
    expect(window.more(initialWindowBytes, 1_000)).toBe(0)
    expect(window.more(initialWindowBytes / 2, 1_000)).toBe(initialWindowBytes / 2)
  })

  test('grows to what comes in a second, twofold at a time, and to its limit', () => {
    const window = new ReceiveWindow(0)
    window.take(initialWindowBytes / 2)
    window.more(0, 1)
    expect(window.size).toBe(2 * initialWindowBytes)
    feed(window, 1, 1_000, 1)
    expect(window.size).toBe(windowBytesMax)
  })

  test('shrinks to what comes in a second, below its first size, and to its limit', () => {
    const window = new ReceiveWindow(0)
    feed(window, 0, 1_000, 1)
    // 655 kB/s.
    feed(window, 1_000, 10_000, 25)
    expect(window.size).toBeGreaterThan(550_000)
    expect(window.size).toBeLessThan(750_000)
    // 164 kB/s, then 16 kB/s.
    feed(window, 10_000, 30_000, 100)
    expect(window.size).toBeGreaterThan(150_000)
    expect(window.size).toBeLessThan(180_000)
    feed(window, 30_000, 100_000, 1_000)
    expect(window.size).toBe(windowBytesMin)
  })

  test('needs few updates for much', () => {
    // 64 MiB in four seconds, of which a second is 16 MiB.
    expect(feed(new ReceiveWindow(0), 0, 4_096, 1)).toBeLessThan(80)
  })
})
