/** What goes into a node and what comes out of it: the whole contract between the core and whoever drives it. */
import type { VerifiedAnnouncement } from './channels.ts'
import type { Config } from './config.ts'
import type { ChannelId, Millis, PeerId, StreamId, StreamName } from './ids.ts'
import type { SubscribeMode } from './interests.ts'
import type { AnnouncementDraft, Publication } from './own-runs.ts'
import type { SubscriptionEvent } from './subscriptions.ts'
import type { CloseCode, Message, ObjectFrame, UnsignedMessage } from './wire/messages.ts'

/** Uniform in [0, 1). */
export type Rng = () => number

export interface OverlayOptions {
  self: PeerId
  config?: Partial<Config>
  rng: Rng
}

export type Input =
  /** `outbound`: this side dialled. */
  | { type: 'connected'; peer: PeerId; outbound: boolean }
  /** Where others can reach a neighbour: at most 4 multiaddrs of at most 256 bytes, which the core does not look into. */
  | { type: 'addresses'; peer: PeerId; addresses: readonly string[] }
  /** A `dial` led nowhere. */
  | { type: 'dial-failed'; peer: PeerId }
  | { type: 'disconnected'; peer: PeerId }
  /** In the order sent. The signatures of a SYNC's rows hold; only retractions are without. */
  | { type: 'message'; peer: PeerId; message: UnsignedMessage }
  /** An ANNOUNCE whose signature holds; `from` is undefined for this node's own, as asked for by `sign`. */
  | { type: 'announcement'; from: PeerId | undefined; announcement: VerifiedAnnouncement }
  /** As asked for by `sign-seqno`. */
  | { type: 'seqno-signed'; epoch: number; seqno: number; signature: Uint8Array }
  | { type: 'object'; peer: PeerId; object: ObjectFrame }
  /** `peer` has given objects of the stream that its publisher has not signed, or has kept back the signatures. */
  | { type: 'altered'; peer: PeerId; stream: StreamId }
  | { type: 'command'; command: Command }
  | { type: 'timeout' }

export interface Publish {
  type: 'publish'
  publication: Publication
  tracks: readonly number[]
  /** By track: what counts for the uplink until it is measured. */
  rates?: ReadonlyMap<number, TrackRate>
}

/** What a track will take, as far as its application knows. Payload alone: headers are added. */
export interface TrackRate {
  /** On average. */
  bitsPerSecond: number
  objectsPerSecond: number
  /** The most that comes within 200 ms, such as a key picture and what belongs around it. Default: no more than usual. */
  burstBytes?: number
}

export type Command =
  | Publish
  | { type: 'write'; channel: ChannelId; track: number; object: WrittenObject }
  | { type: 'unpublish'; channel: ChannelId }
  /** To one publisher at a time (`any`), or to every one that can be reached (`all`). */
  | { type: 'subscribe'; channel: ChannelId; tracks: readonly number[]; mode: SubscribeMode }
  | { type: 'unsubscribe'; channel: ChannelId }
  /**
   * To carry nothing for others from now on, as before leaving or in a page that is hidden, or to do so again. Children
   * are fed until they have found another parent, which is asked of them within `withinMs`.
   */
  | { type: 'withdraw'; withdrawn: boolean; withinMs: Millis }

export interface WrittenObject {
  payload: Uint8Array
  key: boolean
  priority: number
  ttlMs: number
  timestampUs: number
  /** A signed list of the objects before it (RFC 2, section "Object lists"). */
  list?: true
}

export type Output =
  | { type: 'send'; peer: PeerId; message: Message }
  /** The same object to each of `peers`: the same array for as long as a stream goes on to the same children. */
  | { type: 'forward'; peers: readonly PeerId[]; object: ObjectFrame }
  /** An object or a list of a channel that is subscribed here; `from` is undefined for what this node publishes. */
  | ({ type: 'deliver'; object: ObjectFrame; from: PeerId | undefined } & StreamName)
  /** An object of a publication with `objectsSigned` has been given its number: it belongs into the next list. */
  | { type: 'written'; object: ObjectFrame }
  /** To be signed and handed back as `announcement`. */
  | { type: 'sign'; draft: AnnouncementDraft }
  /** What is published on the channel goes on as another run: the epoch that it was given has been used before. */
  | { type: 'epoch'; channel: ChannelId; epoch: number }
  /** The version of this node's own row, to be signed and handed back as `seqno-signed`. */
  | { type: 'sign-seqno'; epoch: number; seqno: number }
  /** To be disconnected, once what was sent has left: CLOSE is the last of it. Without a code it said CLOSE itself. */
  | { type: 'close'; peer: PeerId; code: CloseCode | undefined; reason: string }
  /** To be dialled, and answered by `connected` or `dial-failed`. */
  | { type: 'dial'; peer: PeerId; addresses: readonly string[] }
  | { type: 'neighbour'; peer: PeerId; change: 'up' | 'down'; reason: string }
  | ({ type: 'subscription' } & SubscriptionEvent)
