/** Stand-ins for signatures, without cryptography: what was altered on its way, or made up, does not hold. */
import { signatureBytesLength } from '../../packages/protocol/src/wire/limits.ts'
import { type Message, ProtocolError, type SyncRow } from '../../packages/protocol/src/wire/messages.ts'
import { digestOf } from './trace-hash.ts'

const utf8 = new TextEncoder()

/** The origin's signature of the version of its row. */
export function signVersion({
  origin,
  epoch,
  seqno
}: Pick<SyncRow, 'origin' | 'epoch' | 'seqno'>): Uint8Array {
  return sign(utf8.encode(`${origin} ${epoch} ${seqno}`))
}

/** The publisher's signature of an announcement. */
export function sign(body: Uint8Array): Uint8Array {
  const signature = new Uint8Array(signatureBytesLength)
  new DataView(signature.buffer).setUint32(0, digestOf(body))
  return signature
}

/** @throws ProtocolError as the real driver does for what cannot be right */
export function checkSignatures(message: Message): void {
  if (message.type !== 'sync') return
  for (const row of message.rows) {
    if (row.metricUs === undefined) continue
    if (row.signature === undefined) throw new ProtocolError('malformed', 'a row without a signature')
    checkSignature(row.signature, signVersion(row))
  }
}

/** @throws ProtocolError when the two differ */
export function checkSignature(signature: Uint8Array, expected: Uint8Array): void {
  if (signature.every((byte, i) => byte === expected[i])) return
  throw new ProtocolError('forged', 'a signature that does not hold')
}
