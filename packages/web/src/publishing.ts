/** One microphone, published: MediaStream → blocks of 20 ms → Opus → objects. */
import type { AudioFrame, AudioTrack } from '@hopcast/media'
import {
  encodeAudioFrame,
  encodeCatalog,
  frameDurationUs,
  OpusEncoder,
  ratesOf,
  voiceCatalog
} from '@hopcast/media'
import type { Hopcast, Publication } from '@hopcast/protocol/libp2p'
import { Capture, CaptureClock } from './capture.ts'
import type { CapturedBlock } from './pcm-messages.ts'
import { BitrateWindow } from './rates.ts'
import { isSilenced, openSoundCard } from './sound-card.ts'

export interface PublishOptions {
  /** Its first audio track is published. The stream stays yours: `stop` does not end its tracks. */
  stream: MediaStream
  /** Default 1, which is right for a voice. */
  channels?: 1 | 2
  /** Bits per second. Default: 32,000 for a voice. */
  bitrate?: number
  /** Called five times a second, and at once when `state` changes. */
  onStats?: (stats: PublishStats) => void
  /** To work in a context of your own, at 48 kHz. It stays yours: `stop` does not close it. */
  audioContext?: AudioContext
}

export interface PublishStats {
  /** `source-ended`: the microphone was unplugged, or its permission withdrawn; nothing more will come. */
  state: 'live' | 'source-ended'
  track: AudioTrack
  framesSent: number
  /** Neighbours that take the stream from this tab now; each serves any number of listeners. */
  children: number
  /** Of payload, bits per second over the last two seconds. */
  bitrate: number
  /** The browser holds the sound back until the user clicks or presses a key. */
  silenced: boolean
  /** Why nothing is sent, as a sentence. */
  problem: string | undefined
}

const statsIntervalMs = 200

export class Publishing {
  readonly channel: string
  readonly track: AudioTrack
  readonly #publication: Publication
  readonly #context: AudioContext
  readonly #options: PublishOptions
  readonly #source: MediaStreamTrack | undefined
  readonly #clock = new CaptureClock()
  readonly #bitrate = new BitrateWindow()
  readonly #onSourceEnded = () => this.#report()
  #capture: Capture | undefined
  #encoder: OpusEncoder | undefined
  #timer: ReturnType<typeof setInterval> | undefined
  readonly #startedAt = performance.now()
  #stopped = false
  #capturedUs = 0
  #framesSent = 0
  #level = 0
  #problem: string | undefined

  /** Used by `Peer.publish`. Makes its AudioContext before the first `await`, as the autoplay rules ask. */
  static async start(hopcast: Hopcast, channel: string, options: PublishOptions): Promise<Publishing> {
    const context = options.audioContext ?? openSoundCard()
    void context.resume()
    const { channels, bitrate } = options
    const catalog = voiceCatalog({ ...(channels && { channels }), ...(bitrate && { bitrate }) })
    let publishing: Publishing | undefined
    try {
      const publication = hopcast.publish(channel, {
        catalog: encodeCatalog(catalog),
        rates: ratesOf(catalog)
      })
      publishing = new Publishing(publication, context, catalog.tracks[0] as AudioTrack, options)
      await publishing.#start()
      return publishing
    } catch (error) {
      await publishing?.stop()
      if (publishing === undefined && options.audioContext === undefined) await context.close()
      throw error
    }
  }

  private constructor(
    publication: Publication,
    context: AudioContext,
    track: AudioTrack,
    options: PublishOptions
  ) {
    this.channel = publication.channel
    this.track = track
    this.#publication = publication
    this.#context = context
    this.#options = options
    this.#source = options.stream.getAudioTracks()[0]
  }

  get stopped(): boolean {
    return this.#stopped
  }

  /** Root mean square of the last 20 ms from the microphone, 0 to 1. */
  get level(): number {
    return this.#level
  }

  get stats(): PublishStats {
    return {
      state: this.#source?.readyState === 'live' ? 'live' : 'source-ended',
      track: this.track,
      framesSent: this.#framesSent,
      children: this.#publication.children,
      bitrate: this.#bitrate.bitsPerSecond(Date.now()),
      silenced: isSilenced(this.#context, this.#startedAt),
      problem: this.#problem
    }
  }

  /** Tells the listeners that the stream ended, and withdraws it. */
  async stop(): Promise<void> {
    if (this.#stopped) return
    this.#stopped = true
    clearInterval(this.#timer)
    this.#source?.removeEventListener('ended', this.#onSourceEnded)
    this.#capture?.close()
    await this.#encoder?.close().catch(() => {})
    if (this.#options.audioContext === undefined) await this.#context.close()
    await this.#publication.end()
  }

  /** The page goes away: tells the listeners that the stream ended, and waits for nothing. */
  leave(): void {
    if (!this.#stopped) this.#publication.endNow()
  }

  async #start(): Promise<void> {
    const { channels, bitrate } = this.track
    this.#encoder = await OpusEncoder.create({ channels, bitrate, onFrame: frame => this.#send(frame) })
    this.#capture = await Capture.open(this.#context, this.#options.stream, channels, block =>
      this.#onBlock(block)
    )
    this.#source?.addEventListener('ended', this.#onSourceEnded)
    this.#timer = setInterval(() => this.#report(), statsIntervalMs)
    this.#report()
  }

  #onBlock(block: CapturedBlock): void {
    this.#capturedUs += frameDurationUs
    this.#clock.observe(this.#capturedUs, Date.now() * 1_000)
    this.#level = rootMeanSquare(block.samples)
    this.#encoder?.write(block).catch((error: unknown) => {
      this.#problem = `The sound cannot be encoded: ${error instanceof Error ? error.message : error}`
    })
  }

  #send(frame: AudioFrame): void {
    const payload = encodeAudioFrame(frame)
    this.#publication.write({ payload, timestampUs: this.#clock.wallUs(frame.ptsUs), track: this.track.id })
    this.#framesSent++
    this.#bitrate.add(payload.length, Date.now())
  }

  #report(): void {
    if (!this.#stopped) this.#options.onStats?.(this.stats)
  }
}

function rootMeanSquare(samples: Float32Array): number {
  let energy = 0
  for (const sample of samples) energy += sample * sample
  return Math.sqrt(energy / Math.max(samples.length, 1))
}
