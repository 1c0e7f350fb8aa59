/** How long gossipsub's RPCs are on the wire: its protobuf, with the length before it. */

/** An Ed25519 peer id and a seqno; both together are a message's id. */
const fromBytes = 38
const seqnoBytes = 8
const signatureBytes = 64
/** Of a prune's backoff: a tag, and the seconds. */
const backoffBytes = 2

/** A signed message (StrictSign); the key is inside of the peer id. */
export function messageBytes(topic: string, dataBytes: number): number {
  const parts = [fromBytes, dataBytes, seqnoBytes, topic.length, signatureBytes]
  return frame(field(parts.reduce((sum, bytes) => sum + field(bytes), 0)))
}

export function subscriptionBytes(topic: string): number {
  return frame(field(2 + field(topic.length)))
}

export function graftBytes(topic: string): number {
  return frame(field(field(field(topic.length))))
}

export function pruneBytes(topic: string): number {
  return frame(field(field(field(topic.length) + backoffBytes)))
}

export function ihaveBytes(topic: string, ids: number): number {
  return frame(field(field(field(topic.length) + ids * field(fromBytes + seqnoBytes))))
}

export function iwantBytes(ids: number): number {
  return frame(field(field(ids * field(fromBytes + seqnoBytes))))
}

/** A field of some length: tag, length, content. */
function field(bytes: number): number {
  return 1 + varint(bytes) + bytes
}

function frame(bytes: number): number {
  return varint(bytes) + bytes
}

function varint(value: number): number {
  return value < 1 << 7 ? 1 : value < 1 << 14 ? 2 : 3
}
