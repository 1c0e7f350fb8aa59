/**
 * The channels that this node's own applications take, and what each has been told (RFC 1, section "Channels").
 *
 * Which publisher a subscription follows is chosen in `channels.ts`, and how its streams come here in `relay.ts`. What is
 * left is to tell the application: `started` once per run, then every new way, and why sound stops.
 */
import { type ChannelId, type PeerId, type StreamId, type StreamName, streamId } from './ids.ts'
import type { Announcement } from './wire/messages.ts'

/** What the application is told. */
export type SubscriptionChange =
  | { type: 'started'; announcement: Announcement }
  | { type: 'route'; upstream: PeerId; hops: number }
  | { type: 'interrupted' }
  | { type: 'ended' }

export interface SubscriptionEvent {
  channel: ChannelId
  event: SubscriptionChange
}

/** The run of a publisher that a subscription follows. */
interface Run {
  readonly channel: ChannelId
  readonly announcement: Announcement
  /** The wanted tracks that have not ended. */
  readonly tracks: Map<StreamId, number>
  /** Those that come at present. `started` has been said if there is one. */
  readonly live: Set<StreamId>
  /** The way that was told last: all tracks of a run take the same, sooner or later. */
  way: { upstream: PeerId; hops: number } | undefined
}

export class Subscriptions {
  /** The tracks that each subscription wants. */
  readonly #wanted = new Map<ChannelId, readonly number[]>()
  readonly #runs = new Map<ChannelId, Run>()
  readonly #byStream = new Map<StreamId, Run>()

  /** @throws TypeError when the channel is subscribed already */
  open(channel: ChannelId, tracks: readonly number[]): void {
    if (this.#wanted.has(channel)) throw new TypeError('the channel is subscribed already')
    this.#wanted.set(channel, tracks)
  }

  close(channel: ChannelId): void {
    this.#wanted.delete(channel)
  }

  /** Where the objects of a stream go; undefined when nobody here takes it. */
  target(stream: StreamId): { channel: ChannelId; track: number } | undefined {
    const run = this.#byStream.get(stream)
    const track = run?.tracks.get(stream)
    return run === undefined || track === undefined ? undefined : { channel: run.channel, track }
  }

  /** The channel follows this run from now on. Returns the streams to be taken. */
  join(channel: ChannelId, announcement: Announcement): StreamName[] {
    const { publisher, epoch } = announcement
    const run: Run = { channel, announcement, tracks: new Map(), live: new Set(), way: undefined }
    this.#runs.set(channel, run)
    const names = (this.#wanted.get(channel) ?? []).map(track => ({ channel, publisher, epoch, track }))
    for (const name of names) {
      const stream = streamId(name)
      run.tracks.set(stream, name.track)
      this.#byStream.set(stream, run)
    }
    return names
  }

  /** The channel follows its run no longer. Returns the streams to be left, and what there is to say. */
  leave(channel: ChannelId, ended: boolean): { streams: StreamId[]; events: SubscriptionEvent[] } {
    const run = this.#runs.get(channel)
    const streams = [...(run?.tracks.keys() ?? [])]
    for (const stream of streams) this.#byStream.delete(stream)
    this.#runs.delete(channel)
    const isNews = ended || (run !== undefined && run.live.size > 0)
    if (!isNews || !this.#wanted.has(channel)) return { streams, events: [] }
    return { streams, events: [{ channel, event: { type: ended ? 'ended' : 'interrupted' } }] }
  }

  /** An object passes. It may come before SUB_OK, which travels apart from it. */
  handleObject(stream: StreamId): SubscriptionEvent[] {
    const run = this.#byStream.get(stream)
    return run === undefined ? [] : start(run, stream)
  }

  handleEstablished(stream: StreamId, upstream: PeerId, hops: number): SubscriptionEvent[] {
    const run = this.#byStream.get(stream)
    if (run === undefined) return []
    const { channel, way } = run
    const started = start(run, stream)
    if (way?.upstream === upstream && way.hops === hops) return started
    run.way = { upstream, hops }
    return [...started, { channel, event: { type: 'route', upstream, hops } }]
  }

  handleLost(stream: StreamId): SubscriptionEvent[] {
    const run = this.#byStream.get(stream)
    if (run?.live.delete(stream) !== true || run.live.size > 0) return []
    run.way = undefined
    return [{ channel: run.channel, event: { type: 'interrupted' } }]
  }

  /** The stream's last object has passed. Returns the run if that was the last of its tracks. */
  handleEnd(stream: StreamId): { channel: ChannelId; announcement: Announcement } | undefined {
    const run = this.#byStream.get(stream)
    if (run === undefined) return undefined
    this.#byStream.delete(stream)
    run.tracks.delete(stream)
    return run.tracks.size === 0 ? run : undefined
  }
}

function start({ channel, announcement, live }: Run, stream: StreamId): SubscriptionEvent[] {
  const isFirst = live.size === 0
  live.add(stream)
  return isFirst ? [{ channel, event: { type: 'started', announcement } }] : []
}
