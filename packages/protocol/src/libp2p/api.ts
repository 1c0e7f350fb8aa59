/**
 * What an application sees of hopcast: the libp2p service, a publication, a subscription.
 * `Hopcast` is what `createLibp2p({ services: { hopcast: hopcast() } })` makes of it.
 */
import type { TrackRate } from '../contract.ts'

export type { TrackRate }

export interface HopcastInit {
  /** Shown to neighbours in HELLO and in their status, e.g. `hopcast-node/0.1.0`. At most 64 characters. */
  agent?: string
  /** Everyone can reach this node, and it is meant to stay. Neighbours are told, and come back to it when they need one that is. */
  server?: boolean
  /** How many neighbours it has at most, for a node that is not a page: 2 to 16384; default 256. An idle one takes about 0.3 MB. */
  neighboursMax?: number
  /** What it sends on for others at most, in bits per second. A neighbour for which there is no room is sent elsewhere. Default: no limit. */
  uplinkBps?: number
  /** Whether it finds neighbours by itself, of those that its neighbours tell of. Default: it dials nobody but those named in `connect`. */
  discovery?: DiscoveryInit
}

export interface DiscoveryInit {
  /** How many neighbours to have, those that were named and those that dial in included: 0 to 128. 8 suits a page, 32 a server. */
  neighbours: number
  /** Whether an address, a multiaddr, may be dialled. Default: every one that a transport of libp2p's is there for. */
  canDial?: (address: string) => boolean
}

export interface Hopcast {
  /** This node's libp2p peer id, base58btc text. */
  readonly peerId: string

  /**
   * Announces a stream on an open channel and returns the handle to write it with.
   * A publisher that starts again gets a new epoch, so subscribers never mix two runs.
   *
   * @throws TypeError for a channel name that is not allowed, a catalog over 1,024 bytes, or a channel that this
   * node publishes already
   */
  publish(channel: string, options?: PublishOptions): Publication

  /**
   * Subscribes to whoever publishes on `channel`, now or later: to one publisher at a time, failing over when it goes, or
   * (`mode: 'all'`) to all of them.
   *
   * @throws TypeError for a channel name that is not allowed, or a channel that is subscribed already
   */
  subscribe(channel: string, options?: SubscribeOptions): Subscription

  /**
   * Carries nothing for others from now on, as a page does that is hidden, or does so again. What it subscribes to and
   * publishes goes on, and those that it feeds are fed until they have found another way.
   */
  withdraw(withdrawn: boolean): void

  /** Withdraws, and resolves when nobody is fed any more, or after two seconds: stopping interrupts as few as may be then. */
  leave(): Promise<void>

  /**
   * Keeps a connection to the node at `address`: dials, and dials again with back-off whenever it is lost.
   *
   * @param address a multiaddr, with or without its `/p2p/` part
   * @throws TypeError when it is no multiaddr
   */
  connect(address: string): void

  /** A snapshot for people and dashboards: neighbours, routes, streams, counters. Cheap enough for once a second. */
  status(): Status

  /** Calls `listener` on each event of `HopcastEvent`; returns the function that stops it. */
  on(listener: (event: HopcastEvent) => void): () => void
}

export interface PublishOptions {
  /** What the stream's tracks are, opaque to relays; at most 1,024 bytes. `@hopcast/media` writes and reads it. */
  catalog?: Uint8Array
  /** The tracks that will be written, each 0 to 255. Default [0]. */
  tracks?: readonly number[]
  /**
   * What the tracks will take, by track, so that the uplinks of a crowd that comes at the start are not asked for too much.
   * Without it a track is taken for voice until it has been measured, which takes a second or two.
   */
  rates?: Readonly<Record<number, TrackRate>>
  /**
   * Whether the objects are covered by signed lists, so that subscribers learn of a relay that alters them: about 1 KB/s per
   * track. Default true.
   */
  signed?: boolean
}

export interface SubscribeOptions {
  /** The tracks wanted, of every publisher. Default [0]. */
  tracks?: readonly number[]
  /**
   * `any`: one publisher at a time, never two mixed. `all`: every one that can be reached, this node itself included,
   * at most 64; the nearest, if there are more. Each has a `started`, `interrupted` and `ended` of its own. Default `any`.
   */
  mode?: 'any' | 'all'
}

export interface Publication {
  readonly channel: string
  /**
   * Which run of this publisher it is: milliseconds since the Unix epoch at its start, strictly growing. It changes once when
   * the network turns out to remember a later run, because this node's clock went back.
   */
  readonly epoch: number
  /** Direct children that take the stream now; zero means that nothing leaves this node. */
  readonly children: number
  /** Sends one object. Never blocks: each child has a bounded queue, and what it cannot take is dropped there. */
  write(object: OutgoingObject): void
  /** Tells subscribers that the stream ended, withdraws it, and resolves once both have left this node, or after 2 s. */
  end(): Promise<void>

  /** Ends it in this very turn, for a page that is being closed. No signed list covers what was written last. */
  endNow(): void
}

