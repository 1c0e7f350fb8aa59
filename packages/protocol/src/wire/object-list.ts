/**
 * The payload of a list (RFC 2, section "Object lists"): the hashes of the objects before it, and the publisher's
 * signature. Relays pass it on unread.
 */
import { type ObjectHash, objectHashBytesLength, toHex } from '../ids.ts'
import { objectHashesBytes, streamIdBytes } from './id-bytes.ts'
import { listObjectsMax, signatureBytesLength, uint32Max } from './limits.ts'
import type { ObjectHeader, ObjectList } from './messages.ts'
import { checkInteger, encoding, fail } from './ranges.ts'

/** Signed before the list, so that no signature made for something else can pass as one of a list. */
const signingDomain = new TextEncoder().encode('hopcast-objects-v1:')
const finalFlag = 1
/** `next`, flags, count. */
const fixedLength = 6

/**
 * The payload without its signature, which goes behind it.
 *
 * @throws TypeError for a value outside its range
 */
export function encodeObjectList(list: ObjectList): Uint8Array {
  return encoding(() => {
    checkList(list)
    const { next, final, hashes } = list
    const bytes = new Uint8Array(fixedLength + objectHashBytesLength * hashes.length)
    const view = new DataView(bytes.buffer)
    view.setUint32(0, next)
    view.setUint8(4, final ? finalFlag : 0)
    view.setUint8(5, hashes.length)
    bytes.set(objectHashesBytes(hashes), fixedLength)
    return bytes
  })
}

/**
 * What a list says, and what its signature is made of: `"hopcast-objects-v1:"`, the stream's id, which list of the
 * stream it is, and the payload up to the signature. The signature is not checked here.
 *
 * @throws ProtocolError `malformed`. No neighbour may be closed for it: who passed it on has not read it
 */
export function decodeObjectList(payload: Uint8Array): { list: ObjectList; signature: Uint8Array } {
  const count = payload[5] ?? 0
  const bodyLength = fixedLength + objectHashBytesLength * count
  if (payload.length !== bodyLength + signatureBytesLength) {
    fail('malformed', `a list of ${count} objects has ${payload.length} bytes`)
  }
  const view = new DataView(payload.buffer, payload.byteOffset, payload.length)
  const hashes = Array.from({ length: count }, (_, i) => {
    const at = fixedLength + objectHashBytesLength * i
    return toHex(payload.subarray(at, at + objectHashBytesLength)) as ObjectHash
  })
  const list = { next: view.getUint32(0), final: (view.getUint8(4) & finalFlag) !== 0, hashes }
  checkList(list)
  return { list, signature: payload.subarray(bodyLength) }
}

/** @param body the payload up to the signature */
export function listSigningBytes(of: Pick<ObjectHeader, 'stream' | 'lists'>, body: Uint8Array): Uint8Array {
  const stream = streamIdBytes(of.stream)
  const bodyAt = signingDomain.length + stream.length + 4
  const bytes = new Uint8Array(bodyAt + body.length)
  bytes.set(signingDomain)
  bytes.set(stream, signingDomain.length)
  new DataView(bytes.buffer).setUint32(bodyAt - 4, of.lists)
  bytes.set(body, bodyAt)
  return bytes
}

function checkList({ next, hashes }: ObjectList): void {
  checkInteger('next', next, uint32Max)
  checkInteger('count', hashes.length, Math.min(next, listObjectsMax))
}
