/** Control messages made by hand, as no codec of ours makes them (RFC 2, sections 5 and 8). */

/** A field of type varint. */
export function integer(field: number, value: bigint | number): number[] {
  return [...varint(field << 3), ...varint(value)]
}

/** A field that holds bytes: a text, an id, or a message. */
export function nested(field: number, content: Iterable<number>): number[] {
  const bytes = [...content]
  return [...varint((field << 3) | 2), ...varint(bytes.length), ...bytes]
}

/** Low bits first, seven in each byte. */
export function varint(value: bigint | number): number[] {
  const bytes: number[] = []
  let rest = BigInt(value)
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128)
  return [...bytes, Number(rest)]
}
