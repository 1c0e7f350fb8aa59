/** Objects as bytes (RFC 2, section "Objects"). Relays parse the header of each object once, so this is the hot path. */
import { endProofBytesLength, type StreamId } from '../ids.ts'
import { streamIdBytes } from './id-bytes.ts'
import { objectPayloadBytesMax, ttlMsMax, uint32Max } from './limits.ts'
import { type ObjectFrame, type ObjectHeader, objectHeaderLength } from './messages.ts'
import { checkInteger, encoding, fail } from './ranges.ts'

const format = 1
const keyFlag = 1
const endFlag = 2
const listFlag = 4

/**
 * Makes the bytes that travel, the same on every link.
 *
 * @throws TypeError for a header field outside its range, or a payload over `objectPayloadBytesMax`
 */
export function encodeObject(header: ObjectHeader, payload: Uint8Array): ObjectFrame {
  return encoding(() => {
    checkInteger('seq', header.seq, uint32Max)
    checkInteger('priority', header.priority, 255)
    checkInteger('ttlMs', header.ttlMs, ttlMsMax)
    checkInteger('timestampUs', header.timestampUs)
    checkLists(header)
    checkPayload(header.end, payload.length)
    const bytes = new Uint8Array(objectHeaderLength + payload.length)
    const view = new DataView(bytes.buffer)
    bytes[0] = format
    bytes[1] = (header.key ? keyFlag : 0) | (header.end ? endFlag : 0) | (header.list ? listFlag : 0)
    bytes[2] = header.priority
    view.setUint16(4, header.ttlMs)
    bytes.set(streamIdBytes(header.stream), 8)
    view.setBigUint64(24, BigInt(header.timestampUs))
    view.setUint32(32, header.seq)
    view.setUint32(36, header.lists)
    bytes.set(payload, objectHeaderLength)
    return { header, bytes }
  })
}

/**
 * Reads the header and keeps `bytes`, which must not change afterwards. Reserved bytes and flags are ignored.
 *
 * @param bytes the body of an object frame
 * @throws ProtocolError `malformed` or `too-large`
 */
export function parseObject(bytes: Uint8Array): ObjectFrame {
  if (bytes.length < objectHeaderLength)
    fail('malformed', `object has ${bytes.length} bytes, less than its header`)
  if (bytes[0] !== format) fail('malformed', `object has format ${bytes[0]}, not ${format}`)
  const flags = bytes[1] as number
  const header: ObjectHeader = {
    stream: streamIdAt8(bytes),
    seq: uint32(bytes, 32),
    end: (flags & endFlag) !== 0,
    list: (flags & listFlag) !== 0,
    lists: uint32(bytes, 36),
    key: (flags & keyFlag) !== 0,
    priority: bytes[2] as number,
    ttlMs: ((bytes[4] as number) << 8) | (bytes[5] as number),
    timestampUs: uint32(bytes, 24) * 2 ** 32 + uint32(bytes, 28)
  }
  checkInteger('timestampUs', header.timestampUs)
  checkLists(header)
  checkPayload(header.end, bytes.length - objectHeaderLength)
  return { header, bytes }
}

/** A view on the payload's bytes, which other children of the stream share: do not write to it. */
export function objectPayload(frame: ObjectFrame): Uint8Array {
  return frame.bytes.subarray(objectHeaderLength)
}

/** Lists take numbers of the stream, but none of the applications': what those count is without gaps. */
export function objectNumber({ seq, lists }: ObjectHeader): number {
  return seq - lists
}

function checkLists({ seq, end, list, lists }: ObjectHeader): void {
  checkInteger('lists', lists, seq)
  if (end && list) fail('malformed', 'the end of a stream is no list')
}

function checkPayload(end: boolean, length: number): void {
  if (length > objectPayloadBytesMax)
    fail('too-large', `payload has ${length} bytes, more than ${objectPayloadBytesMax}`)
  if (end && length !== 0 && length !== endProofBytesLength)
    fail('malformed', `the end of a stream has a payload of ${length} bytes`)
}

/** Four bytes by index: a DataView made for each object would take longer than all the rest of its header. */
function uint32(bytes: Uint8Array, at: number): number {
  const high = ((bytes[at] as number) << 24) | ((bytes[at + 1] as number) << 16)
  return (high | ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number)) >>> 0
}

const hexOfByte = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/**
 * The texts of stream ids seen lately, at the place that an id's last bits say. A text that is kept has its hash
 * already, so looking it up in a map costs a quarter of what a new text would. A memory of pure results, so no state.
 */
const knownSlots = 1_024
const knownTexts: (StreamId | undefined)[] = new Array(knownSlots).fill(undefined)
const knownWords = new Uint32Array(4 * knownSlots)

function streamIdAt8(bytes: Uint8Array): StreamId {
  const w0 = uint32(bytes, 8)
  const w1 = uint32(bytes, 12)
  const w2 = uint32(bytes, 16)
  const w3 = uint32(bytes, 20)
  const slot = w3 % knownSlots
  const at = 4 * slot
  const known = knownTexts[slot]
  if (known !== undefined && knownWords[at] === w0 && knownWords[at + 1] === w1) {
    if (knownWords[at + 2] === w2 && knownWords[at + 3] === w3) return known
  }
  let text = ''
  for (let i = 8; i < 24; i++) text += hexOfByte[bytes[i] as number]
  knownTexts[slot] = text as StreamId
  knownWords.set([w0, w1, w2, w3], at)
  return text as StreamId
}
