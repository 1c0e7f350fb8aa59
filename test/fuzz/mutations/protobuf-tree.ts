/** Protobuf as a tree of fields, without a schema: what parses as a message inside a field is taken as one. */

export interface Field {
  number: number
  /** 0 varint, 1 eight bytes, 2 bytes, 5 four bytes; mutations make others. */
  wireType: number
  /** A varint as it was written; the bytes of the others; or the fields of a message. */
  body: Uint8Array | Field[]
  /** What stands before the body in place of its length. */
  claimedLength?: Uint8Array
}

const varint = 0
const lengthDelimited = 2
const fixedLengths: Record<number, number> = { 1: 8, 5: 4 }
/** Control, Announce, Announcement, and one more. */
const depthMax = 4
/** Above every limit of the wire; what is longer is cut there. */
const writtenBytesMax = 70_000

/** The fields of `bytes`, or `undefined` when they are no message. */
export function fieldsOf(bytes: Uint8Array, depth = 0): Field[] | undefined {
  const fields: Field[] = []
  for (let at = 0; at < bytes.length; ) {
    const tag = varintAt(bytes, at)
    if (tag === undefined || tag.value < 8) return undefined
    const number = Math.floor(tag.value / 8)
    const wireType = tag.value % 8
    const from = wireType === lengthDelimited ? varintAt(bytes, tag.end) : { value: 0, end: tag.end }
    const length =
      wireType === varint ? varintLength(bytes, tag.end) : (fixedLengths[wireType] ?? from?.value)
    if (from === undefined || length === undefined || (wireType > 2 && wireType !== 5)) return undefined
    at = from.end + length
    if (at > bytes.length) return undefined
    const content = bytes.subarray(from.end, at)
    const nested = wireType === lengthDelimited && content.length > 0 && depth < depthMax
    fields.push({ number, wireType, body: (nested ? fieldsOf(content, depth + 1) : undefined) ?? content })
  }
  return fields
}

/** A copy whose lists and fields may be changed; the bytes in its leaves may not. */
export function copyOf(fields: readonly Field[]): Field[] {
  return fields.map(field => ({
    ...field,
    body: field.body instanceof Uint8Array ? field.body : copyOf(field.body)
  }))
}

/** At most 70,000 bytes, cut there. */
export function bytesOf(fields: readonly Field[]): Uint8Array {
  const length = Math.min(lengthOf(fields), writtenBytesMax)
  const bytes = new Uint8Array(length)
  write(fields, bytes, 0)
  return bytes
}

function write(fields: readonly Field[], bytes: Uint8Array, start: number): number {
  let at = start
  for (const field of fields) {
    if (at >= bytes.length) return at
    const { number, wireType, body } = field
    at = putVarint(number * 8 + wireType, bytes, at)
    if (field.claimedLength !== undefined) at = put(field.claimedLength, bytes, at)
    else if (wireType === lengthDelimited) at = putVarint(bodyLength(body), bytes, at)
    at = body instanceof Uint8Array ? put(body, bytes, at) : write(body, bytes, at)
  }
  return at
}

function put(piece: Uint8Array, bytes: Uint8Array, at: number): number {
  if (at < bytes.length) bytes.set(piece.subarray(0, bytes.length - at), at)
  return at + piece.length
}

function putVarint(value: number, bytes: Uint8Array, start: number): number {
  let at = start
  let rest = value
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes[at++] = (rest % 128) + 128
  bytes[at++] = rest
  return at
}

function lengthOf(fields: readonly Field[]): number {
  let length = 0
  for (const { number, wireType, body, claimedLength } of fields) {
    const inner = bodyLength(body)
    length += lengthOfVarint(number * 8 + wireType) + inner
    if (claimedLength !== undefined) length += claimedLength.length
    else if (wireType === lengthDelimited) length += lengthOfVarint(inner)
  }
  return length
}

function lengthOfVarint(value: number): number {
  return value < 128 ? 1 : 1 + lengthOfVarint(Math.floor(value / 128))
}

function bodyLength(body: Field['body']): number {
  return body instanceof Uint8Array ? body.length : lengthOf(body)
}

function varintAt(bytes: Uint8Array, at: number): { value: number; end: number } | undefined {
  const length = varintLength(bytes, at)
  if (length === undefined || length > 5) return undefined
  let value = 0
  for (let i = length - 1; i >= 0; i--) value = value * 128 + ((bytes[at + i] as number) & 127)
  return { value, end: at + length }
}

function varintLength(bytes: Uint8Array, at: number): number | undefined {
  for (let length = 1; length <= 10; length++) {
    const byte = bytes[at + length - 1]
    if (byte === undefined) return undefined
    if (byte < 128) return length
  }
  return undefined
}
