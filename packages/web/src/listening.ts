/** One channel, played: subscription → jitter buffer and decoder (VoicePlayer) → the sound card. */
import type { AudioTrack } from '@hopcast/media'
import { decodeAudioFrame, decodeCatalog, MediaError, VoicePlayer } from '@hopcast/media'
import type { Hopcast, IncomingObject, Subscription, SubscriptionEvent } from '@hopcast/protocol/libp2p'
import { Arrivals } from './arrivals.ts'
import { Playback } from './playback.ts'
import { BitrateWindow, MedianWindow } from './rates.ts'
import { isSilenced, openSoundCard } from './sound-card.ts'

export interface ListenOptions {
  /** Called five times a second, and at once when `state` changes. */
  onStats?: (stats: ListenStats) => void
  /** To play through a context of your own, at 48 kHz. It stays yours: `stop` does not close it. */
  audioContext?: AudioContext
}

export type ListenState =
  /** Nobody publishes on the channel yet. */
  | 'waiting'
  | 'playing'
  /** The way to the publisher is lost, and looked for. */
  | 'interrupted'
  /** The publisher ended the stream. Plays again when it, or another one, starts. */
  | 'ended'

export interface ListenStats {
  state: ListenState
  /** Peer id of who speaks. */
  publisher: string | undefined
  /** Peer id of the neighbour that hands the stream to this tab. */
  upstream: string | undefined
  /** Links from the publisher to here. */
  hops: number | undefined
  /** What is played; undefined until a publisher was found. */
  track: AudioTrack | undefined
  framesReceived: number
  /** Never arrived, as far as the numbers of those that did tell. */
  framesLost: number
  /** Stretches of 20 ms that were filled with something like the sound before: for what was lost, or came late. */
  framesConcealed: number
  /** Of payload, bits per second over the last two seconds. */
  bitrate: number
  /** From the microphone to the loudspeaker, milliseconds; undefined when the publisher's clock is not this one's. */
  latencyMs: number | undefined
  /** Waiting to be decoded, and how much of it is aimed at, milliseconds. */
  bufferMs: number
  bufferTargetMs: number
  /** It plays as far as anybody has said, but no frame has come for a second. */
  stalled: boolean
  /** The browser holds the sound back until the user clicks or presses a key. */
  silenced: boolean
  /** Why nothing can be heard although a stream arrives, as a sentence. */
  problem: string | undefined
}

const statsIntervalMs = 200
/** A relay that is gone without a word is missed after five times as long. */
const stalledMs = 1_000
/** A latency outside of this says that the clocks of publisher and listener differ. */
const plausibleLatencyMs = { min: -20, max: 60_000 }

export class Listening {
  readonly channel: string
  readonly #subscription: Subscription
  readonly #context: AudioContext
  readonly #ownsContext: boolean
  readonly #onStats: ((stats: ListenStats) => void) | undefined
  readonly #bitrate = new BitrateWindow()
  readonly #transitMs = new MedianWindow()
  #playback: Playback | undefined
  #player: VoicePlayer | undefined
  #timer: ReturnType<typeof setInterval> | undefined
  readonly #startedAt = performance.now()
  #stopped = false
  #state: ListenState = 'waiting'
  /** When the last frame came, or the stream began. */
  #cameAt = 0
  #publisher: string | undefined
  #route: { upstream: string; hops: number } | undefined
  #track: AudioTrack | undefined
  #arrivals = new Arrivals()
  /** Of the publishers, or their runs, before this one. */
  #earlier = { received: 0, lost: 0, concealed: 0 }
  #problem: string | undefined

  /** Used by `Peer.listen`. Makes its AudioContext before the first `await`, as the autoplay rules ask. */
  static async start(hopcast: Hopcast, channel: string, options: ListenOptions = {}): Promise<Listening> {
    const context = options.audioContext ?? openSoundCard()
    // Not awaited: without a click it stays pending for ever, and `silenced` says so.
    void context.resume()
    const ownsContext = options.audioContext === undefined
    try {
      const listening = new Listening(hopcast.subscribe(channel), context, ownsContext, options.onStats)
      await listening.#start()
      return listening
    } catch (error) {
      if (ownsContext) await context.close()
      throw error
    }
  }

  private constructor(
    subscription: Subscription,
    context: AudioContext,
    ownsContext: boolean,
    onStats: ((stats: ListenStats) => void) | undefined
  ) {
    this.channel = subscription.channel
    this.#subscription = subscription
    this.#context = context
    this.#ownsContext = ownsContext
    this.#onStats = onStats
  }

  get stopped(): boolean {
    return this.#stopped
  }

