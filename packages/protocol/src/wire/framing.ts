/** Frames on a stream: a length as varint, then as many bytes (RFC 2, section "Framing"). */
import { fail } from './ranges.ts'

/** Four bytes of varint hold 2^28 − 1, far above every limit; a fifth is never looked at. */
const lengthBytesMax = 4
/** A partial frame starts with this much memory, whatever length it claims. */
const partialBytesMin = 1_024
/** To copy less than this is cheaper than to send it apart. */
const pieceBytesMin = 4_096

/** Several bodies, each with its length before it, in one buffer. */
export function joinFrames(bodies: readonly Uint8Array[]): Uint8Array {
  let total = 0
  for (const body of bodies) total += lengthBytes(body.length) + body.length
  const joined = new Uint8Array(total)
  let at = 0
  for (const body of bodies) {
    at = writeLength(joined, at, body.length)
    joined.set(body, at)
    at += body.length
  }
  return joined
}

/**
 * The same bytes in as few pieces as there need be, without copying what need not be: bodies that came one after the other lie
 * so in memory, each behind its length (`FrameReader.push`), and so they are sent on, to however many. Pieces are views on the
 * bodies' buffers. Small ones are joined: each may become a record of its own, with a header and a write.
 */
export function framePieces(bodies: readonly Uint8Array[]): Uint8Array[] {
  const pieces: Uint8Array[] = []
  /** Bodies from here on are in no piece yet, because they are few or lie apart. */
  let joinFrom = 0
  for (let i = 0; i < bodies.length; ) {
    const { to, bytes } = run(bodies, i)
    if (bytes !== undefined && (bytes.length >= pieceBytesMin || to - i === bodies.length)) {
      if (joinFrom < i) pieces.push(joinFrames(bodies.slice(joinFrom, i)))
      pieces.push(bytes)
      joinFrom = to
    }
    i = to
  }
  if (joinFrom < bodies.length) pieces.push(joinFrames(bodies.slice(joinFrom)))
  return pieces
}

/** A view on the bodies from `from` up to `to` that lie one behind the other with their lengths; undefined if not even one has its own. */
function run(bodies: readonly Uint8Array[], from: number): { to: number; bytes: Uint8Array | undefined } {
  const first = bodies[from] as Uint8Array
  const memory = new Uint8Array(first.buffer)
  const start = frameStart(memory, first)
  if (start === undefined) return { to: from + 1, bytes: undefined }
  let end = first.byteOffset + first.length
  let to = from + 1
  for (let body = bodies[to]; body !== undefined; body = bodies[++to]) {
    if (body.buffer !== first.buffer || frameStart(memory, body) !== end) break
    end = body.byteOffset + body.length
  }
  return { to, bytes: memory.subarray(start, end) }
}

/** Where the frame of `body` begins, if its length stands before it in the same memory. */
function frameStart(memory: Uint8Array, body: Uint8Array): number | undefined {
  let rest = body.length
  const start = body.byteOffset - lengthBytes(rest)
  if (start < 0) return undefined
  let at = start
  for (; rest > 127; rest >>>= 7) if (memory[at++] !== ((rest & 127) | 128)) return undefined
  return memory[at] === rest ? start : undefined
}

/** Writes a varint, as protobuf has it. Returns where the next byte goes. */
export function writeLength(bytes: Uint8Array, at: number, length: number): number {
  let rest = length
  for (; rest > 127; rest >>>= 7) bytes[at++] = (rest & 127) | 128
  bytes[at++] = rest
  return at
}

/** Of the varint. */
export function lengthBytes(length: number): number {
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
  /** What earlier chunks held of the frame, its length included: the first `#filled` bytes of the body behind that. */
  #partial = new Uint8Array()
  #filled = 0

  constructor(options: { maxFrameLength: number }) {
    this.#maxFrameLength = options.maxFrameLength
  }

  /**
   * Takes the next bytes and returns the bodies that they complete. A body that lies in `chunk` as a whole is a view
   * on it, not a copy: who keeps it keeps the chunk. Before it, in the same memory, is its length, unless a chunk began
   * between the two.
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
    const start = lengthBytes(this.#length)
    const filled = this.#filled + part.length
    if (start + filled > this.#partial.length) {
      const grown = new Uint8Array(start + Math.min(this.#length, Math.max(2 * filled, partialBytesMin)))
      if (this.#partial.length === 0) writeLength(grown, 0, this.#length)
      else grown.set(this.#partial.subarray(0, start + this.#filled))
      this.#partial = grown
    }
    this.#partial.set(part, start + this.#filled)
    this.#filled = filled
  }

  #complete(part: Uint8Array): Uint8Array {
    this.#keep(part)
    const start = lengthBytes(this.#length)
    return this.#partial.subarray(start, start + this.#length)
  }

  #reset(): void {
    this.#length = 0
    this.#lengthBytes = 0
    this.#lengthKnown = false
    this.#partial = new Uint8Array()
    this.#filled = 0
  }
}
