import { type AudioFrame, type AudioTrack, decodeAudioFrame, decodeCatalog, MediaError } from '@hopcast/media'
import type { IncomingObject, SubscriptionEvent } from '@hopcast/protocol/libp2p'
import { BitrateMeter } from './bitrate.ts'
import { LatencyHistogram } from './latency-histogram.ts'
import type { Output } from './output.ts'
import type { ListenStats, ListenSummary } from './reports.ts'
import { SequenceCounter } from './sequence.ts'
import { wallClockUs } from './wall-clock.ts'

/** Something that takes the sound: a recording, a loudspeaker, a level meter. */
export interface FrameSink {
  /** A stream begins or goes on. `resumed`: it is the same run as before. */
  start(track: AudioTrack, resumed: boolean): Promise<void>
  /** Each frame once; `seq` counts within the run. One that was overtaken comes late. */
  frame(frame: AudioFrame, seq: number): Promise<void>
  close(): Promise<void>
}

/** One in sixteen: the latency that is shown follows within a third of a second. */
const latencySmoothing = 1 / 16

/** Follows one subscription: counts what comes, tells what happens, and hands the sound on. */
export class Reception {
  readonly #output: Output
  readonly #sinks: readonly FrameSink[]
  readonly #sequence = new SequenceCounter()
  readonly #latency = new LatencyHistogram()
  readonly #bitrate = new BitrateMeter()
  #recentLatencyMs: number | null = null
  #firstFrameMs: number | null = null
  #route: { upstream: string; hops: number } | undefined
  #onAir = false
  #track: AudioTrack | undefined
  #run = ''

  constructor(output: Output, sinks: readonly FrameSink[]) {
    this.#output = output
    this.#sinks = sinks
  }

  async handle(event: SubscriptionEvent): Promise<void> {
    switch (event.type) {
      case 'started':
        return this.#onStarted(event)
      case 'object':
        return this.#onObject(event)
      case 'route':
        this.#route = { upstream: event.upstream, hops: event.hops }
        this.#output.report({ type: 'route', upstream: event.upstream, hops: event.hops })
        return
      case 'interrupted':
      case 'ended':
        this.#onAir = false
        this.#output.report({ type: event.type })
    }
  }

  stats(levelDb: number | null, neighbours: number): ListenStats {
    const route = this.#onAir ? this.#route : undefined
    return {
      type: 'stats',
      role: 'listen',
      ...this.#sequence.counts,
      bitrate: this.#bitrate.take(),
      levelDb,
      latencyMs: this.#recentLatencyMs === null ? null : Math.round(this.#recentLatencyMs * 10) / 10,
      hops: route?.hops ?? null,
      upstream: route?.upstream ?? null,
      neighbours
    }
  }

  summary(): ListenSummary {
    return {
      type: 'summary',
      ...this.#sequence.counts,
      firstFrameMs: this.#firstFrameMs,
      latencyMs: { p50: this.#latency.quantile(0.5), p99: this.#latency.quantile(0.99) },
      hops: this.#route?.hops ?? null
    }
  }

  async #onStarted(event: Extract<SubscriptionEvent, { type: 'started' }>): Promise<void> {
    const { publisher, epoch } = event
    this.#track = this.#trackOf(event.catalog)
    if (this.#track === undefined) return
    this.#onAir = true
    this.#sequence.start(publisher, epoch)
    const run = `${publisher} ${epoch}`
    const resumed = run === this.#run
    this.#run = run
    const { codec, channels } = this.#track
    this.#output.report({ type: 'started', publisher, epoch, codec, channels })
    for (const sink of this.#sinks) await sink.start(this.#track, resumed)
  }

  #trackOf(catalog: Uint8Array): AudioTrack | undefined {
    try {
      const [track] = decodeCatalog(catalog).tracks
      if (track === undefined) this.#output.log('the publisher sends no sound that this program knows')
      return track
    } catch (error) {
      if (!(error instanceof MediaError)) throw error
      this.#output.log(`the publisher does not say what it sends: ${error.message}`)
      return undefined
    }
  }

  async #onObject(object: IncomingObject): Promise<void> {
    if (object.track !== this.#track?.id) return
    const latencyMs = (wallClockUs() - object.timestampUs) / 1000
    if (this.#sequence.add(object.seq) === 'duplicate') return
    this.#firstFrameMs ??= Math.round(performance.now())
    this.#latency.add(latencyMs)
    this.#recentLatencyMs ??= latencyMs
    this.#recentLatencyMs += (latencyMs - this.#recentLatencyMs) * latencySmoothing
    this.#bitrate.add(object.payload.length)
    const frame = this.#frameOf(object)
    if (frame === undefined) return
    for (const sink of this.#sinks) await sink.frame(frame, object.seq)
  }

  #frameOf({ seq, payload }: IncomingObject): AudioFrame | undefined {
    try {
      return decodeAudioFrame(payload)
    } catch (error) {
      if (!(error instanceof MediaError)) throw error
      this.#output.log(`frame ${seq} is damaged: ${error.message}`)
      return undefined
    }
  }
}
