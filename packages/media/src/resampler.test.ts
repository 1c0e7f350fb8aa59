import { describe, expect, it } from 'vitest'
import { concat, firstDifference, voiceSignal } from '../test/voice-signal.ts'
import { Resampler } from './resampler.ts'

function tone(hertz: number, rate: number, seconds: number): Float32Array {
  return Float32Array.from({ length: Math.round(rate * seconds) }, (_, i) =>
    Math.sin((2 * Math.PI * hertz * i) / rate)
  )
}

function resample(samples: Float32Array, rate: number, channels: 1 | 2 = 1, pieceLength = samples.length) {
  const resampler = new Resampler(rate, channels)
  const parts: Float32Array[] = []
  for (let at = 0; at < samples.length; at += pieceLength)
    parts.push(resampler.push(samples.subarray(at, at + pieceLength)))
  return concat([...parts, resampler.finish()])
}

/** Signal to noise in dB, the first and last 10 ms left out: there the tone begins and ends with a step. */
function signalToNoise(actual: Float32Array, ideal: Float32Array): number {
  let signal = 0
  let noise = 1e-20
  for (let i = 480; i < ideal.length - 480; i++) {
    signal += (ideal[i] as number) ** 2
    noise += ((actual[i] as number) - (ideal[i] as number)) ** 2
  }
  return 10 * Math.log10(signal / noise)
}

describe('Resampler', () => {
  it.each([8000, 11025, 16000, 22050, 44100, 47999, 96000, 192000])('keeps a tone from %i Hz clean', rate => {
    for (const hertz of [100, 1000, 3000]) {
      const ideal = tone(hertz, 48_000, 0.25)
      const actual = resample(tone(hertz, rate, 0.25), rate)
      expect(Math.abs(actual.length - ideal.length)).toBeLessThanOrEqual(6)
      expect(signalToNoise(actual, ideal)).toBeGreaterThan(60)
    }
  })

  it('lets nothing through that 48 kHz cannot hold', () => {
    const actual = resample(tone(30_000, 96_000, 0.25), 96_000)
    const loudest = actual.subarray(480, -480).reduce((max, sample) => Math.max(max, Math.abs(sample)), 0)
    expect(loudest).toBeLessThan(0.001)
  })

  it('gives the same whatever the pieces', () => {
    const samples = voiceSignal({ seconds: 0.3, channels: 2, sampleRate: 44_100 })
    const whole = resample(samples, 44_100, 2)
    expect(firstDifference(resample(samples, 44_100, 2, 2 * 997), whole)).toBe(-1)
    expect(firstDifference(resample(samples, 44_100, 2, 2 * 7), whole)).toBe(-1)
  })

  it('keeps the channels apart', () => {
    const left = tone(440, 44_100, 0.1)
    const stereo = new Float32Array(2 * left.length)
    for (let i = 0; i < left.length; i++) stereo[2 * i] = left[i] as number
    const actual = resample(stereo, 44_100, 2)
    const heardLeft = actual.filter((_, i) => i % 2 === 0)
    expect(firstDifference(heardLeft, resample(left, 44_100))).toBe(-1)
    expect(actual.filter((_, i) => i % 2 === 1).every(sample => sample === 0)).toBe(true)
  })
})
