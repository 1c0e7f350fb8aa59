/**
 * Messages on a stream of bytes that one may join anywhere: each behind a mark and its length in two bytes, as a page of Ogg
 * begins with a capture pattern (RFC 3533, section 6).
 */

const mark = Buffer.from('hopc')
const headBytes = mark.length + 2

/** A message's head and itself. */
export function marked(payload: Uint8Array): [Uint8Array, Uint8Array] {
  const head = Buffer.alloc(headBytes)
  mark.copy(head)
  head.writeUInt16BE(payload.length, mark.length)
  return [head, payload]
}

/** Cuts what comes, in whatever pieces, into messages. What comes before the first mark is passed over. */
export class MarkReader {
  readonly #onMessage: (payload: Uint8Array) => void
  #rest: Buffer = Buffer.alloc(0)

  /** @param onMessage gets views on what was read */
  constructor(onMessage: (payload: Uint8Array) => void) {
    this.#onMessage = onMessage
  }

  push(bytes: Buffer): void {
    const input = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes])
    let at = startOf(input, 0)
    while (input.length - at >= headBytes) {
      const from = at + headBytes
      const to = from + input.readUInt16BE(at + mark.length)
      if (to > input.length) break
      this.#onMessage(input.subarray(from, to))
      at = startOf(input, to)
    }
    this.#rest = input.subarray(at)
  }
}

/** Where the next mark begins; without one, what may become one is left. */
function startOf(input: Buffer, from: number): number {
  const found = input.indexOf(mark, from)
  return found >= 0 ? found : Math.max(from, input.length - mark.length + 1)
}
