/**
 * Messages behind their length, in four bytes, on a stream of bytes. Where one may join the stream anywhere, a mark stands before
 * the length, as a page of Ogg begins with a capture pattern (RFC 3533, section 6).
 */

const lengthBytes = 4
const noMark = Buffer.alloc(0)

/** A message's prefix and itself. */
export function prefixed(payload: Uint8Array, mark = noMark): [Uint8Array, Uint8Array] {
  const prefix = Buffer.alloc(mark.length + lengthBytes)
  mark.copy(prefix)
  prefix.writeUInt32BE(payload.length, mark.length)
  return [prefix, payload]
}

/** Cuts what comes, in whatever pieces, into messages. What comes before the first mark is passed over. */
export class PrefixReader {
  readonly #onMessage: (payload: Uint8Array) => void
  readonly #mark: Buffer
  #rest: Buffer = Buffer.alloc(0)

  /** @param onMessage gets views on what was read */
  constructor(onMessage: (payload: Uint8Array) => void, mark = noMark) {
    this.#onMessage = onMessage
    this.#mark = mark
  }

  push(bytes: Buffer): void {
    const input = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes])
    const prefixBytes = this.#mark.length + lengthBytes
    let at = this.#startOf(input, 0)
    while (input.length - at >= prefixBytes) {
      const from = at + prefixBytes
      const to = from + input.readUInt32BE(from - lengthBytes)
      if (to > input.length) break
      this.#onMessage(input.subarray(from, to))
      at = this.#startOf(input, to)
    }
    this.#rest = input.subarray(at)
  }

  /** Where the next message begins; without a mark in sight, what may become one is left. */
  #startOf(input: Buffer, from: number): number {
    if (this.#mark.length === 0) return from
    const found = input.indexOf(this.#mark, from)
    return found >= 0 ? found : Math.max(from, input.length - this.#mark.length + 1)
  }
}
