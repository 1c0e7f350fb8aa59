import { findLiveOggDecoder } from '#live-ogg'
import type { AudioFrame } from './audio-frame.ts'
import { MediaError } from './media-error.ts'
import type { CreatePacketDecoder, PacketDecoder } from './packet-decoder.ts'
import { type Channels, type Pcm, sampleRate, samplesPerFrame } from './pcm.ts'
import { findWebCodecsDecoder } from './webcodecs-decoder.ts'

export interface OpusDecoderOptions {
  /** What comes out; a packet with another number is mixed. */
  channels: Channels
  /**
   * Called exactly once for each frame, in the order of `decode`, with exactly 20 ms; with no samples at all when the
   * frame was damaged. Usually within a millisecond or two of `decode`.
   */
  onPcm: (pcm: Pcm, ptsUs: number) => void
}

/** Frames that may wait for a decoder that is too slow (10 s). One more, and all of them come back without sound. */
const pendingFramesMax = 500

/**
 * Opus packets in, as they come from the network; PCM out, without waiting for the next packet. WebCodecs in a
 * browser; in Node what `@mediabunny/server` has registered.
 */
export class OpusDecoder {
  readonly #options: OpusDecoderOptions
  readonly #createPacketDecoder: CreatePacketDecoder
  /** Made at the first frame, and again after an error or a flush. */
  #packetDecoder: PacketDecoder | undefined
  /** Inside the decoder, oldest first. */
  #pending: AudioFrame[] = []
  /** What came out beyond 20 ms. */
  #surplus = new Float32Array(0)
  #closed = false

  /** @throws MediaError when no Opus decoder is at hand */
  static async create(options: OpusDecoderOptions): Promise<OpusDecoder> {
    const config = { codec: 'opus', sampleRate, numberOfChannels: options.channels }
    const found = (await findWebCodecsDecoder(config)) ?? (await findLiveOggDecoder(config))
    if (found !== undefined) return new OpusDecoder(options, found)
    throw new MediaError(
      typeof document === 'undefined'
        ? 'no Opus decoder here: install @mediabunny/server and call registerMediabunnyServer() first'
        : 'this browser cannot decode Opus: it needs WebCodecs (AudioDecoder), on a page from https or localhost'
    )
  }

  private constructor(options: OpusDecoderOptions, createPacketDecoder: CreatePacketDecoder) {
    this.#options = options
    this.#createPacketDecoder = createPacketDecoder
  }

  /** Frames that have gone in and have not come out. */
  get pending(): number {
    return this.#pending.length
  }

  decode(frame: AudioFrame): void {
    if (this.#closed) return
    this.#pending.push(frame)
    if (this.#pending.length > pendingFramesMax) this.#giveUp(pendingFramesMax)
    else this.#feed(frame)
  }

  /**
   * Resolves when every frame so far has come out. The next one, which must not come earlier, starts with a fresh
   * decoder.
   */
  async flush(): Promise<void> {
    const ending = this.#packetDecoder
    await ending?.end()
    // A packet may have failed on the way, and those behind it are in another decoder now.
    if (ending !== this.#packetDecoder) return this.flush()
    this.#giveUp(this.#pending.length)
  }

  close(): void {
    this.#closed = true
    this.#pending = []
    this.#packetDecoder?.close()
    this.#packetDecoder = undefined
  }

  #feed(frame: AudioFrame): void {
    this.#packetDecoder ??= this.#open()
    this.#packetDecoder.decode(frame.data, frame.ptsUs)
  }

  #open(): PacketDecoder {
    const opened: PacketDecoder = this.#createPacketDecoder({
      channels: this.#options.channels,
      onSamples: samples => {
        if (opened === this.#packetDecoder) this.#deliver(this.#exactFrame(samples))
      },
      onError: () => {
        // The oldest frame is the one that failed, or it is in the way of the one that did.
        if (opened === this.#packetDecoder) this.#giveUp(1)
      }
    })
    return opened
  }

  /** Returns the `count` oldest frames without sound; the rest goes into a fresh decoder. */
  #giveUp(count: number): void {
    this.#packetDecoder?.close()
    this.#packetDecoder = undefined
    this.#surplus = new Float32Array(0)
    for (let i = 0; i < count; i++) this.#deliver(new Float32Array(0))
    for (const frame of this.#pending) this.#feed(frame)
  }

  /**
   * FFmpeg holds back half a millisecond when a stream goes from CELT to SILK and gives it out on the way back, so its
   * packets are not all of the same length. A packet that really is longer than the catalog says is cut.
   */
  #exactFrame(samples: Float32Array): Float32Array {
    const length = samplesPerFrame * this.#options.channels
    const available = new Float32Array(Math.max(length, this.#surplus.length + samples.length))
    available.set(samples, available.length - samples.length)
    available.set(this.#surplus, available.length - samples.length - this.#surplus.length)
    const surplus = available.slice(length)
    this.#surplus = surplus.length < length ? surplus : new Float32Array(0)
    return available.slice(0, length)
  }

  #deliver(samples: Float32Array): void {
    const frame = this.#pending.shift()
    if (frame !== undefined) this.#options.onPcm({ channels: this.#options.channels, samples }, frame.ptsUs)
  }
}
