/**
 * One stream, from frames as they come to sound as it is heard: jitter buffer → decoder → concealment.
 *
 * The caller brings the clock. Best is the clock of what plays the sound, e.g. an AudioContext's time: then `onPcm`
 * gives out exactly as much as is consumed, and the buffer absorbs the difference to the publisher's clock. From the
 * first frame on there are 20 ms for every 20 ms of that clock, silence included, a millisecond or two after the tick
 * (decoding is asynchronous). So the queue in front of the sound card needs to hold no more than the time between two
 * ticks and one frame.
 */
import type { AudioFrame } from './audio-frame.ts'
import { Concealer } from './conceal.ts'
import { JitterBuffer, type JitterBufferOptions } from './jitter-buffer.ts'
import { OpusDecoder } from './opus-decoder.ts'
import { lostPacketBefore } from './opus-head.ts'
import type { Channels, Pcm } from './pcm.ts'

export interface VoicePlayerOptions {
  channels: Channels
  /** 20 ms each, in the order of playing, whatever became of single frames. */
  onPcm: (pcm: Pcm) => void
  jitter?: JitterBufferOptions
}

export interface PlayerStats {
  /** Frames that wait to be played. */
  bufferedMs: number
  targetMs: number
  /** Not there when they should have been heard, or damaged. */
  lost: number
  /** Slots of 20 ms that were filled with invented sound. */
  concealed: number
  /** Came after they should have been heard. */
  late: number
}

/** After a longer gap the decoder's state is worth nothing. */
const lostFramesMax = 5

type BufferedFrame = AudioFrame & { seq: number }

/** A slot whose sound has not been given out yet, because it, or one before it, is being decoded. */
type Slot =
  | { type: 'conceal' }
  /** Decoded for the decoder's state only. */
  | { type: 'unheard' }
  /** `follows`: it comes right after the frame that was played before it. */
  | { type: 'frame'; follows: boolean }

export class VoicePlayer {
  readonly #channels: Channels
  readonly #onPcm: (pcm: Pcm) => void
  readonly #buffer: JitterBuffer<BufferedFrame>
  readonly #concealer: Concealer
  #decoder: OpusDecoder | undefined
  /** In the order of playing. Frames and unheard ones are exactly those inside the decoder, in the same order. */
  #slots: Slot[] = []
  #lastSeq: number | undefined
  #damaged = 0

  /** @throws MediaError when no Opus decoder is at hand */
  static async create(options: VoicePlayerOptions): Promise<VoicePlayer> {
    const player = new VoicePlayer(options)
    player.#decoder = await OpusDecoder.create({
      channels: options.channels,
      onPcm: pcm => player.#onDecoded(pcm)
    })
    return player
  }

  private constructor({ channels, onPcm, jitter }: VoicePlayerOptions) {
    this.#channels = channels
    this.#onPcm = onPcm
    this.#buffer = new JitterBuffer(jitter)
    this.#concealer = new Concealer(channels)
  }

  get stats(): PlayerStats {
    const { bufferedMs, targetMs, lost, concealed, late } = this.#buffer.stats
    return { bufferedMs, targetMs, lost: lost + this.#damaged, concealed: concealed + this.#damaged, late }
  }

  /** A frame came. `now` in milliseconds, on the same clock as in `tick`. */
  push(frame: AudioFrame, seq: number, now: number): void {
    this.#buffer.push({ ...frame, seq }, now)
  }

  /** Gives out what is due. To be called every 10 to 20 ms; a late call catches up. */
  tick(now: number): void {
    for (let slot = this.#buffer.pop(now); slot.type !== 'wait'; slot = this.#buffer.pop(now)) {
      if (slot.type === 'conceal') this.#slots.push(slot)
      else this.#play(slot.frame, slot.skipped)
    }
    this.#giveOutConcealed()
  }

  /** Another stream begins: what is buffered is dropped, and sound starts again with its first frames. */
  reset(): void {
    this.#buffer.reset()
    this.#lastSeq = undefined
  }

  close(): void {
    this.#decoder?.close()
    this.#decoder = undefined
    this.#slots = []
    this.#buffer.reset()
  }

  /** `skipped` come right before `frame`. */
  #play(frame: BufferedFrame, skipped: BufferedFrame[]): void {
    const first = skipped[0] ?? frame
    const lost = first.seq - 1 - (this.#lastSeq ?? first.seq - 1)
    if (lost <= lostFramesMax) {
      const empty = { ...first, data: lostPacketBefore(first.data) }
      for (let i = 0; i < lost; i++) this.#decode(empty, { type: 'unheard' })
    }
    for (const before of skipped) this.#decode(before, { type: 'unheard' })
    this.#decode(frame, { type: 'frame', follows: frame.seq - 1 === this.#lastSeq })
    this.#lastSeq = frame.seq
  }

  /** The slot first: a decoder that cannot keep up answers from within `decode`. */
  #decode(frame: AudioFrame, slot: Slot): void {
    this.#slots.push(slot)
    this.#decoder?.decode(frame)
  }

  #onDecoded({ samples }: Pcm): void {
    const slot = this.#slots.shift()
    if (slot?.type === 'frame') this.#giveOut(this.#heard(samples, slot.follows))
    this.#giveOutConcealed()
  }

  #heard(samples: Float32Array, follows: boolean): Float32Array {
    if (samples.length === 0) {
      this.#damaged++
      return this.#concealer.conceal()
    }
    return this.#concealer.play(samples, follows)
  }

  /** Up to the next slot that is still being decoded. */
  #giveOutConcealed(): void {
    while (this.#slots[0]?.type === 'conceal') {
      this.#slots.shift()
      this.#giveOut(this.#concealer.conceal())
    }
  }

  #giveOut(samples: Float32Array): void {
    this.#onPcm({ channels: this.#channels, samples })
  }
}
