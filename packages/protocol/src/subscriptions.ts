/**
 * The channels that this node's own applications take, and what each has been told (RFC 1, section "Channels").
 *
 * Which publisher a subscription follows is chosen in `channels.ts`, and how its streams come here in `relay.ts`. What is
 * left is to tell the application: `started` once per run, then every new way, and why sound stops.
 */
import { type ChannelId, type PeerId, type StreamId, streamId } from './ids.ts'
import type { Announcement } from './wire/messages.ts'

/** What the application is told. */
export type SubscriptionChange =
  | { type: 'started'; announcement: Announcement }
  | { type: 'route'; upstream: PeerId; hops: number }
  | { type: 'interrupted' }
  | { type: 'ended' }

/** One track of the run that a subscription follows. */
export interface Joined {
  readonly channel: ChannelId
  readonly announcement: Announcement
  readonly track: number
  /** `started` has been said, and neither `interrupted` nor `ended` since. */
  live: boolean
}

export interface SubscriptionEvent {
  channel: ChannelId
  event: SubscriptionChange
}

export class Subscriptions {
  readonly #tracks = new Map<ChannelId, readonly number[]>()
  readonly #joined = new Map<StreamId, Joined>()

  /** @throws TypeError when the channel is subscribed already */
  open(channel: ChannelId, tracks: readonly number[]): void {
    if (this.#tracks.has(channel)) throw new TypeError('the channel is subscribed already')
    this.#tracks.set(channel, tracks)
  }

  close(channel: ChannelId): void {
    this.#tracks.delete(channel)
  }

  joined(stream: StreamId): Readonly<Joined> | undefined {
    return this.#joined.get(stream)
  }

  /** The channel follows this run from now on. Returns the streams to be taken. */
  join(channel: ChannelId, announcement: Announcement): StreamId[] {
    const { publisher, epoch } = announcement
    return (this.#tracks.get(channel) ?? []).map(track => {
      const stream = streamId(channel, publisher, epoch, track)
      this.#joined.set(stream, { channel, announcement, track, live: false })
      return stream
    })
  }

  /** The channel follows its run no longer. Returns the streams to be left, and what there is to say. */
  leave(channel: ChannelId, ended: boolean): { streams: StreamId[]; events: SubscriptionEvent[] } {
    const streams: StreamId[] = []
    let isNews = ended
    for (const [stream, joined] of this.#joined) {
      if (joined.channel !== channel) continue
      isNews ||= joined.live
      this.#joined.delete(stream)
      streams.push(stream)
    }
    if (!isNews || !this.#tracks.has(channel)) return { streams, events: [] }
    return { streams, events: [{ channel, event: { type: ended ? 'ended' : 'interrupted' } }] }
  }

  /** An object passes. It may come before SUB_OK, which travels apart from it. */
  handleObject(stream: StreamId): SubscriptionEvent[] {
    const joined = this.#joined.get(stream)
    return joined === undefined ? [] : start(joined)
  }

  handleEstablished(stream: StreamId, upstream: PeerId, hops: number): SubscriptionEvent[] {
    const joined = this.#joined.get(stream)
    if (joined === undefined) return []
    const { channel } = joined
    return [...start(joined), { channel, event: { type: 'route', upstream, hops } }]
  }

  handleLost(stream: StreamId): SubscriptionEvent[] {
    const joined = this.#joined.get(stream)
    if (joined?.live !== true) return []
    joined.live = false
    return [{ channel: joined.channel, event: { type: 'interrupted' } }]
  }

  /** The stream's last object has passed. Returns the run if it was the last of its tracks. */
  handleEnd(stream: StreamId): Joined | undefined {
    const joined = this.#joined.get(stream)
    if (joined === undefined) return undefined
    this.#joined.delete(stream)
    for (const other of this.#joined.values()) if (other.channel === joined.channel) return undefined
    return joined
  }
}

function start(joined: Joined): SubscriptionEvent[] {
  if (joined.live) return []
  joined.live = true
  const { channel, announcement } = joined
  return [{ channel, event: { type: 'started', announcement } }]
}
