/** Messages behind their length, in four bytes, on a stream of bytes. */

const prefixBytes = 4

/** A message's prefix and itself. */
export function prefixed(payload: Uint8Array): [Uint8Array, Uint8Array] {
  const prefix = new Uint8Array(prefixBytes)
  new DataView(prefix.buffer).setUint32(0, payload.length)
  return [prefix, payload]
}

/** Cuts what comes, in whatever pieces, into messages. */
export class PrefixReader {
  readonly #onMessage: (payload: Uint8Array) => void
  #rest: Buffer = Buffer.alloc(0)

  /** @param onMessage gets views on what was read */
  constructor(onMessage: (payload: Uint8Array) => void) {
    this.#onMessage = onMessage
  }

  push(bytes: Buffer): void {
    const input = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes])
    let at = 0
    while (input.length - at >= prefixBytes) {
      const from = at + prefixBytes
      const to = from + input.readUInt32BE(at)
      if (to > input.length) break
      this.#onMessage(input.subarray(from, to))
      at = to
    }
    this.#rest = input.subarray(at)
  }
}
