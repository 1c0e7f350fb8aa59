/** In this file nobody registers codecs with mediabunny, and Node has no WebCodecs. */
import {
  AudioSample,
  AudioSampleSource,
  BufferSource,
  BufferTarget,
  Output,
  WavOutputFormat
} from 'mediabunny'
import { describe, expect, it } from 'vitest'
import { readAudio } from './audio-file.ts'
import { MediaError } from './media-error.ts'
import { OpusDecoder } from './opus-decoder.ts'
import { OpusEncoder } from './opus-encoder.ts'
import { Recording } from './recording.ts'
import { VoicePlayer } from './voice-player.ts'

describe('without codecs', () => {
  it.each([
    ['an encoder', () => OpusEncoder.create({ channels: 1, bitrate: 32_000, onFrame: () => {} })],
    ['a decoder', () => OpusDecoder.create({ channels: 1, onPcm: () => {} })],
    ['a player', () => VoicePlayer.create({ channels: 1, onPcm: () => {} })],
    ['a WAV recording', () => Recording.create({ format: 'wav', target: new BufferTarget(), channels: 1 })]
  ])('%s says what to install', async (_, create) => {
    await expect(create()).rejects.toThrow(MediaError)
    await expect(create()).rejects.toThrow(/registerMediabunnyServer\(\)/)
  })

  it('PCM can be read, and Opus can be recorded as it is', async () => {
    const output = new Output({ format: new WavOutputFormat(), target: new BufferTarget() })
    const source = new AudioSampleSource({ codec: 'pcm-s16' })
    output.addAudioTrack(source)
    await output.start()
    const data = new Float32Array(480)
    await source.add(
      new AudioSample({ data, format: 'f32', numberOfChannels: 1, sampleRate: 48_000, timestamp: 0 })
    )
    await output.finalize()
    let frames = 0
    const file = new BufferSource(output.target.buffer as ArrayBuffer)
    for await (const pcm of readAudio(file, { channels: 1 })) frames += pcm.samples.length
    expect(frames).toBe(480)

    const target = new BufferTarget()
    const recording = await Recording.create({ format: 'ogg', target, channels: 1 })
    await recording.write({ ptsUs: 0, durationUs: 20_000, data: Uint8Array.of(0xf8, 0xff, 0xfe) })
    await recording.finish()
    const ogg = new BufferSource(target.buffer as ArrayBuffer)
    await expect(readAudio(ogg, { channels: 1 }).next()).rejects.toThrow(/opus, which cannot be decoded here/)
  })
})
