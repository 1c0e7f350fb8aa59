import { describe, expect, it } from 'vitest'
import { BitrateWindow, MedianWindow } from './rates.ts'

describe('BitrateWindow', () => {
  it('gives the bits per second of the last two seconds', () => {
    const bitrate = new BitrateWindow(2_000)
    // 80 bytes in 20 ms are 32 kbit/s.
    for (let now = 0; now <= 10_000; now += 20) bitrate.add(80, now)
    expect(bitrate.bitsPerSecond(10_000)).toBeCloseTo(32_000, -3)
  })

  it('falls to zero when nothing comes any more', () => {
    const bitrate = new BitrateWindow(2_000)
    bitrate.add(1_000, 0)
    bitrate.add(1_000, 100)
    expect(bitrate.bitsPerSecond(200)).toBeGreaterThan(0)
    expect(bitrate.bitsPerSecond(2_200)).toBe(0)
  })
})

describe('MedianWindow', () => {
  it('is not moved by one value far off, and forgets what is old', () => {
    const median = new MedianWindow(5)
    expect(median.median).toBeUndefined()
    for (const value of [10, 11, 900, 12, 10]) median.add(value)
    expect(median.median).toBe(11)
    for (const value of [50, 50, 50, 50, 50]) median.add(value)
    expect(median.median).toBe(50)
    median.clear()
    expect(median.median).toBeUndefined()
  })
})
