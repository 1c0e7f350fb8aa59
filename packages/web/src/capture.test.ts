import { describe, expect, it } from 'vitest'
import { CaptureClock } from './capture.ts'

const blockUs = 20_000

describe('CaptureClock', () => {
  it('puts the first sample a block before the moment at which its block arrived', () => {
    const clock = new CaptureClock()
    clock.observe(blockUs, 1_000_000_000)
    expect(clock.wallUs(0)).toBe(1_000_000_000 - blockUs)
    expect(clock.wallUs(blockUs)).toBe(1_000_000_000)
  })

  it('follows a sound card that runs slow, without a step', () => {
    const clock = new CaptureClock()
    const startUs = 1_700_000_000_000_000
    const slowness = 1.0002
    let wallUs = startUs
    let before = Number.NEGATIVE_INFINITY
    // Ten minutes: at the end the card is 120 ms behind the wall clock.
    for (let block = 1; block <= 30_000; block++) {
      wallUs += blockUs * slowness
      clock.observe(block * blockUs, wallUs)
      const stamp = clock.wallUs(block * blockUs)
      if (block > 1) expect(Math.abs(stamp - before - blockUs)).toBeLessThan(20)
      before = stamp
    }
    expect(Math.abs(wallUs - before)).toBeLessThan(2_000)
  })
})
