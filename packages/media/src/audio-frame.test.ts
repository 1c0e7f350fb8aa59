import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeAudioFrame, encodeAudioFrame, opusPacketBytesMax } from './audio-frame.ts'
import { MediaError } from './media-error.ts'

const packets = fc.uint8Array({ minLength: 1, maxLength: opusPacketBytesMax })
const times = fc.oneof(
  fc.maxSafeNat(),
  fc.nat(300),
  fc.integer({ min: 0, max: 52 }).map(bit => 2 ** bit)
)

describe('the audio frame', () => {
  it('survives its encoding', () => {
    fc.assert(
      fc.property(times, fc.integer({ min: 1, max: 120_000 }), packets, (ptsUs, durationUs, data) => {
        expect(decodeAudioFrame(encodeAudioFrame({ ptsUs, durationUs, data }))).toEqual({
          ptsUs,
          durationUs,
          data
        })
      })
    )
  })

  it('is the same with numbers that are longer than they need', () => {
    const longer = (bytes: number[], zeros: number) =>
      zeros === 0
        ? bytes
        : [...bytes.with(-1, (bytes.at(-1) as number) | 0x80), ...Array(zeros - 1).fill(0x80), 0]
    fc.assert(
      fc.property(
        fc.nat(127),
        fc.nat(7),
        fc.integer({ min: 1, max: 127 }),
        fc.nat(7),
        packets,
        (...drawn) => {
          const [ptsUs, ptsZeros, durationUs, durationZeros, data] = drawn
          const header = [...longer([ptsUs], ptsZeros), ...longer([durationUs], durationZeros)]
          expect(decodeAudioFrame(Uint8Array.of(...header, ...data))).toEqual({ ptsUs, durationUs, data })
        }
      )
    )
  })

  it('has these bytes', () => {
    const bytes = encodeAudioFrame({ ptsUs: 300, durationUs: 20_000, data: Uint8Array.of(1, 2, 3) })
    expect([...bytes]).toEqual([0xac, 0x02, 0xa0, 0x9c, 0x01, 1, 2, 3])
  })

  it('answers garbage with a MediaError and nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1400 }), bytes => {
        try {
          const { ptsUs, durationUs, data } = decodeAudioFrame(bytes)
          expect(Number.isSafeInteger(ptsUs) && durationUs > 0 && data.length > 0).toBe(true)
        } catch (error) {
          expect(error).toBeInstanceOf(MediaError)
        }
      })
    )
  })

  it.each([
    ['nothing', [], /ends within its header/],
    ['a header that is cut', [0x80], /ends within its header/],
    ['a time of more than 53 bits', [...Array(7).fill(0xff), 0x7f, 1, 1], /too large/],
    ['a time that does not end', Array(20).fill(0xff), /too large/],
    ['no packet', [0, 1], /0 bytes of sound/],
    ['no duration', [0, 0, 1], /last 0 µs/],
    ['a duration of 120,001 µs', [0, 0xc1, 0xa9, 0x07, 1], /last 120001 µs/],
    ['a packet of 1,277 bytes', [0, 1, ...Array(1277).fill(1)], /1277 bytes/]
  ])('refuses %s', (_, bytes, message) => {
    expect(() => decodeAudioFrame(Uint8Array.from(bytes))).toThrow(MediaError)
    expect(() => decodeAudioFrame(Uint8Array.from(bytes))).toThrow(message)
  })

  it.each([
    { ptsUs: -1, durationUs: 20_000, data: new Uint8Array(1) },
    { ptsUs: 0.5, durationUs: 20_000, data: new Uint8Array(1) },
    { ptsUs: 0, durationUs: 0, data: new Uint8Array(1) },
    { ptsUs: 0, durationUs: 20_000, data: new Uint8Array(0) },
    { ptsUs: 0, durationUs: 20_000, data: new Uint8Array(1277) }
  ])('is not made of $ptsUs, $durationUs and $data.length bytes', frame => {
    expect(() => encodeAudioFrame(frame)).toThrow(RangeError)
  })
})
