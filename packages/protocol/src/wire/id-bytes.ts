/** Ids as they travel, and back: peer ids as multihash bytes, the others as their 16 or 32 bytes. */
import { base58btc } from 'multiformats/bases/base58'
import {
  type ChannelId,
  channelIdBytesLength,
  fromHex,
  type ObjectHash,
  objectHashBytesLength,
  type PathTag,
  type PeerId,
  pathTagBytesLength,
  type StreamId,
  streamIdBytesLength,
  toHex
} from '../ids.ts'
import { pathNodesMax, peerIdBytesMax } from './limits.ts'
import { fail } from './ranges.ts'

const identityHash = 0x00
const sha256Hash = 0x12
const sha256BytesLength = 32

export function streamIdBytes(id: StreamId): Uint8Array {
  return hexBytes('stream', id, streamIdBytesLength)
}

export function streamIdFrom(bytes: Uint8Array | null): StreamId {
  return hexText('stream', bytes, streamIdBytesLength) as StreamId
}

export function channelIdBytes(id: ChannelId): Uint8Array {
  return hexBytes('channel', id, channelIdBytesLength)
}

export function channelIdFrom(bytes: Uint8Array | null): ChannelId {
  return hexText('channel', bytes, channelIdBytesLength) as ChannelId
}

/** One hash after the other. */
export function objectHashesBytes(hashes: readonly ObjectHash[]): Uint8Array {
  return hexBytes('hashes', hashes.join(''), hashes.length * objectHashBytesLength)
}

/** One tag after the other. */
export function pathBytes(path: readonly PathTag[]): Uint8Array {
  return hexBytes('path', path.join(''), path.length * pathTagBytesLength)
}

export function pathFrom(bytes: Uint8Array | null): PathTag[] {
  const length = bytes?.length ?? 0
  if (bytes === null || length === 0 || length % pathTagBytesLength !== 0) {
    return fail('malformed', `path has ${length} bytes, not ${pathTagBytesLength} for each node`)
  }
  if (length > pathNodesMax * pathTagBytesLength) {
    return fail('too-large', `path has ${length} bytes, more than ${pathNodesMax * pathTagBytesLength}`)
  }
  const tags: PathTag[] = []
  for (let at = 0; at < length; at += pathTagBytesLength) {
    tags.push(toHex(bytes.subarray(at, at + pathTagBytesLength)) as PathTag)
  }
  return tags
}

/** The multihash that the base58btc text of a peer id stands for. */
export function peerIdBytes(id: PeerId): Uint8Array {
  let bytes: Uint8Array
  try {
    bytes = base58btc.baseDecode(id)
  } catch {
    return fail('malformed', `${JSON.stringify(id)} is no peer id: not base58btc`)
  }
  checkMultihash(bytes)
  return bytes
}

export function peerIdFrom(bytes: Uint8Array | null): PeerId {
  checkMultihash(bytes ?? new Uint8Array())
  return base58btc.baseEncode(bytes as Uint8Array) as PeerId
}

/** libp2p has two kinds of peer id: a short public key as it is, and the SHA-256 of a long one. */
function checkMultihash(bytes: Uint8Array): void {
  const [kind, length] = bytes
  const whole = length === bytes.length - 2 && length > 0
  const known = kind === identityHash || (kind === sha256Hash && length === sha256BytesLength)
  if (!whole || !known || bytes.length > peerIdBytesMax) {
    fail('malformed', `${toHex(bytes.subarray(0, peerIdBytesMax))} is no peer id`)
  }
}

function hexBytes(name: string, hex: string, length: number): Uint8Array {
  if (hex.length !== 2 * length || !/^[0-9a-f]*$/.test(hex)) {
    fail('malformed', `${name} is ${JSON.stringify(hex)}, not ${2 * length} hex digits`)
  }
  return fromHex(hex)
}

function hexText(name: string, bytes: Uint8Array | null, length: number): string {
  if (bytes?.length !== length)
    return fail('malformed', `${name} has ${bytes?.length ?? 0} bytes, not ${length}`)
  return toHex(bytes)
}
