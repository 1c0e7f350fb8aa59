/** The two kinds of file that a recording can become. Both take packets that follow on each other without a gap. */
import {
  AudioSample,
  AudioSampleSource,
  EncodedAudioPacketSource,
  EncodedPacket,
  OggOutputFormat,
  Output,
  type Target,
  WavOutputFormat
} from 'mediabunny'
import { OpusDecoder } from './opus-decoder.ts'
import { encoderDelaySamples, opusHead } from './opus-head.ts'
import { type Channels, frameDurationUs, sampleRate, samplesPerFrame } from './pcm.ts'

export interface PacketSink {
  write(packet: Uint8Array): Promise<void>
  finish(): Promise<void>
}

/** What a file that is cut off may lack at its end. A page costs some 50 bytes. */
const pageSeconds = 0.5
/** Frames in the decoder before a writer has to wait. */
const decodingFramesMax = 50

export async function createOggSink(target: Target, channels: Channels): Promise<PacketSink> {
  const source = new EncodedAudioPacketSource('opus')
  const output = new Output({ format: new OggOutputFormat({ maximumPageDuration: pageSeconds }), target })
  const description = opusHead(channels, encoderDelaySamples)
  const decoderConfig = { codec: 'opus', sampleRate, numberOfChannels: channels, description }
  // Known from the start, so the header is in the file before the first packet.
  output.addAudioTrack(source, { decoderConfig })
  await output.start()
  const seconds = frameDurationUs / 1e6
  let packets = 0
  return {
    write: packet =>
      source.add(new EncodedPacket(packet, 'key', packets++ * seconds, seconds), { decoderConfig }),
    finish: () => output.finalize()
  }
}

export async function createWavSink(target: Target, channels: Channels): Promise<PacketSink> {
  const source = new AudioSampleSource({ codec: 'pcm-s16' })
  const output = new Output({ format: new WavOutputFormat(), target })
  const decoderConfig = { codec: 'pcm-s16', sampleRate, numberOfChannels: channels }
  output.addAudioTrack(source, { decoderConfig })
  await output.start()

  let framesWritten = 0
  let samplesToSkip = encoderDelaySamples
  let written: Promise<void> = Promise.resolve()
  let onDecoded = () => {}
  const write = async (samples: Float32Array) => {
    const data = samples.slice(samplesToSkip * channels)
    samplesToSkip = 0
    const timestamp = framesWritten / sampleRate
    framesWritten += data.length / channels
    const sample = new AudioSample({ data, format: 'f32', numberOfChannels: channels, sampleRate, timestamp })
    await source.add(sample)
    sample.close()
  }
  const decoder = await OpusDecoder.create({
    channels,
    onPcm: ({ samples }) => {
      // A damaged packet keeps its place in time.
      const sound = samples.length > 0 ? samples : new Float32Array(samplesPerFrame * channels)
      written = written.then(() => write(sound))
      // The next `write` or `finish` throws it.
      written.catch(() => {})
      onDecoded()
    }
  })
  return {
    write: async packet => {
      decoder.decode({ ptsUs: 0, durationUs: frameDurationUs, data: packet })
      while (decoder.pending >= decodingFramesMax) {
        await new Promise<void>(resolve => {
          onDecoded = resolve
        })
      }
      await written
    },
    finish: async () => {
      await decoder.flush()
      decoder.close()
      await written
      await output.finalize()
    }
  }
}
