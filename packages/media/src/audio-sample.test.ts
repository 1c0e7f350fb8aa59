import { AudioSample } from 'mediabunny'
import { describe, expect, it } from 'vitest'
import { interleavedSamples, mixChannels } from './audio-sample.ts'

describe('mixChannels', () => {
  it('puts mono on both sides and makes mono of their mean', () => {
    expect([...mixChannels(Float32Array.of(0.5, -0.25), 1, 2)]).toEqual([0.5, 0.5, -0.25, -0.25])
    expect([...mixChannels(Float32Array.of(0.5, -0.25, 1, 0), 2, 1)]).toEqual([0.125, 0.5])
  })

  it.each([3, 4, 5, 6, 7, 8])('cannot clip with %i channels', channels => {
    for (const to of [1, 2] as const) {
      for (const sample of mixChannels(new Float32Array(channels).fill(1), channels, to)) {
        expect(sample).toBeGreaterThan(0.5)
        expect(sample).toBeLessThanOrEqual(1)
      }
    }
  })

  it('keeps left and right of 5.1 apart, shares the centre and leaves out the low frequencies', () => {
    const sides = (channel: number) => [
      ...mixChannels(
        Float32Array.from({ length: 6 }, (_, i) => +(i === channel)),
        6,
        2
      )
    ]
    const [left, right, centre, low, surroundLeft] = [0, 1, 2, 3, 4].map(sides) as [number, number][]
    expect(left?.[1]).toBe(0)
    expect(right?.[0]).toBe(0)
    expect(centre?.[0]).toBe(centre?.[1])
    expect(low).toEqual([0, 0])
    expect(surroundLeft?.[1]).toBe(0)
    expect(surroundLeft?.[0]).toBeLessThan(left?.[0] as number)
  })
})

describe('interleavedSamples', () => {
  it('reads 16-bit planes', () => {
    const data = Int16Array.of(16384, -32768, 0, 8192)
    const sample = new AudioSample({
      data,
      format: 's16-planar',
      numberOfChannels: 2,
      sampleRate: 48_000,
      timestamp: 0
    })
    const samples = interleavedSamples(sample, 2)
    sample.close()
    expect([...samples].map(value => Math.round(value * 100) / 100)).toEqual([0.5, 0, -1, 0.25])
  })
})
