import type { Target } from 'mediabunny'
import type { AudioFrame } from './audio-frame.ts'
import { MediaError } from './media-error.ts'
import { silentPacket } from './opus-head.ts'
import { type Channels, frameDurationUs } from './pcm.ts'
import { createOggSink, createWavSink, type PacketSink } from './recording-sink.ts'

export interface RecordingOptions {
  /** `ogg` keeps the Opus packets as they are; `wav` has them decoded, 16 bit. */
  format: 'ogg' | 'wav'
  target: Target
  channels: Channels
}

/** Frames that wait for one before them. */
const reorderFramesMax = 10
/** Relays keep two seconds; what is older belongs to a publisher that began anew. */
const backwardsMaxUs = 2_500_000
/** One hour. A longer gap is not filled: somebody's clock has jumped. */
const gapMaxUs = 3_600_000_000

/**
 * Writes one stream into a file. Frames may come twice, and a little out of order; where some are missing, the file has
 * silence of the same length. It begins with the first frame that comes, and when a publisher begins anew, its frames
 * follow on those before.
 *
 * A file that is cut off can be played to within half a second of its end: an Ogg file by everything, a WAV file by
 * what forgives a header that says it is empty, as FFmpeg does. That is, if the target writes at once: a
 * `FilePathTarget` does so only with `{ chunked: false }`, and keeps 16 MiB in memory otherwise.
 */
export class Recording {
  readonly #sink: PacketSink
  readonly #silence: Uint8Array
  /** Sorted by time. */
  #waiting: AudioFrame[] = []
  /** The end of what has been written, on the publisher's clock; undefined before the first frame. */
  #endUs: number | undefined
  #tail: Promise<void> = Promise.resolve()

  /** @throws MediaError when `wav` is asked for and no Opus decoder is at hand */
  static async create({ format, target, channels }: RecordingOptions): Promise<Recording> {
    const createSink = format === 'ogg' ? createOggSink : createWavSink
    return new Recording(await createSink(target, channels), channels)
  }

  private constructor(sink: PacketSink, channels: Channels) {
    this.#sink = sink
    this.#silence = silentPacket(channels)
  }

  /**
   * Resolves when there is room for more.
   *
   * @throws MediaError when the target does not take it, e.g. because the disk is full
   */
  write(frame: AudioFrame): Promise<void> {
    return this.#enqueue(() => this.#accept(frame))
  }

  /** Writes what still waits, and closes the file properly. */
  finish(): Promise<void> {
    return this.#enqueue(async () => {
      while (this.#waiting.length > 0) await this.#writeFirst()
      await this.#sink.finish()
    })
  }

  #enqueue(step: () => Promise<void>): Promise<void> {
    const done = this.#tail.then(step).catch(error => {
      const reason = error instanceof Error ? error.message : error
      throw error instanceof MediaError ? error : new MediaError(`the recording cannot be written: ${reason}`)
    })
    this.#tail = done.catch(() => {})
    return done
  }

  async #accept(frame: AudioFrame): Promise<void> {
    if (this.#endUs !== undefined && this.#beginsAnew(frame, this.#endUs)) {
      while (this.#waiting.length > 0) await this.#writeFirst()
      this.#endUs = frame.ptsUs
    }
    this.#endUs ??= frame.ptsUs
    if (frame.ptsUs < this.#endUs - frameDurationUs / 2) return
    if (this.#waiting.some(other => other.ptsUs === frame.ptsUs)) return
    this.#waiting.push(frame)
    this.#waiting.sort((a, b) => a.ptsUs - b.ptsUs)
    while (this.#waiting.length > reorderFramesMax || this.#firstFollows()) await this.#writeFirst()
  }

  #beginsAnew(frame: AudioFrame, endUs: number): boolean {
    return frame.ptsUs < endUs - backwardsMaxUs || frame.ptsUs > endUs + gapMaxUs
  }

  #firstFollows(): boolean {
    const first = this.#waiting[0]
    return first !== undefined && first.ptsUs - (this.#endUs as number) < frameDurationUs / 2
  }

  async #writeFirst(): Promise<void> {
    const frame = this.#waiting.shift() as AudioFrame
    let end = this.#endUs as number
    for (; frame.ptsUs - end >= frameDurationUs / 2; end += frameDurationUs)
      await this.#sink.write(this.#silence)
    await this.#sink.write(frame.data)
    this.#endUs = frame.ptsUs + frame.durationUs
  }
}
