import { registerMediabunnyServer } from '@mediabunny/server'
import { beforeAll, describe, expect, it } from 'vitest'
import { concat, correlationAt, similarity, voiceSignal } from '../test/voice-signal.ts'
import type { AudioFrame } from './audio-frame.ts'
import { OpusDecoder } from './opus-decoder.ts'
import { OpusEncoder } from './opus-encoder.ts'
import { encoderDelaySamples, silentPacket } from './opus-head.ts'
import { type Channels, type Pcm, sampleRate } from './pcm.ts'

beforeAll(() => registerMediabunnyServer())

async function encode(
  samples: Float32Array,
  channels: Channels,
  { pieceLength = 960, bitrate = 32_000 * channels } = {}
): Promise<AudioFrame[]> {
  const frames: AudioFrame[] = []
  const encoder = await OpusEncoder.create({ channels, bitrate, onFrame: f => frames.push(f) })
  for (let at = 0; at < samples.length; at += pieceLength * channels) {
    await encoder.write({ channels, samples: samples.subarray(at, at + pieceLength * channels) })
  }
  await encoder.close()
  return frames
}

async function decode(frames: AudioFrame[], channels: Channels): Promise<{ pcm: Pcm; ptsUs: number }[]> {
  const decoded: { pcm: Pcm; ptsUs: number }[] = []
  const decoder = await OpusDecoder.create({ channels, onPcm: (pcm, ptsUs) => decoded.push({ pcm, ptsUs }) })
  for (const frame of frames) decoder.decode(frame)
  await decoder.flush()
  decoder.close()
  return decoded
}

describe('OpusEncoder', () => {
  it('makes frames of exactly 20 ms with whole microseconds, whatever the pieces written', async () => {
    const frames = await encode(voiceSignal({ seconds: 1.01 }), 1, { pieceLength: 777 })
    expect(frames.slice(0, 51).map(frame => frame.ptsUs)).toEqual(
      Array.from({ length: 51 }, (_, i) => i * 20_000)
    )
    expect(frames.every(frame => frame.durationUs === 20_000 && frame.data.length > 0)).toBe(true)
  })

  it('hands out each frame before it gets the next one', async () => {
    let handOut: (frame: AudioFrame) => void = () => {}
    const encoder = await OpusEncoder.create({
      channels: 1,
      bitrate: 32_000,
      onFrame: frame => handOut(frame)
    })
    const samples = voiceSignal({ seconds: 0.2 })
    for (let i = 0; i < 10; i++) {
      const handedOut = new Promise<AudioFrame>(resolve => {
        handOut = resolve
      })
      await encoder.write({ channels: 1, samples: samples.subarray(i * 960, (i + 1) * 960) })
      expect((await handedOut).ptsUs).toBe(i * 20_000)
    }
    await encoder.close()
  })

  it('keeps the order of writes that nobody waits for', async () => {
    const samples = voiceSignal({ seconds: 1 })
    const frames: AudioFrame[] = []
    const encoder = await OpusEncoder.create({ channels: 1, bitrate: 32_000, onFrame: f => frames.push(f) })
    for (let i = 0; i < 50; i++)
      void encoder.write({ channels: 1, samples: samples.subarray(i * 960, (i + 1) * 960) })
    await encoder.close()
    const inOrder = await encode(samples, 1)
    expect(frames).toEqual(inOrder)
  })

  it('can be closed without a frame', async () => {
    expect(await encode(new Float32Array(0), 1)).toEqual([])
  })

  it('refuses PCM with another number of channels', async () => {
    const encoder = await OpusEncoder.create({ channels: 1, bitrate: 32_000, onFrame: () => {} })
    expect(() => encoder.write({ channels: 2, samples: new Float32Array(2) })).toThrow(TypeError)
    await encoder.close()
  })
})

