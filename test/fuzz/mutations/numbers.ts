/** Numbers at which decoders change their mind. */
import {
  announcementBytesMax,
  catalogBytesMax,
  channelNameBytesMax,
  controlFieldsMax,
  controlFrameBytesMax,
  syncRowsMax,
  ttlMsMax
} from '../../../packages/protocol/src/wire/limits.ts'
import type { Random } from '../../sim/random.ts'

const limits = [
  announcementBytesMax,
  catalogBytesMax,
  channelNameBytesMax,
  controlFieldsMax,
  controlFrameBytesMax,
  syncRowsMax,
  ttlMsMax
]
const powers = [1, 7, 8, 14, 15, 16, 21, 28, 31, 32, 35, 52, 53, 63, 64].map(bits => 2n ** BigInt(bits))
const edges = [0n, ...limits.map(BigInt), ...powers].flatMap(edge => [edge - 1n, edge, edge + 1n])
const interesting = edges.filter(edge => edge >= 0n && edge < 2n ** 64n)

/** 0 to 2^64 − 1: a limit, a power of two, the neighbour of one, or any. */
export function anyNumber(random: Random): bigint {
  if (random.chance(0.8)) return random.pick(interesting)
  return BigInt(random.integer(0, 2 ** random.integer(1, 53) - 1))
}

/** A varint of `value`; now and then longer than it needs, too long, or without an end. */
export function anyVarint(random: Random, value: bigint): Uint8Array {
  const bytes: number[] = []
  for (let rest = value; ; rest >>= 7n) {
    bytes.push(Number(rest & 127n) | 128)
    if (rest < 128n) break
  }
  if (random.chance(0.1)) for (let i = random.integer(1, 10); i > 0; i--) bytes.push(128)
  if (!random.chance(0.03)) bytes.push((bytes.pop() as number) & 127)
  return Uint8Array.from(bytes)
}
