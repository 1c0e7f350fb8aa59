/**
 * The names of things (RFC 1, section "Names"). Each is a string with a brand, so that it can be a map's key and
 * cannot be mistaken for another.
 */
import { sha256 } from '@noble/hashes/sha2.js'

declare const brand: unique symbol
type Branded<T, Name extends string> = T & { readonly [brand]: Name }

/** A node: a libp2p peer id as base58btc text. */
export type PeerId = Branded<string, 'PeerId'>
/** A channel: 64 hex digits, SHA-256("v1" ‖ authority key ‖ name). */
export type ChannelId = Branded<string, 'ChannelId'>
/** One track of one run of one publisher on a channel: 32 hex digits. */
export type StreamId = Branded<string, 'StreamId'>
/** A node on the way of a stream: 16 hex digits, the first 8 bytes of SHA-256(peer id as text). */
export type PathTag = Branded<string, 'PathTag'>
/** The bytes of an object: 16 hex digits, the first 8 bytes of their SHA-256. */
export type ObjectHash = Branded<string, 'ObjectHash'>
/** A value whose signature the driver has checked. Only the driver makes one. */
export type Verified<T> = Branded<T, 'Verified'>

/** Monotonic milliseconds; may have a fraction. */
export type Millis = number
/** Integer microseconds. */
export type Micros = number

export const streamIdBytesLength = 16
export const channelIdBytesLength = 32
export const pathTagBytesLength = 8
export const objectHashBytesLength = 8
/** Of what proves an end, and of its hash. */
export const endProofBytesLength = 32

const text = new TextEncoder()

/** The id of an open channel, one without an authority. The name is taken as it is: check it with `checkChannelName`. */
export function openChannelId(name: string): ChannelId {
  return toHex(sha256(text.encode(`v1${name}`))) as ChannelId
}

/** What a stream is: its id is a hash of this, so that nobody can ask for one under the name of another. */
export interface StreamName {
  channel: ChannelId
  publisher: PeerId
  /** The run of the publisher. */
  epoch: number
  /** 0 to 255. */
  track: number
}

/** The first 16 bytes of SHA-256(channel ‖ publisher ‖ 0 ‖ epoch as 8 bytes ‖ track as 1 byte), in hex. */
export function streamId({ channel, publisher, epoch, track }: StreamName): StreamId {
  const tail = new DataView(new ArrayBuffer(10))
  tail.setBigUint64(1, BigInt(epoch))
  tail.setUint8(9, track)
  const hash = sha256
    .create()
    .update(fromHex(channel))
    .update(text.encode(publisher))
    .update(new Uint8Array(tail.buffer))
    .digest()
  return toHex(hash.subarray(0, streamIdBytesLength)) as StreamId
}

/** Short, since ways are long; in a network of a million nodes, two on one way are alike once in 10¹¹ ways. */
export function pathTag(peer: PeerId): PathTag {
  return toHex(sha256(text.encode(peer)).subarray(0, pathTagBytesLength)) as PathTag
}

/** Of header and payload, which no relay may change. Short: nobody has the time to find another object that has it. */
export function objectHash(bytes: Uint8Array): ObjectHash {
  return toHex(sha256(bytes).subarray(0, objectHashBytesLength)) as ObjectHash
}

/** What proves the end of a run: known to its publisher alone until then, and another for each run. */
export function endProof(seed: Uint8Array, epoch: number): Uint8Array {
  const tail = new DataView(new ArrayBuffer(8))
  tail.setBigUint64(0, BigInt(epoch))
  return sha256.create().update(seed).update(new Uint8Array(tail.buffer)).digest()
}

/** What an announcement says of the proof. */
export function endProofHash(proof: Uint8Array): Uint8Array {
  return sha256(proof)
}

/** What everybody takes of a channel, before anything is known of what else it has (RFC 3, section "Catalog"). */
export const firstTrack = 0

/** @throws TypeError for a track that does not fit into its byte of a stream id */
export function checkTracks(tracks: readonly number[]): void {
  for (const track of tracks) {
    if (!Number.isInteger(track) || track < 0 || track > 255) {
      throw new TypeError(`${track} is no track: use 0 to 255`)
    }
  }
}

/** Letters, digits and `. _ - /`, at most 128 bytes as UTF-8, no slash at either end. */
export const channelNameRule =
  'letters, digits and any of . _ - / (no slash first or last), at most 128 bytes in UTF-8'

/** Returns `name`, NFC normalized. @throws TypeError, with the rule, when it is no channel name */
export function checkChannelName(name: string): string {
  const normal = name.normalize('NFC')
  const allowed = /^[\p{L}\p{M}\p{N}._-]+(\/[\p{L}\p{M}\p{N}._-]+)*$/u.test(normal)
  if (!allowed || text.encode(normal).length > 128) {
    throw new TypeError(`${JSON.stringify(name)} is not a channel name: use ${channelNameRule}`)
  }
  return normal
}

export function toHex(bytes: Uint8Array): string {
  let hex = ''
  for (const byte of bytes) hex += byte.toString(16).padStart(2, '0')
  return hex
}

export function fromHex(hex: string): Uint8Array {
  const bytes = new Uint8Array(hex.length / 2)
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16)
  return bytes
}
