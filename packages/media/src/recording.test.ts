import { registerMediabunnyServer } from '@mediabunny/server'
import { BufferSource, BufferTarget, StreamTarget, type StreamTargetChunk } from 'mediabunny'
import { beforeAll, describe, expect, it } from 'vitest'
import { concat, correlationAt, energy, firstDifference, voiceSignal } from '../test/voice-signal.ts'
import { readAudio } from './audio-file.ts'
import type { AudioFrame } from './audio-frame.ts'
import { MediaError } from './media-error.ts'
import { OpusEncoder } from './opus-encoder.ts'
import { Recording } from './recording.ts'

const formats = ['ogg', 'wav'] as const
type Format = (typeof formats)[number]
const seconds = 2
const voice = voiceSignal({ seconds })
/** One for each 20 ms, and one more that the encoder makes of its delay. */
const frames: AudioFrame[] = []

beforeAll(async () => {
  registerMediabunnyServer()
  const encoder = await OpusEncoder.create({
    channels: 1,
    bitrate: 32_000,
    onFrame: frame => frames.push(frame)
  })
  await encoder.write({ channels: 1, samples: voice })
  await encoder.close()
})

async function record(format: Format, written: AudioFrame[]): Promise<Float32Array> {
  const target = new BufferTarget()
  const recording = await Recording.create({ format, target, channels: 1 })
  for (const frame of written) await recording.write(frame)
  await recording.finish()
  return read(target.buffer as ArrayBuffer)
}

async function read(file: ArrayBuffer): Promise<Float32Array> {
  const parts: Float32Array[] = []
  for await (const pcm of readAudio(new BufferSource(file), { channels: 1 })) parts.push(pcm.samples)
  return concat(parts)
}

function frame(index: number): AudioFrame {
  return frames[index] as AudioFrame
}

/** Whether `sound` from second `at` on is the voice from second `from` on. */
function expectVoice(
  sound: Float32Array,
  { at, from, until }: { at: number; from: number; until: number }
): void {
  const original = voice.subarray(from * 48_000, until * 48_000)
  expect(
    correlationAt(original, sound.subarray(at * 48_000, (at + until - from) * 48_000), 0)
  ).toBeGreaterThan(0.95)
}

describe.each(formats)('a recording as %s', format => {
  it('is the sound that was encoded, to the sample', async () => {
    const sound = await record(format, frames)
    expectVoice(sound, { at: 0, from: 0, until: 1 })
    expectVoice(sound, { at: 1, from: 1, until: 1.9 })
    expect(Math.abs(sound.length - frames.length * 960)).toBeLessThanOrEqual(312)
  })

  it('keeps a gap as silence of the same length', async () => {
    const sound = await record(
      format,
      frames.filter((_, i) => i < 40 || i >= 60)
    )
    expectVoice(sound, { at: 0, from: 0, until: 0.75 })
    // The decoder's delay, and what it makes of the end of the sound before, are not yet silence.
    expect(energy(sound.subarray(0.85 * 48_000, 1.15 * 48_000))).toBeLessThan(
      1e-3 * energy(voice.subarray(0, 0.3 * 48_000))
    )
    expectVoice(sound, { at: 1.3, from: 1.3, until: 1.9 })
  })

  it('puts frames in order and takes each of them once', async () => {
    const shuffled = frames.flatMap((_, i) =>
      i % 4 === 0 ? [3, 1, 3, 0, 2].flatMap(k => frames[i + k] ?? []) : []
    )
    expect(shuffled[0]).toBe(frames[3])
    // The recording begins with the frame that comes first, so let that be the first one.
    const sound = await record(format, [frame(0), ...shuffled])
    expect(firstDifference(sound, await record(format, frames))).toBe(-1)
  })

  it('does not wait for a frame that never comes', async () => {
    const sound = await record(
      format,
      frames.filter((_, i) => i !== 50)
    )
    expect(Math.abs(sound.length - frames.length * 960)).toBeLessThanOrEqual(312)
    expectVoice(sound, { at: 1.2, from: 1.2, until: 1.9 })
  })

  it('goes on when the publisher begins anew, or its clock jumps', async () => {
    const later = frames.map(frame => ({ ...frame, ptsUs: frame.ptsUs + 3e12 }))
    const sound = await record(format, [...later, ...frames])
    expect(Math.abs(sound.length - 2 * frames.length * 960)).toBeLessThanOrEqual(312)
    expectVoice(sound, { at: seconds + 0.02 + 0.1, from: 0.1, until: 1.9 })
  })

  it('begins with the first frame that comes', async () => {
    const sound = await record(format, frames.slice(50))
    expectVoice(sound, { at: 0.1, from: 1.1, until: 1.9 })
  })

  it('can be finished without a frame', async () => {
    const target = new BufferTarget()
    const recording = await Recording.create({ format, target, channels: 1 })
    await recording.finish()
    expect(await read(target.buffer as ArrayBuffer)).toHaveLength(0)
  })

  it('tells what is wrong with its target', async () => {
    const full = new WritableStream<StreamTargetChunk>({
      write: () => {
        throw new Error('no space left on device')
      }
    })
    const write = async () => {
      const recording = await Recording.create({ format, target: new StreamTarget(full), channels: 1 })
      for (const frame of frames) await recording.write(frame)
      await recording.finish()
    }
    await expect(write()).rejects.toThrow(MediaError)
  })
})

describe('a recording that is cut off', () => {
  it('can be played almost to its end as ogg', async () => {
    const file = new Uint8Array(1_000_000)
    let length = 0
    const disk = new WritableStream<StreamTargetChunk>({
      write: ({ data, position }) => {
        file.set(data, position)
        length = Math.max(length, position + data.length)
      }
    })
    const recording = await Recording.create({ format: 'ogg', target: new StreamTarget(disk), channels: 1 })
    for (const frame of frames) await recording.write(frame)
    const sound = await read(file.slice(0, length).buffer as ArrayBuffer)
    expect(sound.length).toBeGreaterThan((seconds - 0.55) * 48_000)
    expectVoice(sound, { at: 0, from: 0, until: 1.4 })
    await recording.finish()
  })
})
