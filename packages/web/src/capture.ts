import type { CapturedBlock } from './pcm-messages.ts'
import { loadProcessors } from './sound-card.ts'

/** Cuts the sound of a MediaStream into blocks of 20 ms at 48 kHz. */
export class Capture {
  readonly #source: MediaStreamAudioSourceNode
  readonly #node: AudioWorkletNode

  /** @throws TypeError when the stream has no sound */
  static async open(
    context: AudioContext,
    stream: MediaStream,
    channels: 1 | 2,
    onBlock: (block: CapturedBlock) => void
  ): Promise<Capture> {
    if (stream.getAudioTracks().length === 0) throw new TypeError('The stream to publish has no audio track')
    await loadProcessors(context)
    return new Capture(context, stream, channels, onBlock)
  }

  private constructor(
    context: AudioContext,
    stream: MediaStream,
    channels: 1 | 2,
    onBlock: (block: CapturedBlock) => void
  ) {
    this.#source = new MediaStreamAudioSourceNode(context, { mediaStream: stream })
    this.#node = new AudioWorkletNode(context, 'hopcast-capture', {
      numberOfOutputs: 0,
      // The browser mixes whatever the device has down, or up, to what the track carries.
      channelCount: channels,
      channelCountMode: 'explicit',
      processorOptions: { channels }
    })
    this.#node.port.onmessage = (event: MessageEvent<CapturedBlock>) => onBlock(event.data)
    this.#source.connect(this.#node)
  }

  close(): void {
    this.#node.port.onmessage = null
    this.#source.disconnect()
  }
}

/** How fast the mapping follows the difference between the sound card's clock and the wall's: 1 / this, per block. */
const followBlocks = 250

/**
 * Maps the position in a captured stream, which counts samples, to the wall clock, which listeners compare with. The
 * two drift apart by some ten milliseconds an hour, so the mapping follows slowly, without a step that would be heard.
 */
export class CaptureClock {
  #startUs: number | undefined

  /** @param endUs position of the block's end in the stream; @param nowUs wall clock when it arrived. Microseconds. */
  observe(endUs: number, nowUs: number): void {
    const startUs = nowUs - endUs
    this.#startUs ??= startUs
    this.#startUs += (startUs - this.#startUs) / followBlocks
  }

  /** Microseconds since the Unix epoch at `ptsUs` of the stream, an integer. Call it after the first `observe`. */
  wallUs(ptsUs: number): number {
    return Math.round((this.#startUs ?? 0) + ptsUs)
  }
}
