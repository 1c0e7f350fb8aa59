import type { Pcm } from '@hopcast/media'
import { sampleRate } from '@hopcast/media'
import type { PlaybackMessage, PlaybackReport } from './pcm-messages.ts'
import { loadProcessors } from './sound-card.ts'

const silence: PlaybackReport = { queuedFrames: 0, underruns: 0, skippedFrames: 0, rms: 0, peak: 0 }

/** Plays PCM that is written into it, through a queue on the sound card's thread. */
export class Playback {
  readonly #context: AudioContext
  readonly #node: AudioWorkletNode
  #report = silence

  /** @param onTick called about every 10 ms of the sound card's time, with that time in milliseconds */
  static async open(context: AudioContext, onTick: (now: number) => void): Promise<Playback> {
    await loadProcessors(context)
    return new Playback(context, onTick)
  }

  private constructor(context: AudioContext, onTick: (now: number) => void) {
    this.#context = context
    this.#node = new AudioWorkletNode(context, 'hopcast-playback', {
      numberOfInputs: 0,
      outputChannelCount: [2]
    })
    this.#node.port.onmessage = (event: MessageEvent<PlaybackReport>) => {
      this.#report = event.data
      onTick(this.now)
    }
    this.#node.connect(context.destination)
  }

  /**
   * The sound card's clock, milliseconds. Everything that decides when a frame is due reads this one: a clock of its
   * own would run ahead of the card or behind it, and slowly fill or drain the queue.
   */
  get now(): number {
    return this.#context.currentTime * 1_000
  }

  /** From `write` to the loudspeaker, milliseconds, as far as the browser knows. */
  get delayMs(): number {
    const outputMs = (this.#context.outputLatency || this.#context.baseLatency || 0) * 1_000
    return (this.#report.queuedFrames / sampleRate) * 1_000 + outputMs
  }

  /** Of the last 10 ms that were played. */
  get report(): PlaybackReport {
    return this.#report
  }

  write(pcm: Pcm): void {
    // A copy: what conceals a lost frame keeps the one before it, and a transfer would empty that.
    const samples = pcm.samples.slice()
    const message: PlaybackMessage = { type: 'pcm', samples, channels: pcm.channels }
    this.#node.port.postMessage(message, [samples.buffer])
  }

  clear(): void {
    this.#node.port.postMessage({ type: 'clear' } satisfies PlaybackMessage)
  }

  close(): void {
    this.#node.port.onmessage = null
    this.#node.disconnect()
  }
}