  /** Root mean square of what plays just now, 0 to 1. */
  get level(): number {
    return this.#playback?.report.rms ?? 0
  }

  get stats(): ListenStats {
    const player = this.#player?.stats
    return {
      state: this.#state,
      publisher: this.#publisher,
      upstream: this.#route?.upstream,
      hops: this.#route?.hops,
      track: this.#track,
      framesReceived: this.#earlier.received + this.#arrivals.received,
      framesLost: this.#earlier.lost + this.#arrivals.lost,
      framesConcealed: this.#earlier.concealed + (player?.concealed ?? 0),
      bitrate: this.#bitrate.bitsPerSecond(Date.now()),
      latencyMs: this.#latencyMs(),
      bufferMs: player?.bufferedMs ?? 0,
      bufferTargetMs: player?.targetMs ?? 0,
      stalled: this.#isStalled,
      silenced: isSilenced(this.#context, this.#startedAt),
      problem: this.#problem
    }
  }

  /** Unsubscribes and falls silent. */
  async stop(): Promise<void> {
    if (this.#stopped) return
    this.#stopped = true
    clearInterval(this.#timer)
    this.#subscription.close()
    this.#player?.close()
    this.#playback?.close()
    if (this.#ownsContext) await this.#context.close()
  }

  async #start(): Promise<void> {
    try {
      this.#playback = await Playback.open(this.#context, now => this.#player?.tick(now))
    } catch (error) {
      this.#subscription.close()
      throw error
    }
    this.#timer = setInterval(() => this.#report(), statsIntervalMs)
    void this.#read()
    this.#report()
  }

  async #read(): Promise<void> {
    for await (const event of this.#subscription) {
      if (this.#stopped) return
      if (event.type === 'object') this.#onObject(event)
      else await this.#onChange(event)
    }
  }

  async #onChange(event: Exclude<SubscriptionEvent, IncomingObject>): Promise<void> {
    switch (event.type) {
      case 'started':
        await this.#onStarted(event.publisher, event.catalog)
        break
      case 'route':
        this.#route = { upstream: event.upstream, hops: event.hops }
        return
      case 'interrupted':
      case 'ended':
        this.#state = event.type
        this.#route = undefined
    }
    this.#report()
  }

  async #onStarted(publisher: string, catalog: Uint8Array): Promise<void> {
    this.#publisher = publisher
    this.#state = 'playing'
    this.#cameAt = performance.now()
    this.#transitMs.clear()
    this.#beginAnew()
    try {
      const track = decodeCatalog(catalog).tracks.find(track => track.kind === 'audio')
      if (track === undefined) throw new MediaError('The publisher sends no sound that this page can play.')
      this.#track = track
      this.#problem = undefined
      const player = await VoicePlayer.create({
        channels: track.channels,
        onPcm: pcm => this.#playback?.write(pcm)
      })
      if (this.#stopped) player.close()
      else this.#player = player
    } catch (error) {
      this.#track = undefined
      this.#problem = error instanceof Error ? error.message : String(error)
    }
  }

  #onObject(object: IncomingObject): void {
    if (object.track !== this.#track?.id) return
    this.#cameAt = performance.now()
    this.#arrivals.add(object.seq)
    this.#bitrate.add(object.payload.length, Date.now())
    this.#transitMs.add(Date.now() - object.timestampUs / 1_000)
    try {
      this.#player?.push(decodeAudioFrame(object.payload), object.seq, this.#playback?.now ?? 0)
    } catch (error) {
      // The jitter buffer misses a frame that is damaged, and conceals the gap.
      if (!(error instanceof MediaError)) throw error
    }
  }

  /** Another run of a publisher counts from 0 again, and is another sound. */
  #beginAnew(): void {
    this.#earlier.received += this.#arrivals.received
    this.#earlier.lost += this.#arrivals.lost
    this.#earlier.concealed += this.#player?.stats.concealed ?? 0
    this.#arrivals = new Arrivals()
    this.#player?.close()
    this.#player = undefined
    this.#playback?.clear()
  }

  get #isStalled(): boolean {
    return this.#state === 'playing' && performance.now() - this.#cameAt > stalledMs
  }

  #latencyMs(): number | undefined {
    const transitMs = this.#transitMs.median
    if (transitMs === undefined || this.#state !== 'playing' || this.#isStalled) return undefined
    if (transitMs < plausibleLatencyMs.min || transitMs > plausibleLatencyMs.max) return undefined
    const heardMs = (this.#player?.stats.bufferedMs ?? 0) + (this.#playback?.delayMs ?? 0)
    return Math.max(transitMs, 0) + heardMs
  }

  #report(): void {
    if (!this.#stopped) this.#onStats?.(this.stats)
  }
}
