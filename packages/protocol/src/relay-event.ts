/** What the tree says and asks, and its messages in short. */
import type { Millis, PeerId, StreamId } from './ids.ts'
import type { Rate, Stream } from './streams.ts'
import type { Message, SubNack } from './wire/messages.ts'

export type RelayEvent =
  | { type: 'send'; peer: PeerId; message: Message }
  /** The neighbour joined and wants the recent objects from `startSeq` on; with `onlyWhole` none if that one is gone. */
  | { type: 'replay'; peer: PeerId; stream: StreamId; startSeq: number; onlyWhole: boolean }
  /** The stream's way to here is confirmed up to the publisher; again when it changes. */
  | { type: 'established'; stream: StreamId; publisher: PeerId; upstream: PeerId; hops: number }
  /** Nobody gives the stream any more; it is asked for wherever the route leads. */
  | { type: 'lost'; stream: StreamId }
  /** Nobody takes it any more: what is kept of it can go. */
  | { type: 'closed'; stream: StreamId }
  /** The neighbour has no room for the stream; `redirect` may have. */
  | { type: 'refused'; publisher: PeerId; peer: PeerId; redirect: readonly PeerId[] }
  /** The parent would rather have this node fed by another, perhaps one of `redirect`. */
  | { type: 'crowded'; publisher: PeerId; peer: PeerId; redirect: readonly PeerId[] }
  /** A parent, or who was asked, carries nothing more for others, as its routes say; `redirect` may take its place. */
  | { type: 'withdrawn'; peer: PeerId; redirect: readonly PeerId[] }
  /** The parent is silent, and there is no backup. */
  | { type: 'doubted'; publisher: PeerId; peer: PeerId }
  /** The neighbour promised the stream and does not deliver, or delivers something else. */
  | { type: 'fault'; publisher: PeerId; peer: PeerId }

export interface RelayLookups {
  /** The next hop towards a publisher, as routes have it now. */
  nextHop: (publisher: PeerId) => PeerId | undefined
  /** Whom to ask for its streams: the next hop, or one that is tried first. */
  target: (publisher: PeerId) => PeerId | undefined
  /** Whether the neighbour has refused a stream of the publisher a while ago. */
  hasRefused: (publisher: PeerId, peer: PeerId) => boolean
  /** A neighbour beside the parent that is as safe as the next hop. */
  backup: (publisher: PeerId, parent: PeerId) => PeerId | undefined
  /** The seqno after the newest object held of a stream. */
  resumeSeq: (stream: StreamId) => number | undefined
  /** Whether the first object of the stream is here, and came a moment ago. */
  isBeginning: (stream: StreamId, now: Millis) => boolean
  /** Whether objects of the stream come as often as before. */
  isFlowing: (stream: StreamId, now: Millis) => boolean
  isServer: (peer: PeerId) => boolean
  /** As measured last; undefined before. */
  rate: (stream: StreamId) => Rate | undefined
}

export function nack(
  peer: PeerId,
  stream: StreamId,
  reason: SubNack['reason'],
  redirect: readonly PeerId[] = []
): RelayEvent {
  const message: SubNack = { type: 'sub-nack', stream, reason }
  return { type: 'send', peer, message: redirect.length === 0 ? message : { ...message, redirect } }
}

export function unsub(peer: PeerId, stream: StreamId): RelayEvent {
  return { type: 'send', peer, message: { type: 'unsub', stream } }
}

export function established({ id, name, path }: Stream, upstream: PeerId): RelayEvent {
  return { type: 'established', stream: id, publisher: name.publisher, upstream, hops: path.length }
}

/** Who was asked may have sent objects before its SUB_OK; there will be no more of them. */
export function lostUnlessFed({ id, upstream }: Stream): RelayEvent[] {
  return upstream === undefined ? [{ type: 'lost', stream: id }] : []
}
