import {
  type AudioFrame,
  type AudioTrack,
  encodeAudioFrame,
  OpusEncoder,
  type Pcm,
  sampleRate
} from '@hopcast/media'
import type { Publication } from '@hopcast/protocol/libp2p'
import { BitrateMeter } from './bitrate.ts'
import { LevelMeter } from './level-meter.ts'
import { atMost } from './lifetime.ts'
import type { PublishStats } from './reports.ts'
import { CaptureClock } from './source/capture-clock.ts'
import { wallClockUs } from './wall-clock.ts'

/** The end of a stream has to get past a slow neighbour's queue, but does not keep the user. */
const endTimeoutMs = 2000

/** A track of a publication: encodes the sound that it is given and sends the frames. */
export class Broadcast {
  readonly publication: Publication
  readonly #track: AudioTrack
  readonly #level = new LevelMeter()
  readonly #bitrate = new BitrateMeter()
  readonly #clock = new CaptureClock()
  #encoder: OpusEncoder | undefined
  #frames = 0

  private constructor(publication: Publication, track: AudioTrack) {
    this.publication = publication
    this.#track = track
  }

  static async start(publication: Publication, track: AudioTrack): Promise<Broadcast> {
    const broadcast = new Broadcast(publication, track)
    broadcast.#encoder = await OpusEncoder.create({
      channels: track.channels,
      bitrate: track.bitrate,
      onFrame: frame => broadcast.#onFrame(frame)
    })
    return broadcast
  }

  /** Frames sent. */
  get frames(): number {
    return this.#frames
  }

  /** The sink of a pipe: sends until the source ends. */
  send = async (source: AsyncIterable<Pcm>): Promise<void> => {
    let samples = 0
    for await (const pcm of source) {
      samples += pcm.samples.length / pcm.channels
      this.#clock.arrived((samples * 1_000_000) / sampleRate, wallClockUs())
      this.#level.add(pcm.samples)
      await this.#encoder?.write(pcm)
    }
  }

  /** Sends what the encoder still holds, and the end; waits for both to leave, but not for ever. */
  async end(): Promise<void> {
    await this.#encoder?.close()
    await atMost(endTimeoutMs, this.publication.end())
  }

  /** What has happened since the last call. */
  stats(neighbours: number): PublishStats {
    return {
      type: 'stats',
      role: 'publish',
      frames: this.#frames,
      bitrate: this.#bitrate.take(),
      levelDb: this.#level.take(),
      children: this.publication.children,
      neighbours
    }
  }

  #onFrame(frame: AudioFrame): void {
    const payload = encodeAudioFrame(frame)
    this.publication.write({
      payload,
      timestampUs: this.#clock.captureTimeUs(frame.ptsUs),
      track: this.#track.id
    })
    this.#frames++
    this.#bitrate.add(payload.length)
  }
}
