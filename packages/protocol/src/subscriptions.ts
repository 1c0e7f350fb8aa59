/**
 * The channels that this node's own applications take, and what each has been told (RFC 1, section "Channels").
 *
 * Which publishers a subscription follows is chosen in `interests.ts`, and how their streams come here in `relay.ts`. What
 * is left is to tell the application of each run: `started` once, then every new way, and why sound stops.
 */
import type { Config } from './config.ts'
import { type ChannelId, type Millis, type PeerId, type StreamId, type StreamName, streamId } from './ids.ts'
import type { Announcement } from './wire/messages.ts'

/** What the application is told. */
export type SubscriptionChange =
  | { type: 'started'; announcement: Announcement }
  | { type: 'route'; upstream: PeerId; hops: number }
  | { type: 'interrupted' }
  | { type: 'ended' }

export interface SubscriptionEvent {
  channel: ChannelId
  /** Whose run it is about, and which. */
  publisher: PeerId
  epoch: number
  event: SubscriptionChange
}

interface Track {
  readonly name: StreamName
  /** Of an earlier time with the run. */
  readonly left: Left | undefined
}

/** What a stream had brought when it was left, and how long anybody may still have that: it is not handed on again. */
interface Left {
  readonly fromSeq: number
  readonly until: Millis
}

/** The run of a publisher that a subscription follows. */
interface Run {
  readonly announcement: Announcement
  /** The wanted tracks that have not ended. */
  readonly tracks: Map<StreamId, Track>
  /** Those that come at present. `started` has been said if there is one. */
  readonly live: Set<StreamId>
  /** The way that was told last: all tracks of a run take the same, sooner or later. */
  way: { upstream: PeerId; hops: number } | undefined
}

export class Subscriptions {
  /** The tracks that each subscription wants. */
  readonly #wanted = new Map<ChannelId, readonly number[]>()
  readonly #runs = new Map<ChannelId, Map<PeerId, Run>>()
  readonly #byStream = new Map<StreamId, Run>()
  readonly #config: Pick<Config, 'streamsLeftMax' | 'streamsLeftMs'>
  /** Of the streams that each subscription has left, the last ones. */
  readonly #left = new Map<ChannelId, Map<StreamId, Left>>()
  readonly #resumeSeq: (stream: StreamId) => number | undefined

  /** @param resumeSeq the seqno after the newest that has come here */
  constructor(
    config: Pick<Config, 'streamsLeftMax' | 'streamsLeftMs'>,
    resumeSeq: (stream: StreamId) => number | undefined
  ) {
    this.#config = config
    this.#resumeSeq = resumeSeq
  }

