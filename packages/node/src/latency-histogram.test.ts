import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LatencyHistogram } from './latency-histogram.ts'

describe('A latency histogram', () => {
  test('has no quantile while it is empty', () => {
    expect(new LatencyHistogram().quantile(0.5)).toBeNull()
  })

  test('is within 1 % of the sorted values, at every quantile', () => {
    const latency = fc.double({ min: 0.1, max: 3_000_000, noNaN: true })
    fc.assert(
      fc.property(fc.array(latency, { minLength: 1, maxLength: 200 }), values => {
        const histogram = new LatencyHistogram()
        for (const value of values) histogram.add(value)
        const sorted = values.toSorted((a, b) => a - b)
        for (const part of [0.01, 0.5, 0.99, 1]) {
          const exact = sorted[Math.max(1, Math.ceil(part * sorted.length)) - 1] ?? 0
          expect(histogram.quantile(part)).toBeGreaterThan(exact * 0.99)
          expect(histogram.quantile(part)).toBeLessThan(exact * 1.01)
        }
      })
    )
  })

  test('counts what clocks that disagree make of it as zero, and the endless as an hour or more', () => {
    const histogram = new LatencyHistogram()
    histogram.add(-50)
    histogram.add(Number.MAX_VALUE)
    expect(histogram.quantile(0.5)).toBe(0)
    expect(histogram.quantile(1)).toBeGreaterThan(3_600_000)
  })
})
