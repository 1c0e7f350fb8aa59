/**
 * Every control message as the core sees it: plain values, no bytes of the encoding (RFC 2, section "Control
 * messages"). `control.ts` turns them into frames and back; objects travel apart, in `object.ts`.
 */
import type { ChannelId, Micros, Millis, ObjectHash, PathTag, PeerId, StreamId, StreamName } from '../ids.ts'

export type Message = Announce | UnsignedMessage

/** What a neighbour says for itself; an ANNOUNCE it only passes on. */
export type UnsignedMessage =
  | Hello
  | Beat
  | Sync
  | Metrics
  | SeqnoReq
  | Digest
  | Resync
  | RouteQuery
  | Sub
  | SubOk
  | SubNack
  | Unsub
  | Nack
  | Have
  | Move
  | Peers
  | Close

/** The first message on a control stream, once. */
export interface Hello {
  type: 'hello'
  /** The protocol's version; peers with another major version are closed with `version`. */
  version: number
  /** Software and version, for people. At most 64 bytes. */
  agent: string
  /** Everyone can reach it, and it is meant to stay. */
  server: boolean
}

/** Says "I am here" and measures the round trip. */
export interface Beat {
  type: 'beat'
  /** The sender's clock, opaque to the receiver. */
  timeUs: Micros
  /** The `timeUs` of the last beat received, and how long ago it came; absent before the first. */
  echo?: { timeUs: Micros; delayUs: Micros }
  /** It has no uplink to spare: no new child is wanted. */
  full?: boolean
}

/** A publisher's statement that it publishes a channel, as it signed it. Passed on to every neighbour, once. */
export interface Announce {
  type: 'announce'
  announcement: SignedAnnouncement
}

export interface SignedAnnouncement {
  /** The bytes that were signed: an encoded `Announcement`. */
  body: Uint8Array
  /** Ed25519, by the key inside the publisher's peer id. */
  signature: Uint8Array
}

/** What the signed bytes say. */
export interface Announcement {
  publisher: PeerId
  channel: ChannelId
  /** The channel's name as text, for people; its hash is the channel id, or the announcement is refused. */
  name: string
  /** Which run of the publisher: milliseconds since the Unix epoch at its start. */
  epoch: number
  /** Grows with every announcement of the run. */
  seqno: number
  /** Milliseconds since the Unix epoch. */
  expiresAt: number
  /** The run is over: this announcement withdraws the ones before it. */
  ended: boolean
  /** Its objects are covered by signed lists: what is not has been altered, or stripped of them. */
  objectsSigned?: true
  /** SHA-256 of what the last object of each stream has as its payload: nobody else can end the run. 32 bytes. */
  endHash?: Uint8Array
  /** Opaque to relays. At most 1,024 bytes. */
  catalog: Uint8Array
}

/** Rows of the sender's table that have changed since its last SYNC on this connection. */
export interface Sync {
  type: 'sync'
  rows: SyncRow[]
  /** These are all of the sender's rows in this bucket of a DIGEST: what the receiver has besides is gone. */
  bucket?: number
}

/** The sender's way to `origin`, as it uses it. */
export interface SyncRow {
  origin: PeerId
  /** The origin's run and its counter within the run; together they order statements about it in time. */
  epoch: number
  seqno: number
  /** The sum of link costs from the origin to the sender; `undefined` retracts the row. */
  metricUs: Micros | undefined
  /** Links from the origin to the sender. */
  hops: number
  /** The origin's, of epoch and seqno: nobody else can make a row newer. Absent in a retraction. */
  signature?: Uint8Array
  /** What the sender calls the row in METRICS; absent: nothing. */
  number?: number
}

/** Rows that the sender has told the receiver, of which nothing has changed but how far the origin is. */
export interface Metrics {
  type: 'metrics'
  rows: MetricRow[]
}

export interface MetricRow {
  /** That of the row. */
  number: number
  /** The row's: of one with another seqno the receiver has missed something. */
  seqno: number
  metricUs: Micros
  hops: number
}

/** Asks for a row about `origin` that is at least as new as (epoch, seqno). */
export interface SeqnoReq {
  type: 'seqno-req'
  origin: PeerId
  epoch: number
  seqno: number
  /** How many more nodes may pass it on. */
  hopsLeft: number
}

/** What the sender has told the receiver, and wants of it, as `digestBuckets` sums each: to find what was lost. */
export interface Digest {
  type: 'digest'
  /** Its rows, as last told. */
  routes: readonly number[]
  /** The streams that it asked the receiver for. */
  subscriptions: readonly number[]
}

/** Asks for the buckets that differ: all rows of a bucket, the SUBs of a bucket. Bit n stands for bucket n. */
export interface Resync {
  type: 'resync'
  routes: number
  subscriptions: number
}

/** Asks who publishes a channel, and for the way there. The answer is ANNOUNCE and SYNC. */
export interface RouteQuery {
  type: 'route-query'
  channel: ChannelId
  /** How many more nodes may pass it on. */
  hopsLeft: number
  /** The sender will ask for what it is told of: its first track may come before that. */
  start?: boolean
}