  /** @throws TypeError when the channel is subscribed already */
  open(channel: ChannelId, tracks: readonly number[]): void {
    if (this.#wanted.has(channel)) throw new TypeError('the channel is subscribed already')
    this.#wanted.set(channel, tracks)
    this.#runs.set(channel, new Map())
  }

  /** Whether the track is wanted, and of no run as yet: then nothing has come that it would have to go on from. */
  starts(channel: ChannelId, track: number): boolean {
    const isNew = (this.#runs.get(channel)?.size ?? 0) === 0 && !this.#left.has(channel)
    return isNew && this.#wanted.get(channel)?.includes(track) === true
  }

  /** The application is told no more. Its runs are still to be left. */
  close(channel: ChannelId): void {
    this.#wanted.delete(channel)
    this.#left.delete(channel)
    if (this.#runs.get(channel)?.size === 0) this.#runs.delete(channel)
  }

  /** Which stream of a subscription the object is of; undefined when nobody here takes it, or may have had it before. */
  target(stream: StreamId, seq: number, now: Millis): StreamName | undefined {
    const track = this.#byStream.get(stream)?.tracks.get(stream)
    if (track?.left !== undefined && seq < track.left.fromSeq && now < track.left.until) return undefined
    return track?.name
  }

  /** A subscription follows this run from now on. Returns the streams to be taken. */
  join(announcement: Announcement): StreamName[] {
    const { channel, publisher, epoch } = announcement
    const run: Run = { announcement, tracks: new Map(), live: new Set(), way: undefined }
    this.#runs.get(channel)?.set(publisher, run)
    const names = (this.#wanted.get(channel) ?? []).map(track => ({ channel, publisher, epoch, track }))
    for (const name of names) {
      const stream = streamId(name)
      run.tracks.set(stream, { name, left: this.#left.get(channel)?.get(stream) })
      this.#byStream.set(stream, run)
    }
    return names
  }

  /** It follows the run no longer. Returns the streams to be left, and what there is to say. */
  leave(
    left: Announcement,
    ended: boolean,
    now: Millis
  ): { streams: StreamId[]; events: SubscriptionEvent[] } {
    const { channel, publisher } = left
    const runs = this.#runs.get(channel)
    const run = runs?.get(publisher)
    if (runs === undefined || run === undefined) return { streams: [], events: [] }
    const streams = [...run.tracks.keys()]
    for (const stream of streams) {
      this.#byStream.delete(stream)
      if (!ended) this.#remember(channel, stream, now)
    }
    runs.delete(publisher)
    const isOpen = this.#wanted.has(channel)
    if (!isOpen && runs.size === 0) this.#runs.delete(channel)
    const isNews = isOpen && (ended || run.live.size > 0)
    return { streams, events: isNews ? [about(run, { type: ended ? 'ended' : 'interrupted' })] : [] }
  }

  #remember(channel: ChannelId, stream: StreamId, now: Millis): void {
    const fromSeq = this.#resumeSeq(stream)
    // Nothing has come: what was remembered before stays.
    if (fromSeq === undefined || !this.#wanted.has(channel)) return
    const left = this.#left.get(channel) ?? new Map<StreamId, Left>()
    this.#left.set(channel, left)
    const before = left.get(stream)
    left.delete(stream)
    // What came this time may be older than what had come before.
    const had = before !== undefined && now < before.until ? before.fromSeq : 0
    left.set(stream, { fromSeq: Math.max(fromSeq, had), until: now + this.#config.streamsLeftMs })
    const [oldest] = left.keys()
    if (left.size > this.#config.streamsLeftMax && oldest !== undefined) left.delete(oldest)
  }

  /** An object passes. It may come before SUB_OK, which travels apart from it. */
  handleObject(stream: StreamId): SubscriptionEvent[] {
    const run = this.#byStream.get(stream)
    return run === undefined ? [] : start(run, stream)
  }

  handleEstablished(stream: StreamId, upstream: PeerId, hops: number): SubscriptionEvent[] {
    const run = this.#byStream.get(stream)
    if (run === undefined) return []
    const { way } = run
    const started = start(run, stream)
    if (way?.upstream === upstream && way.hops === hops) return started
    run.way = { upstream, hops }
    return [...started, about(run, { type: 'route', upstream, hops })]
  }

  handleLost(stream: StreamId): SubscriptionEvent[] {
    const run = this.#byStream.get(stream)
    if (run?.live.delete(stream) !== true || run.live.size > 0) return []
    run.way = undefined
    return [about(run, { type: 'interrupted' })]
  }

  /** The stream's last object has passed. Returns the run if that was the last of its tracks. */
  handleEnd(stream: StreamId): Announcement | undefined {
    const run = this.#byStream.get(stream)
    if (run === undefined) return undefined
    this.#byStream.delete(stream)
    run.tracks.delete(stream)
    return run.tracks.size === 0 ? run.announcement : undefined
  }
}

function start(run: Run, stream: StreamId): SubscriptionEvent[] {
  const isFirst = run.live.size === 0
  run.live.add(stream)
  return isFirst ? [about(run, { type: 'started', announcement: run.announcement })] : []
}

function about({ announcement }: Run, event: SubscriptionChange): SubscriptionEvent {
  const { channel, publisher, epoch } = announcement
  return { channel, publisher, epoch, event }
}
