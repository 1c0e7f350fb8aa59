import type { PrivateKey, PublicKey } from '@libp2p/interface'
import { type ObjectFrame, type ObjectHeader, type ObjectList, ProtocolError } from '../wire/messages.ts'
import { objectPayload } from '../wire/object.ts'
import { decodeObjectList, encodeObjectList, listSigningBytes } from '../wire/object-list.ts'

/** The payload of a list. */
export async function signObjectList(
  key: PrivateKey,
  of: Pick<ObjectHeader, 'stream' | 'lists'>,
  list: ObjectList
): Promise<Uint8Array> {
  const body = encodeObjectList(list)
  const signature = await key.sign(listSigningBytes(of, body))
  const payload = new Uint8Array(body.length + signature.length)
  payload.set(body)
  payload.set(signature, body.length)
  return payload
}

/** What a list says; undefined when it is none, or not the publisher's. */
export async function verifyObjectList(key: PublicKey, object: ObjectFrame): Promise<ObjectList | undefined> {
  const payload = objectPayload(object)
  try {
    const { list, signature } = decodeObjectList(payload)
    const signed = listSigningBytes(object.header, payload.subarray(0, -signature.length))
    return (await key.verify(signed, signature)) ? list : undefined
  } catch (error) {
    if (error instanceof ProtocolError) return undefined
    throw error
  }
}
