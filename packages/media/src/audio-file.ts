import type { InputAudioTrack, Source } from 'mediabunny'
import {
  ADTS,
  AudioSampleSink,
  FLAC,
  Input,
  MATROSKA,
  MP3,
  MP4,
  OGG,
  QTFF,
  UnsupportedInputFormatError,
  WAVE,
  WEBM
} from 'mediabunny'
import { interleavedSamples } from './audio-sample.ts'
import { MediaError } from './media-error.ts'
import { type Channels, type Pcm, sampleRate } from './pcm.ts'
import { Resampler } from './resampler.ts'

/** Files only: mediabunny's HLS would let a playlist make this machine fetch addresses. */
const formats = [WAVE, MP3, OGG, FLAC, MP4, QTFF, MATROSKA, WEBM, ADTS]

/**
 * The first audio track of a WAV, MP3, Ogg, FLAC, MP4 or any other file that mediabunny can read, at 48 kHz, in pieces
 * of whatever size its decoder makes. It is decoded as it is read: at most a few dozen pieces ahead of the caller, so a
 * file may be of any length. To stop early, leave the loop.
 *
 * @throws MediaError when it is no audio, or of a codec that is not at hand
 */
export async function* readAudio(source: Source, options: { channels: Channels }): AsyncGenerator<Pcm> {
  const { channels } = options
  const input = new Input({ source, formats })
  try {
    const track = await openTrack(input)
    const rate = await track.getSampleRate()
    const resampler = rate === sampleRate ? undefined : new Resampler(rate, channels)
    for await (const sample of new AudioSampleSink(track).samples()) {
      const samples = interleavedSamples(sample, channels)
      sample.close()
      const resampled = resampler?.push(samples) ?? samples
      if (resampled.length > 0) yield { channels, samples: resampled }
    }
    if (resampler) yield { channels, samples: resampler.finish() }
  } catch (error) {
    throw error instanceof MediaError ? error : new MediaError(`this file cannot be read: ${reason(error)}`)
  } finally {
    input.dispose()
  }
}

async function openTrack(input: Input): Promise<InputAudioTrack> {
  let track: InputAudioTrack | null
  try {
    track = await input.getPrimaryAudioTrack()
  } catch (error) {
    if (!(error instanceof UnsupportedInputFormatError)) throw error
    throw new MediaError('this is no audio file of a known kind: use WAV, MP3, Ogg, FLAC or MP4')
  }
  if (track === null) throw new MediaError('this file has no sound in it')
  if (!(await track.canDecode())) {
    const codec = (await track.getCodec()) ?? 'an unknown codec'
    throw new MediaError(`the sound in this file is encoded with ${codec}, which cannot be decoded here`)
  }
  return track
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
