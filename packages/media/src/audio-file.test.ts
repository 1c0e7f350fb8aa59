import { registerMediabunnyServer } from '@mediabunny/server'
import {
  type AudioCodec,
  AudioSample,
  AudioSampleSource,
  BufferSource,
  BufferTarget,
  CustomSource,
  FlacOutputFormat,
  Mp3OutputFormat,
  Mp4OutputFormat,
  OggOutputFormat,
  Output,
  type OutputFormat,
  Quality,
  WavOutputFormat
} from 'mediabunny'
import { beforeAll, describe, expect, it } from 'vitest'
import { concat, correlationAt, similarity, voiceSignal } from '../test/voice-signal.ts'
import { readAudio } from './audio-file.ts'
import { MediaError } from './media-error.ts'
import type { Channels } from './pcm.ts'

beforeAll(() => registerMediabunnyServer())

interface FileOptions {
  format: OutputFormat
  codec: AudioCodec
  sampleRate: number
  channels: Channels
  seconds: number
}

async function makeFile({ format, codec, sampleRate, channels, seconds }: FileOptions): Promise<ArrayBuffer> {
  const output = new Output({ format, target: new BufferTarget() })
  const source = new AudioSampleSource({ codec, quality: new Quality({ bitrate: 128_000 }) })
  output.addAudioTrack(source)
  await output.start()
  const data = voiceSignal({ seconds, channels, sampleRate })
  const sample = new AudioSample({
    data,
    format: 'f32',
    numberOfChannels: channels,
    sampleRate,
    timestamp: 0
  })
  await source.add(sample)
  sample.close()
  await output.finalize()
  return output.target.buffer as ArrayBuffer
}

async function read(file: ArrayBuffer, channels: Channels): Promise<Float32Array> {
  const parts: Float32Array[] = []
  for await (const pcm of readAudio(new BufferSource(file), { channels })) {
    expect(pcm.channels).toBe(channels)
    parts.push(pcm.samples)
  }
  return concat(parts)
}

const files: [string, Pick<FileOptions, 'codec' | 'format' | 'sampleRate' | 'channels'>][] = [
  ['WAV', { format: new WavOutputFormat(), codec: 'pcm-s16', sampleRate: 22_050, channels: 1 }],
  ['MP3', { format: new Mp3OutputFormat(), codec: 'mp3', sampleRate: 44_100, channels: 2 }],
  ['Ogg Vorbis', { format: new OggOutputFormat(), codec: 'vorbis', sampleRate: 44_100, channels: 2 }],
  ['Ogg Opus', { format: new OggOutputFormat(), codec: 'opus', sampleRate: 48_000, channels: 1 }],
  ['FLAC', { format: new FlacOutputFormat(), codec: 'flac', sampleRate: 16_000, channels: 1 }],
  ['MP4', { format: new Mp4OutputFormat(), codec: 'aac', sampleRate: 44_100, channels: 2 }]
]

describe('readAudio', () => {
  it.each(files)('reads %s as mono and as stereo, at 48 kHz', async (_, kind) => {
    const seconds = 1
    const original = voiceSignal({ seconds })
    const file = await makeFile({ ...kind, seconds })
    for (const channels of [1, 2] as const) {
      const samples = await read(file, channels)
      expect(Math.abs(samples.length / channels / 48_000 - seconds)).toBeLessThan(0.1)
      // The side that both have in common: voiceSignal's left one.
      const left = channels === 1 ? samples : samples.filter((_, i) => i % 2 === 0)
      const { shift } = similarity(original.subarray(0, 2400), left, 2500)
      expect(correlationAt(original.subarray(0, 40_000), left, shift)).toBeGreaterThan(0.98)
    }
  })

  it('decodes no more than a little ahead of the caller', async () => {
    const format = new WavOutputFormat()
    const file = new Uint8Array(
      await makeFile({ format, codec: 'pcm-s16', sampleRate: 8000, channels: 2, seconds: 60 })
    )
    let bytesRead = 0
    const source = new CustomSource({
      getSize: () => file.length,
      read: (start, end) => {
        bytesRead += end - start
        return file.subarray(start, end)
      }
    })
    for await (const pcm of readAudio(source, { channels: 1 })) {
      expect(pcm.samples.length).toBeGreaterThan(0)
      // Only a consumer that is slow lets it show whether the reader waits.
      for (let i = 0; i < 100; i++) await new Promise(resolve => setImmediate(resolve))
      break
    }
    expect(bytesRead).toBeLessThan(file.length / 4)
  })

  it.each([
    ['text', new TextEncoder().encode('This is a letter, and no sound is in it. '.repeat(100))],
    ['nothing', new Uint8Array(0)],
    ['zeros', new Uint8Array(5000)],
    ['a WAV header of nonsense', new TextEncoder().encode('RIFF\u0010\u0000\u0000\u0000WAVEfmt nonsense')]
  ])('refuses %s with a MediaError', async (_, bytes) => {
    const file = bytes.slice().buffer as ArrayBuffer
    await expect(read(file, 1)).rejects.toThrow(MediaError)
  })

  it('reads what is left of a file that is cut off', async () => {
    const file = await makeFile({ ...(files[0] as (typeof files)[0])[1], seconds: 1 })
    const samples = await read(file.slice(0, file.byteLength / 2), 1)
    expect(samples.length).toBeGreaterThan(20_000)
    expect(samples.length).toBeLessThan(28_000)
  })
})
