import {
  AudioSample,
  AudioSampleSource,
  canEncodeAudio,
  NullTarget,
  OggOutputFormat,
  Output,
  Quality
} from 'mediabunny'
import type { AudioFrame } from './audio-frame.ts'
import { MediaError } from './media-error.ts'
import { type Channels, frameDurationUs, type Pcm, sampleRate, samplesPerFrame } from './pcm.ts'

export interface OpusEncoderOptions {
  channels: Channels
  /** Bits per second, variable: quiet passages take less, and a hard one more. */
  bitrate: number
  /** Called once for each 20 ms, in order, with a `ptsUs` that counts from 0. */
  onFrame: (frame: AudioFrame) => void
}

/**
 * PCM in pieces of any size in, one Opus packet out for each 20 ms of it, at once: the encoder has the sound of one
 * frame and no more. It is mediabunny's: WebCodecs in a browser, FFmpeg's libopus in Node.
 */
export class OpusEncoder {
  readonly #channels: Channels
  readonly #source: AudioSampleSource
  readonly #output: Output
  readonly #partial: Float32Array
  #partialLength = 0
  #framesIn = 0
  #framesOut = 0
  /** Writes go to the encoder one after the other, also when the caller does not wait. */
  #tail: Promise<void> = Promise.resolve()

  /** @throws MediaError when no Opus encoder is at hand */
  static async create(options: OpusEncoderOptions): Promise<OpusEncoder> {
    const { channels, bitrate } = options
    const quality = new Quality({ bitrate })
    if (!(await canEncodeAudio('opus', { numberOfChannels: channels, sampleRate, quality }))) {
      throw new MediaError(
        typeof document === 'undefined'
          ? 'no Opus encoder here: install @mediabunny/server and call registerMediabunnyServer() first'
          : 'this browser cannot encode Opus: it needs WebCodecs (AudioEncoder), on a page from https or localhost'
      )
    }
    const encoder = new OpusEncoder(options, quality)
    await encoder.#output.start()
    return encoder
  }

  private constructor({ channels, onFrame }: OpusEncoderOptions, quality: Quality) {
    this.#channels = channels
    this.#partial = new Float32Array(samplesPerFrame * channels)
    this.#source = new AudioSampleSource({
      codec: 'opus',
      quality,
      onEncodedPacket: packet => {
        // Counted, not converted from the packet's floating-point seconds: whole microseconds, without drift.
        const ptsUs = this.#framesOut++ * frameDurationUs
        onFrame({ ptsUs, durationUs: frameDurationUs, data: packet.data })
      }
    })
    // Only the packets are wanted; the container they are also written into goes nowhere.
    this.#output = new Output({ format: new OggOutputFormat(), target: new NullTarget() })
    this.#output.addAudioTrack(this.#source)
  }

  /**
   * Resolves when the encoder is ready for more. Its frames may come a moment later.
   *
   * @throws TypeError when the PCM has another number of channels
   * @throws MediaError when the encoder fails
   */
  write(pcm: Pcm): Promise<void> {
    if (pcm.channels !== this.#channels) {
      throw new TypeError(`the encoder takes ${this.#channels} channels, not ${pcm.channels}`)
    }
    const written = this.#tail.then(() => this.#append(pcm.samples))
    this.#tail = written.catch(() => {})
    return written
  }

  /** Fills the last frame with silence, hands it out with what the encoder still holds, and frees it. */
  async close(): Promise<void> {
    await this.#tail
    if (this.#partialLength > 0) await this.#encode(this.#partial.fill(0, this.#partialLength))
    this.#partialLength = 0
    await this.#output.finalize()
  }

  async #append(samples: Float32Array): Promise<void> {
    for (let at = 0; at < samples.length; ) {
      const piece = samples.subarray(at, at + this.#partial.length - this.#partialLength)
      this.#partial.set(piece, this.#partialLength)
      this.#partialLength += piece.length
      at += piece.length
      if (this.#partialLength < this.#partial.length) return
      this.#partialLength = 0
      await this.#encode(this.#partial)
    }
  }

  async #encode(samples: Float32Array): Promise<void> {
    const sample = new AudioSample({
      data: samples.slice(),
      format: 'f32',
      numberOfChannels: this.#channels,
      sampleRate,
      timestamp: (this.#framesIn++ * frameDurationUs) / 1e6
    })
    try {
      await this.#source.add(sample)
    } catch (error) {
      throw new MediaError(`the Opus encoder failed: ${error instanceof Error ? error.message : error}`)
    } finally {
      sample.close()
    }
  }
}