/** Asks for a stream, and says once a second that it is still wanted. The receiver makes the stream's id of its name. */
export interface Sub extends StreamName {
  type: 'sub'
  /** The first object wanted, from the recent ones; absent: from now on. */
  startSeq?: number
  /** The asker has no parent: limits that only share the load do not count. */
  insist?: boolean
  /** Changes with each UNSUB, so that an answer can be told from one to a SUB before it. Absent: 0. At most `uint32Max`. */
  attempt?: number
}

/** The stream comes this way, and is established up to its publisher. */
export interface SubOk {
  type: 'sub-ok'
  stream: StreamId
  /** The nodes from the publisher to the sender, both included. Who finds itself in it must not take it as its parent. */
  path: readonly PathTag[]
  /** What the stream takes of a link, as far as the sender knows. */
  rate?: WireRate
  /** Of the SUB that it answers. */
  attempt?: number
}

/** In kilobits per second, on the wire. At least 1, up to `uint32Max`. */
export interface WireRate {
  mean: number
  /** Of a key frame and what belongs around it. At least the mean. */
  peak: number
}

export interface SubNack {
  type: 'sub-nack'
  stream: StreamId
  reason: SubNackReason
  /** Who may have room instead. At most `redirectMax`. */
  redirect?: readonly PeerId[]
}

/**
 * `no-route`: none now; `loop`: the asker is where the stream comes from; `full`: a limit of the sender is reached;
 * `unknown`: the publisher has no such stream.
 */
export type SubNackReason = 'no-route' | 'loop' | 'full' | 'unknown'

export interface Unsub {
  type: 'unsub'
  stream: StreamId
}

/** Asks for objects that are missing, from `first` to `last`, both included: at most `nackObjectsMax`. */
export interface Nack {
  type: 'nack'
  stream: StreamId
  first: number
  last: number
}

/** Answers a NACK that the sender cannot serve: what it holds of the stream, nothing without `held`. */
export interface Have {
  type: 'have'
  stream: StreamId
  held?: { oldest: number; newest: number }
}

/**
 * The sender goes away, or carries nothing for others any more: find another parent in time. With `stream`: it has many
 * children of that one, and would rather have this one fed by another.
 */
export interface Move {
  type: 'move'
  stream?: StreamId
  /** 0: there is no hurry. */
  withinMs: Millis
  /** Who may take its place. At most `redirectMax`. */
  redirect: readonly PeerId[]
}

/** Some peers that the sender knows, to choose neighbours from. At most `peersMax`. */
export interface Peers {
  type: 'peers'
  peers: readonly PeerInfo[]
}

export interface PeerInfo {
  peer: PeerId
  /** Multiaddrs. At most `addressesPerPeerMax`. */
  addresses: readonly string[]
  server: boolean
}

/** The last message before the sender closes the connection: why. */
export interface Close {
  type: 'close'
  /** Undefined: a code of a later version. */
  code: CloseCode | undefined
}

/** One object as it travels: the header, parsed once, and all its bytes, which no node changes. */
export interface ObjectFrame {
  header: ObjectHeader
  /** Header and payload; shared by every child it is sent to. */
  bytes: Uint8Array
}

export interface ObjectHeader {
  stream: StreamId
  seq: number
  /** The last of its stream; without payload. */
  end: boolean
  /** A signed list of the objects before it, for whoever checks them; no part of any group. */
  list: boolean
  /** How many lists the stream has had before it. What is left of `seq` is its number, which applications see. */
  lists: number
  /** A decoder can start here. */
  key: boolean
  /** 0 (dropped last) to 255. */
  priority: number
  /** Worthless this many milliseconds after the timestamp; 0: never. */
  ttlMs: number
  /** Capture time by the publisher's clock, microseconds since the Unix epoch. */
  timestampUs: number
}

export const objectHeaderLength = 40

/** What the payload of a list says (RFC 2, section "Object lists"). */
export interface ObjectList {
  /** One past the number of the newest object, at the time of the list; it covers as many before that as it has hashes. */
  next: number
  /** The end of the stream follows. */
  final: boolean
  /** Of the objects up to `next`, in the order of their numbers. */
  hashes: ObjectHash[]
}

/** Why a peer is closed (RFC 2, section "Error codes"). */
export type CloseCode =
  /** Bytes that do not decode, or a field outside its range. */
  | 'malformed'
  /** A frame, a list or a text over its limit. */
  | 'too-large'
  /** A message where its state does not allow it, e.g. no HELLO first. */
  | 'unexpected'
  /** A major version that this node does not speak. */
  | 'version'
  /** More rows, subscriptions or requests than the quota allows. */
  | 'quota'
  /** A signature that does not verify. */
  | 'forged'
  /** Silent for too long. */
  | 'timeout'
  /** Reads too slowly for control messages to stay bounded. */
  | 'slow'
  /** The sender stops. */
  | 'leaving'
  /** The sender has neighbours enough. */
  | 'surplus'

/** Bad input from a peer. The driver closes the peer with its `code`. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError'
  readonly code: CloseCode

  constructor(code: CloseCode, message: string) {
    super(message)
    this.code = code
  }
}