describe('OpusDecoder', () => {
  it.each([1, 2] as const)('gives back what was encoded, with %i channels', async channels => {
    const samples = voiceSignal({ seconds: 3, channels })
    const decoded = await decode(await encode(samples, channels), channels)
    const sound = concat(decoded.map(({ pcm }) => pcm.samples))
    const { correlation, shift } = similarity(
      samples.subarray(0, sampleRate * channels),
      sound,
      500 * channels
    )
    expect(correlation).toBeGreaterThan(0.95)
    expect(shift).toBe(encoderDelaySamples * channels)
    for (let second = 0; second < 3; second++) {
      const from = second * sampleRate * channels
      const part = samples.subarray(from, from + sampleRate * channels)
      expect(correlationAt(part, sound.subarray(from), shift)).toBeGreaterThan(0.95)
    }
  })

  it('takes packets of any length', async () => {
    // Noise takes most: more than two of an Ogg page's segments at 256 kbit/s, and few bytes, in SILK, at 6.
    let state = 1
    const noise = voiceSignal({ seconds: 0.5 }).map(() => {
      state = (state * 48271) % 0x7fffffff
      return state / 0x7fffffff - 0.5
    })
    for (const bitrate of [6_000, 256_000]) {
      const frames = await encode(noise, 1, { bitrate })
      const decoded = await decode(frames, 1)
      expect(decoded.map(({ pcm }) => pcm.samples.length)).toEqual(frames.map(() => 960))
      if (bitrate === 256_000)
        expect(Math.max(...frames.map(frame => frame.data.length))).toBeGreaterThan(510)
    }
  })

  it('gives out each frame before it gets the next one', async () => {
    const frames = await encode(voiceSignal({ seconds: 0.5 }), 1)
    let giveOut: (ptsUs: number) => void = () => {}
    const decoder = await OpusDecoder.create({ channels: 1, onPcm: (_, ptsUs) => giveOut(ptsUs) })
    for (const frame of frames) {
      const givenOut = new Promise<number>(resolve => {
        giveOut = resolve
      })
      decoder.decode(frame)
      expect(await givenOut).toBe(frame.ptsUs)
    }
    decoder.close()
  })

  it('answers a damaged frame without sound and goes on with the next ones', async () => {
    const frames = await encode(voiceSignal({ seconds: 1 }), 1)
    // Code 3 with a frame count of 0, which RFC 6716, section 3.2.5, forbids.
    const broken = { ...(frames[10] as AudioFrame), data: Uint8Array.of(0xfb, 0) }
    const decoded = await decode(frames.with(10, broken), 1)
    expect(decoded.map(({ ptsUs }) => ptsUs)).toEqual(frames.map(frame => frame.ptsUs))
    expect(decoded.map(({ pcm }) => pcm.samples.length)).toEqual(frames.map((_, i) => (i === 10 ? 0 : 960)))
  })

  it('gives 20 ms for a packet that is longer or shorter', async () => {
    // One frame of silence each: 2.5, 10 and 60 ms (RFC 6716, section 3.1), the last one SILK.
    const packets = [Uint8Array.of(0xe0, 0xff, 0xfe), Uint8Array.of(0xf0, 0xff, 0xfe), Uint8Array.of(0x18, 0)]
    const frames = packets.map((data, i) => ({ ptsUs: i * 20_000, durationUs: 20_000, data }))
    const decoded = await decode(frames, 1)
    expect(decoded.map(({ pcm }) => pcm.samples.length)).toEqual([960, 960, 960])
  })

  it('can be used again after a flush', async () => {
    const frames = await encode(voiceSignal({ seconds: 0.2 }), 1)
    const times: number[] = []
    const decoder = await OpusDecoder.create({ channels: 1, onPcm: (_, ptsUs) => times.push(ptsUs) })
    for (const frame of frames.slice(0, 5)) decoder.decode(frame)
    await decoder.flush()
    expect(times).toHaveLength(5)
    for (const frame of frames.slice(5, 10)) decoder.decode(frame)
    await decoder.flush()
    expect(times).toEqual(frames.slice(0, 10).map(frame => frame.ptsUs))
    decoder.close()
  })

  it.each([1, 2] as const)('hears the packet of silence as zeros, with %i channels', async channels => {
    const frames = Array.from({ length: 5 }, (_, i) => ({
      ptsUs: i * 20_000,
      durationUs: 20_000,
      data: silentPacket(channels)
    }))
    for (const { pcm } of await decode(frames, channels)) {
      expect(pcm.samples).toEqual(new Float32Array(960 * channels))
    }
  })
})
