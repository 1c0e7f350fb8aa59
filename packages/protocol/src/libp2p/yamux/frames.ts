/** yamux on the wire (https://github.com/hashicorp/yamux/blob/master/spec.md). */

export const headerBytes = 12
/** What each side may send on a stream before it is told that it may send more. */
export const initialWindowBytes = 2 ** 18

export const frameType = { data: 0, windowUpdate: 1, ping: 2, goAway: 3 } as const
export const flag = { syn: 1, ack: 2, fin: 4, rst: 8 } as const
export const goAwayCode = { normal: 0, protocolError: 1, internalError: 2 } as const

export interface FrameHeader {
  type: number
  flags: number
  /** 0: the frame is of the connection, not of a stream. */
  streamId: number
  /** Of data: bytes that follow. Else what the type makes of it. */
  length: number
}

/** The other side does what yamux does not allow. The connection is of no use any more. */
export class YamuxError extends Error {
  override readonly name = 'YamuxError'
}

export function writeHeader(into: Uint8Array, { type, flags, streamId, length }: FrameHeader): void {
  into[0] = 0
  into[1] = type
  into[2] = 0
  into[3] = flags
  writeUint32(into, 4, streamId)
  writeUint32(into, 8, length)
}

/** @throws YamuxError for another version */
function readHeader(bytes: Uint8Array, at: number): FrameHeader {
  if (bytes[at] !== 0) throw new YamuxError(`version ${bytes[at]} of yamux is not known`)
  return {
    type: bytes[at + 1] as number,
    flags: ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number),
    streamId: readUint32(bytes, at + 4),
    length: readUint32(bytes, at + 8)
  }
}

/** Who reads frames: each header, and then what follows it, in one piece or several. */
export interface FrameSink {
  handleHeader(header: FrameHeader): void
  /** @param isLast nothing more follows the header that came last */
  handleData(data: Uint8Array, isLast: boolean): void
}

/** Cuts what comes into frames. Data is handed on as it comes, so that nothing but a header is ever kept here. */
export class FrameReader {
  readonly #sink: FrameSink
  readonly #partial = new Uint8Array(headerBytes)
  /** So much of the next header is in `#partial`. */
  #filled = 0
  /** So much data is still to come before the next header. */
  #missing = 0

  constructor(sink: FrameSink) {
    this.#sink = sink
  }

  /**
   * @param bytes are not copied: the sink is given views on them
   * @throws YamuxError, and what the sink throws; it must not be called again then
   */
  push(bytes: Uint8Array): void {
    let at = 0
    while (at < bytes.length) {
      if (this.#missing > 0) {
        const data = bytes.subarray(at, at + this.#missing)
        at += data.length
        this.#missing -= data.length
        this.#sink.handleData(data, this.#missing === 0)
      } else if (this.#filled === 0 && bytes.length - at >= headerBytes) {
        this.#onHeader(readHeader(bytes, at))
        at += headerBytes
      } else {
        const part = bytes.subarray(at, at + headerBytes - this.#filled)
        this.#partial.set(part, this.#filled)
        at += part.length
        this.#filled += part.length
        if (this.#filled < headerBytes) return
        this.#filled = 0
        this.#onHeader(readHeader(this.#partial, 0))
      }
    }
  }

  #onHeader(header: FrameHeader): void {
    if (header.type === frameType.data) this.#missing = header.length
    this.#sink.handleHeader(header)
  }
}

function readUint32(bytes: Uint8Array, at: number): number {
  const [a, b, c, d] = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]] as [
    number,
    number,
    number,
    number
  ]
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0
}

function writeUint32(into: Uint8Array, at: number, value: number): void {
  into[at] = value >>> 24
  into[at + 1] = value >>> 16
  into[at + 2] = value >>> 8
  into[at + 3] = value
}
