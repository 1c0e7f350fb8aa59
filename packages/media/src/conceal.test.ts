import { describe, expect, it } from 'vitest'
import { concat, correlationAt, energy, firstDifference, voiceSignal } from '../test/voice-signal.ts'
import { Concealer } from './conceal.ts'

const frame = 960

function frameOf(samples: Float32Array, index: number, channels = 1): Float32Array {
  return samples.subarray(index * frame * channels, (index + 1) * frame * channels)
}

/** Plays `count` frames and loses those in `lost`. Returns the sound, and what it should have been. */
function playWithLosses({
  lost,
  count = 40,
  channels = 1 as 1 | 2
}: {
  lost: number[]
  count?: number
  channels?: 1 | 2
}) {
  const source = voiceSignal({ seconds: count / 50, channels })
  const concealer = new Concealer(channels)
  const parts = Array.from({ length: count }, (_, i) =>
    lost.includes(i) ? concealer.conceal() : concealer.play(frameOf(source, i, channels))
  )
  return { source, sound: concat(parts) }
}

function largestStep(samples: Float32Array, channels = 1): number {
  let largest = 0
  for (let i = channels; i < samples.length; i++) {
    largest = Math.max(largest, Math.abs((samples[i] as number) - (samples[i - channels] as number)))
  }
  return largest
}

describe('Concealer', () => {
  it('leaves sound alone that is not beside a gap', () => {
    const { source, sound } = playWithLosses({ lost: [20] })
    expect(firstDifference(sound.subarray(0, 20 * frame), source.subarray(0, 20 * frame))).toBe(-1)
    expect(firstDifference(sound.subarray(22 * frame), source.subarray(22 * frame))).toBe(-1)
  })

  it('goes on with the voice where one frame is lost', () => {
    for (const lost of [14, 20, 26]) {
      const { source, sound } = playWithLosses({ lost: [lost] })
      const begin = lost * frame
      const original = source.subarray(begin, begin + frame / 2)
      expect(correlationAt(original, sound.subarray(begin, begin + frame / 2), 0)).toBeGreaterThan(0.8)
    }
  })

  it.each([1, 2] as const)(
    'makes no steps that the voice itself does not make, with %i channels',
    channels => {
      for (const lost of [[10], [20, 21], [25, 26, 27, 28, 29], [11, 13, 15, 17]]) {
        const { source, sound } = playWithLosses({ lost, channels })
        expect(largestStep(sound, channels)).toBeLessThan(1.3 * largestStep(source, channels))
      }
    }
  )

  it('fades from frame to frame and is silent after 60 ms', () => {
    const { source, sound } = playWithLosses({ lost: [20, 21, 22, 23, 24] })
    const energies = [20, 21, 22, 23].map(i => energy(frameOf(sound, i)))
    expect(energies[0]).toBeGreaterThan(0.3 * energy(frameOf(source, 19)))
    expect(energies[1]).toBeLessThan(energies[0] as number)
    expect(energies[2]).toBeLessThan(energies[1] as number)
    expect(energies[3]).toBe(0)
  })

  it('is back in full after 5 ms of real sound', () => {
    const { source, sound } = playWithLosses({ lost: [20, 21, 22, 23, 24] })
    expect(firstDifference(sound.subarray(25 * frame + 240), source.subarray(25 * frame + 240))).toBe(-1)
    expect(energy(frameOf(sound, 25))).toBeGreaterThan(0)
  })

  it('joins frames that do not follow on each other', () => {
    const source = voiceSignal({ seconds: 1 })
    const joined = (follows: boolean) => {
      const concealer = new Concealer(1)
      const before = [0, 1, 2, 3, 4].map(i => concealer.play(frameOf(source, i)))
      return concat([...before, concealer.play(frameOf(source, 17), follows)])
    }
    expect(largestStep(joined(false))).toBeLessThan(1.3 * largestStep(source))
    expect(firstDifference(joined(true).subarray(5 * frame), frameOf(source, 17))).toBe(-1)
  })

  it('makes silence out of nothing', () => {
    expect(energy(new Concealer(2).conceal())).toBe(0)
  })
})
