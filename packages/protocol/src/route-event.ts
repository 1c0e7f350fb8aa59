/** What routes say to the other parts, and when they want to be called. */
import type { Micros, PeerId } from './ids.ts'
import type { OriginLookups } from './origins.ts'
import type { Timer } from './timers.ts'
import type { Version } from './version.ts'
import type { CloseCode, Digest, Message, Metrics, Resync, SeqnoReq, Sync } from './wire/messages.ts'

export type RouteEvent =
  | { type: 'send'; peer: PeerId; message: Message }
  | { type: 'close'; peer: PeerId; code: CloseCode; reason: string }
  /** A version of this node's own row, to be signed and handed back to `handleSeqnoSigned`. */
  | { type: 'sign-seqno'; epoch: number; seqno: number }
  /** The way to `origin` is new, another one, or gone (`nextHop` undefined). */
  | { type: 'next-hop'; origin: PeerId; nextHop: PeerId | undefined }
  /** Another neighbour is to be tried as the next hop to `origin`, or none any more (see `Routes.target`). */
  | { type: 'candidate'; origin: PeerId }

/** The messages that routes exchange. */
export type RouteMessage = Sync | Metrics | SeqnoReq | Digest | Resync

/** The timers that routes set. */
export type RouteTimer = Extract<Timer, 'sync' | 'seqno' | 'origins' | 'digest' | 'switches' | 'penalties'>

export interface Route {
  nextHop: PeerId
  /** Links from the origin to here. */
  hops: number
  /** Sum of link costs from the origin to here. */
  metricUs: Micros
}

export function toBeSigned(version: Version | undefined): RouteEvent[] {
  return version === undefined ? [] : [{ type: 'sign-seqno', ...version }]
}

export interface RouteLookups extends OriginLookups {
  /** Whether a stream of the origin comes from the neighbour. */
  feeds: (origin: PeerId, peer: PeerId) => boolean
  /** What a DIGEST says of the streams that the neighbour is asked for. */
  subscriptionSums: (peer: PeerId) => number[]
}
