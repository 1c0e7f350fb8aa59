/** Damage that knows nothing of formats. */
import type { Random } from '../../sim/random.ts'

const interestingBytes = [0x00, 0x01, 0x02, 0x7f, 0x80, 0x81, 0xfe, 0xff]
const changesMax = 8
/** What one change cuts out, or puts in. */
const pieceBytesMax = 64
const randomBytesMax = 300

export function randomBytes(random: Random, length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  for (let at = 0; at < length; at++) bytes[at] = random.integer(0, 255)
  return bytes
}

/** Bytes of a random length, most of them short. */
export function noise(random: Random): Uint8Array {
  return randomBytes(random, random.integer(0, random.integer(0, randomBytesMax)))
}

/** One change or several: bits, bytes, pieces cut out, repeated, put in, taken from `other`. */
export function damaged(random: Random, input: Uint8Array, other: Uint8Array): Uint8Array {
  let bytes: Uint8Array = input.slice()
  for (let changes = random.integer(1, random.integer(1, changesMax)); changes > 0; changes--) {
    bytes = changed(random, bytes, other)
  }
  return bytes
}

function changed(random: Random, bytes: Uint8Array, other: Uint8Array): Uint8Array {
  const at = random.integer(0, Math.max(0, bytes.length - 1))
  const length = random.integer(1, random.integer(1, pieceBytesMax))
  switch (random.integer(0, 7)) {
    case 0:
      return withByte(bytes, at, (bytes[at] ?? 0) ^ (1 << random.integer(0, 7)))
    case 1:
      return withByte(bytes, at, random.pick(interestingBytes))
    case 2:
      return withByte(bytes, at, (bytes[at] ?? 0) + random.integer(-16, 16))
    case 3:
      return spliced(bytes, at, length, new Uint8Array())
    case 4:
      return spliced(bytes, at, 0, bytes.subarray(at, at + length))
    case 5:
      return spliced(bytes, at, 0, randomBytes(random, length))
    case 6: {
      const from = random.integer(0, other.length)
      return spliced(bytes, at, random.integer(0, length), other.subarray(from, from + length))
    }
    default:
      return bytes.slice(0, at)
  }
}

function withByte(bytes: Uint8Array, at: number, byte: number): Uint8Array {
  if (at < bytes.length) bytes[at] = byte
  return bytes
}

/** `bytes` with `piece` in place of the `removed` bytes from `at` on. */
function spliced(bytes: Uint8Array, at: number, removed: number, piece: Uint8Array): Uint8Array {
  const end = Math.min(bytes.length, at + removed)
  const result = new Uint8Array(at + piece.length + bytes.length - end)
  result.set(bytes.subarray(0, at))
  result.set(piece, at)
  result.set(bytes.subarray(end), at + piece.length)
  return result
}
