/** Frames on a stream: a length as varint, then as many bytes (RFC 2, section "Framing"). */
import { fail } from './ranges.ts'

/** Four bytes of varint hold 2^28 − 1, far above every limit; a fifth is never looked at. */
const lengthBytesMax = 4
/** A partial frame starts with this much memory, whatever length it claims. */
const partialBytesMin = 1_024

/** Several bodies, each with its length before it, in one buffer: one write, one encryption. */
export function joinFrames(bodies: readonly Uint8Array[]): Uint8Array {
  let total = 0
  for (const body of bodies) total += lengthBytes(body.length) + body.length
  const joined = new Uint8Array(total)
  let at = 0
  for (const body of bodies) {
    let rest = body.length
    for (; rest > 127; rest >>>= 7) joined[at++] = (rest & 127) | 128
    joined[at++] = rest
    joined.set(body, at)
    at += body.length
  }
  return joined
}

function lengthBytes(length: number): number {
  let bytes = 1
  for (let rest = length; rest > 127; rest >>>= 7) bytes++
  return bytes
}

/**
 * Cuts the bytes of a stream into the bodies of its frames. It holds one partial frame at most, and no more memory for
 * it than twice what has come of it. After it has thrown it must be dropped, and the stream closed.
 */
export class FrameReader {
  readonly #maxFrameLength: number
  /** Length of the frame being read, and how many bytes of the varint are known; all of them when `#lengthKnown`. */
  #length = 0
  #lengthBytes = 0
  #lengthKnown = false
  /** What earlier chunks held of the frame: the first `#filled` bytes. */
  #partial = new Uint8Array()
  #filled = 0

  constructor(options: { maxFrameLength: number }) {
    this.#maxFrameLength = options.maxFrameLength
  }

  /**
   * Takes the next bytes and returns the bodies that they complete. A body that lies in `chunk` as a whole is a view
   * on it, not a copy: who keeps it keeps the chunk.
   *
   * @throws ProtocolError `too-large` for a length over the limit, `malformed` for one not in its shortest form
   */
  push(chunk: Uint8Array): Uint8Array[] {
    const frames: Uint8Array[] = []
    let at = 0
    for (;;) {
      while (!this.#lengthKnown && at < chunk.length) this.#readLength(chunk[at++] as number)
      if (!this.#lengthKnown) return frames
      const missing = this.#length - this.#filled
      const part = chunk.subarray(at, at + missing)
      if (part.length < missing) {
        this.#keep(part)
        return frames
      }
      frames.push(this.#filled === 0 ? part : this.#complete(part))
      at += missing
      this.#reset()
    }
  }

  #readLength(byte: number): void {
    this.#length += (byte & 127) << (7 * this.#lengthBytes++)
    const more = byte > 127
    if (this.#length > this.#maxFrameLength || (more && this.#lengthBytes === lengthBytesMax)) {
      fail('too-large', `a frame is longer than ${this.#maxFrameLength} bytes`)
    }
    if (!more && byte === 0 && this.#lengthBytes > 1)
      fail('malformed', 'a frame length has more bytes than it needs')
    this.#lengthKnown = !more
  }

  /** Memory doubles with what has come, so that a claimed length costs nothing and single bytes are not quadratic. */
  #keep(part: Uint8Array): void {
    const filled = this.#filled + part.length
    if (filled > this.#partial.length) {
      const grown = new Uint8Array(Math.min(this.#length, Math.max(2 * filled, partialBytesMin)))
      grown.set(this.#partial.subarray(0, this.#filled))
      this.#partial = grown
    }
    this.#partial.set(part, this.#filled)
    this.#filled = filled
  }

  #complete(part: Uint8Array): Uint8Array {
    this.#keep(part)
    return this.#partial.subarray(0, this.#length)
  }

  #reset(): void {
    this.#length = 0
    this.#lengthBytes = 0
    this.#lengthKnown = false
    this.#partial = new Uint8Array()
    this.#filled = 0
  }
}
