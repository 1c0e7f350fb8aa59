import { describe, expect, it } from 'vitest'
import { sparkPath } from './sparkline.ts'
import { barHeight } from './wave.ts'

describe('sparkPath', () => {
  it('ends at the right edge, and has the highest value at the top', () => {
    expect(sparkPath([100, 150, 125], 59, 40)).toBe('M57.0,40.0 L58.0,0.0 L59.0,20.0')
  })

  it('draws a steady latency as a nearly level line', () => {
    expect(sparkPath([100, 101], 59, 40)).toBe('M58.0,40.0 L59.0,36.0')
  })
})

describe('barHeight', () => {
  it('is nothing for silence and full for full scale, in even steps for the ear between', () => {
    expect(barHeight(0)).toBe(0)
    expect(barHeight(0.0001)).toBe(0)
    expect(barHeight(1)).toBe(1)
    expect(barHeight(0.5) - barHeight(0.25)).toBeCloseTo(barHeight(0.25) - barHeight(0.125))
  })
})
