/**
 * What may come out of a decoder, whatever went in. The limits are those of the RFCs, by the name of the member; what is
 * not named here is held to what its input weighs.
 */
import * as wire from '../../packages/protocol/src/wire/limits.ts'

/** Longest list, text (bytes of UTF-8) or array of bytes under a name. */
const lengthsMax: Record<string, number> = {
  agent: wire.agentBytesMax,
  name: wire.channelNameBytesMax,
  catalog: wire.catalogBytesMax,
  body: wire.announcementBytesMax,
  signature: wire.signatureBytesLength,
  rows: wire.syncRowsMax,
  routes: wire.digestBuckets,
  subscriptions: wire.digestBuckets,
  redirect: wire.redirectMax,
  peers: wire.peersMax,
  addresses: wire.addressesPerPeerMax,
  'addresses[]': wire.addressBytesMax,
  payload: wire.objectPayloadBytesMax,
  hashes: wire.listObjectsMax,
  bodies: Number.POSITIVE_INFINITY,
  // RFC 3
  tracks: 16,
  data: 1_276
}
/** Any other list: no more than a frame may have fields. */
const listMax = wire.controlFieldsMax

const numbersMax: Record<string, number> = {
  version: wire.uint32Max,
  hops: wire.hopsMax,
  hopsLeft: wire.hopsMax,
  bucket: wire.digestBuckets - 1,
  // Of a DIGEST each element is a sum; in a RESYNC the number itself is a set of buckets.
  'routes[]': wire.uint32Max,
  'subscriptions[]': wire.uint32Max,
  routes: 2 ** wire.digestBuckets - 1,
  subscriptions: 2 ** wire.digestBuckets - 1,
  track: wire.trackMax,
  startSeq: wire.uint32Max,
  first: wire.uint32Max,
  last: wire.uint32Max,
  oldest: wire.uint32Max,
  newest: wire.uint32Max,
  seq: wire.uint32Max,
  lists: wire.uint32Max,
  next: wire.uint32Max,
  ttlMs: wire.ttlMsMax,
  priority: 255,
  // RFC 3
  id: 255,
  channels: 2,
  bitrate: 510_000,
  durationUs: 120_000
}

/** A value takes at most so much memory for each byte of its input, in units of about a byte. */
const weightPerByte = 32
const weightOfNothing = 256

/** The limit that `value` breaks, as a sentence; `undefined` when it keeps all. */
export function brokenLimit(value: unknown, inputLength: number): string | undefined {
  const problems: string[] = []
  const weight = weigh('value', value, problems)
  if (problems[0] !== undefined) return problems[0]
  if (weight <= weightOfNothing + weightPerByte * inputLength) return undefined
  return `${inputLength} bytes became a value of about ${weight}`
}

/** About how many bytes of memory the value takes; adds to `problems` what is wrong inside it. */
function weigh(name: string, value: unknown, problems: string[]): number {
  switch (typeof value) {
    case 'number':
      if (!Number.isSafeInteger(value) || value < 0 || value > (numbersMax[name] ?? Number.MAX_SAFE_INTEGER))
        problems.push(`${name} is ${value}`)
      return 8
    case 'string':
      if (!value.isWellFormed() || /\p{Cc}/u.test(value)) problems.push(`${name} has control characters`)
      checkLength(name, Buffer.byteLength(value), problems)
      return value.length
    case 'object':
      return value === null ? 8 : weighObject(name, value, problems)
    default:
      return 8
  }
}

function weighObject(name: string, value: object, problems: string[]): number {
  if (value instanceof Uint8Array) {
    checkLength(name, value.length, problems)
    return value.length
  }
  if (Array.isArray(value)) checkLength(name, value.length, problems, listMax)
  let weight = 16
  for (const [member, inner] of Object.entries(value)) {
    weight += weigh(Array.isArray(value) ? `${name}[]` : member, inner, problems)
  }
  return weight
}

function checkLength(name: string, length: number, problems: string[], otherMax = Number.POSITIVE_INFINITY) {
  const max = lengthsMax[name] ?? otherMax
  if (length > max) problems.push(`${name} has ${length} elements or bytes, more than ${max}`)
}
