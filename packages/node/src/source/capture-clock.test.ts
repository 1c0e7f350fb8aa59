import { describe, expect, test } from 'vitest'
import { CaptureClock } from './capture-clock.ts'

/** Feeds blocks of 20 ms; `arrival` says when the block with this number arrives, microseconds. */
function fed(count: number, arrival: (block: number) => number): CaptureClock {
  const clock = new CaptureClock()
  for (let block = 1; block <= count; block++) clock.arrived(block * 20_000, arrival(block))
  return clock
}

describe('The capture clock', () => {
  test('takes the arrival of a block for the capture of its last sample', () => {
    const clock = fed(1, () => 5_020_000)
    expect(clock.captureTimeUs(0)).toBe(5_000_000)
    expect(clock.captureTimeUs(20_000)).toBe(5_020_000)
  })

  test('is not moved much by blocks that a busy system delays', () => {
    const clock = fed(500, block => block * 20_000 + (block % 5 === 0 ? 0 : 8000))
    expect(clock.captureTimeUs(0)).toBeLessThan(200)
  })

  test.each([100, -100])('follows a sound card that is off by %d ppm, for an hour', ppm => {
    const blocks = 180_000
    const clock = fed(blocks, block => block * 20_000 * (1 + ppm / 1_000_000))
    const end = blocks * 20_000
    expect(Math.abs(clock.captureTimeUs(end) - end * (1 + ppm / 1_000_000))).toBeLessThan(1100)
  })

  test('believes a long pause at once', () => {
    const clock = fed(2, block => block * 20_000 + (block === 2 ? 60_000_000 : 0))
    expect(clock.captureTimeUs(40_000)).toBe(60_040_000)
  })
})