export interface OutgoingObject {
  payload: Uint8Array
  /** When it was captured: microseconds since the Unix epoch. */
  timestampUs: number
  /**
   * A decoder can start here; it begins a group. Where an object is dropped, so are those of its track after it, up to the
   * next key. Default true.
   */
  key?: boolean
  /** One of the publication's tracks. Default 0. */
  track?: number
  /** 0 (matters most) to 255. Where a link is too slow, the least number leaves first and is dropped last. Default 0. */
  priority?: number
  /**
   * Worthless this long after its timestamp: milliseconds, 0 for never. What is older is not sent on. Default 2,000. The
   * clock behind the timestamps should run evenly: set back by more than this, it silences the stream for a second.
   */
  ttlMs?: number
}

/** Iterate it once. What the reader leaves unread past 512 events (8,192 with `mode: 'all'`) is dropped, oldest object first, and counted. */
export interface Subscription extends AsyncIterable<SubscriptionEvent> {
  readonly channel: string
  /** Objects dropped here because the reader was too slow. */
  readonly dropped: number
  /** Unsubscribes and ends the iteration. */
  close(): void
}

/** `publisher` is the peer id of whom it is about. */
export type SubscriptionEvent =
  /** A publisher was found, and its tree answers. Comes again after `ended` and after `interrupted`. */
  | { type: 'started'; publisher: string; epoch: number; catalog: Uint8Array }
  | IncomingObject
  /** The way that the stream takes to here has changed: the neighbour it comes from, links to the publisher. */
  | { type: 'route'; publisher: string; upstream: string; hops: number }
  /** There is no way to the publisher at present; it is looked for, and `started` follows when found. */
  | { type: 'interrupted'; publisher: string }
  /** The publisher ended the stream. `started` follows if it, or another one, begins. */
  | { type: 'ended'; publisher: string }

export interface IncomingObject {
  type: 'object'
  publisher: string
  track: number
  /** Counts up from 0 per track and epoch, without gaps at the publisher. */
  seq: number
  key: boolean
  /** When it was captured, by the publisher's clock: microseconds since the Unix epoch. */
  timestampUs: number
  /** A view on bytes that other children share: do not write to it. */
  payload: Uint8Array
}

export interface Status {
  peerId: string
  addresses: string[]
  neighbours: NeighbourStatus[]
  /** A row per publisher node that this node knows a way to. */
  routes: RouteStatus[]
  /** A row per stream that passes through, starts or ends here. */
  streams: StreamStatus[]
  channels: ChannelStatus[]
  /** Since the start. */
  counters: Record<CounterName, number>
}

export type CounterName =
  /** Objects taken in, those that were published here included, and copies of objects that were sent. */
  | 'objectsReceived'
  | 'objectsSent'
  /** Objects that came twice, and those that came from nobody who was asked for them. */
  | 'duplicates'
  | 'unwanted'
  /** Copies of objects that were dropped because a neighbour was slow; and of them those */
  | 'objectsDropped'
  /** that were too many, too large or waited too long, */
  | 'objectsDroppedOverflow'
  /** whose ttl was over, */
  | 'objectsDroppedExpired'
  /** and that need an object which was dropped. */
  | 'objectsDroppedWaitingForKey'
  /**
   * Of the objects that were taken here, those that their publisher has signed, those that it has signed otherwise or not
   * sent at all, and those of which nothing was heard within two seconds.
   */
  | 'objectsVerified'
  | 'objectsAltered'
  | 'objectsUnverified'
  /** Neighbours that broke the protocol and were closed. */
  | 'peersClosed'

export interface NeighbourStatus {
  peer: string
  agent: string
  /** The address of the connection, e.g. `/ip4/…/tcp/…/ws`. */
  address: string
  /** How the connection travels. */
  transport: 'tcp' | 'websocket' | 'webrtc-direct' | 'webrtc' | 'other'
  /** Smoothed round trip, milliseconds; undefined before the first measurement. */
  rttMs: number | undefined
  costUs: number
}

export interface RouteStatus {
  origin: string
  /** Undefined for this node's own streams, and while no way is known. */
  nextHop: string | undefined
  hops: number
  metricUs: number
}

export interface StreamStatus {
  /** 32 hex digits. */
  stream: string
  publisher: string
  /** Where it comes from; undefined at its publisher and while there is none. */
  upstream: string | undefined
  /** Links from the publisher to here. */
  hops: number
  children: string[]
  /** Local subscriptions. */
  subscribers: number
  objectsReceived: number
  objectsSent: number
}

export interface ChannelStatus {
  /** 64 hex digits; the name is known only where it was announced with it. */
  channel: string
  name: string
  publishers: string[]
}

export type HopcastEvent =
  | { type: 'neighbour-up'; peer: string; address: string; agent: string }
  | { type: 'neighbour-down'; peer: string; reason: string }
  /** A peer named in `connect` does not answer; `retryMs` until the next try. */
  | { type: 'peer-unreachable'; address: string; reason: string; retryMs: number }
  /** A neighbour was closed with `code` (RFC 2, error codes): it broke the protocol, or there were enough (`surplus`). */
  | { type: 'peer-closed'; peer: string; code: string; reason: string }
  /**
   * Objects of a channel that is subscribed here are not what `publisher` has signed (`altered`), or nothing that it has
   * signed comes (`unverified`). They came from the neighbour `peer`, which may have them from another. Once a second at
   * most; the stream is taken from another neighbour if there is one.
   */
  | { type: 'altered'; channel: string; publisher: string; peer: string; fault: 'altered' | 'unverified' }
