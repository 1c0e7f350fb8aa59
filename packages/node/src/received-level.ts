import { type AudioFrame, type AudioTrack, OpusDecoder } from '@hopcast/media'
import { LevelMeter } from './level-meter.ts'
import type { FrameSink } from './reception.ts'

/** Decodes the sound for the level meter of a terminal, where nothing else does. */
export class ReceivedLevel implements FrameSink {
  readonly #level = new LevelMeter()
  #decoder: OpusDecoder | undefined

  take(): number | null {
    return this.#level.take()
  }

  async start({ channels }: AudioTrack, resumed: boolean): Promise<void> {
    if (resumed) return
    this.#decoder?.close()
    this.#decoder = await OpusDecoder.create({ channels, onPcm: ({ samples }) => this.#level.add(samples) })
  }

  async frame(frame: AudioFrame): Promise<void> {
    this.#decoder?.decode(frame)
  }

  async close(): Promise<void> {
    this.#decoder?.close()
  }
}
