/**
 * The payload of an audio object: `pts varint · duration varint · Opus packet to the end`.
 *
 * A varint is base 128, least significant group first, as in Protocol Buffers, at most 8 bytes and 2^53 − 1. Both
 * times are in microseconds. A typical frame has 7 bytes of this header before some 80 bytes of sound.
 */
import { MediaError } from './media-error.ts'

export interface AudioFrame {
  /** Microseconds since the start of the stream. */
  ptsUs: number
  /** Microseconds. */
  durationUs: number
  /** One Opus packet. */
  data: Uint8Array
}

/** One Opus frame and its first byte (RFC 6716, section 3.2.1: a frame has at most 1,275 bytes). */
export const opusPacketBytesMax = 1276
/** The longest Opus packet, RFC 6716, section 3.2.5. */
const durationUsMax = 120_000
const varintBytesMax = 8

/** @throws RangeError when a time is not a whole number in range, or the packet is empty or too long */
export function encodeAudioFrame(frame: AudioFrame): Uint8Array {
  const { ptsUs, durationUs, data } = frame
  if (!Number.isSafeInteger(ptsUs) || ptsUs < 0) throw new RangeError(`${ptsUs} is no time for a frame`)
  if (!isDuration(durationUs)) throw new RangeError(`${durationUs} µs is no duration for a frame`)
  if (!isPacketLength(data.length)) throw new RangeError(`an Opus packet cannot have ${data.length} bytes`)
  const bytes = new Uint8Array(2 * varintBytesMax + data.length)
  let end = writeVarint(bytes, 0, ptsUs)
  end = writeVarint(bytes, end, durationUs)
  bytes.set(data, end)
  return bytes.slice(0, end + data.length)
}

/**
 * `data` of the result is a view on `bytes`.
 *
 * @throws MediaError when the bytes are no audio frame
 */
export function decodeAudioFrame(bytes: Uint8Array): AudioFrame {
  const pts = readVarint(bytes, 0)
  const duration = readVarint(bytes, pts.end)
  const data = bytes.subarray(duration.end)
  if (!isDuration(duration.value)) {
    throw new MediaError(`an audio frame claims to last ${duration.value} µs; ${durationUsMax} is the most`)
  }
  if (!isPacketLength(data.length)) {
    throw new MediaError(
      `an audio frame has ${data.length} bytes of sound; 1 to ${opusPacketBytesMax} are allowed`
    )
  }
  return { ptsUs: pts.value, durationUs: duration.value, data }
}

function isDuration(us: number): boolean {
  return Number.isInteger(us) && us > 0 && us <= durationUsMax
}

function isPacketLength(length: number): boolean {
  return length > 0 && length <= opusPacketBytesMax
}

/** Arithmetic, not bit operators: those would cut the number at 32 bits. */
function writeVarint(bytes: Uint8Array, at: number, value: number): number {
  let rest = value
  let end = at
  while (rest >= 0x80) {
    bytes[end++] = (rest % 0x80) + 0x80
    rest = Math.floor(rest / 0x80)
  }
  bytes[end++] = rest
  return end
}

function readVarint(bytes: Uint8Array, at: number): { value: number; end: number } {
  let value = 0
  for (let i = 0; i < varintBytesMax; i++) {
    const byte = bytes[at + i]
    if (byte === undefined) throw new MediaError('an audio frame ends within its header')
    value += (byte & 0x7f) * 0x80 ** i
    if (byte < 0x80) {
      if (value > Number.MAX_SAFE_INTEGER) break
      return { value, end: at + i + 1 }
    }
  }
  throw new MediaError('a number in an audio frame is too large')
}
