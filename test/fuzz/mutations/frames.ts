/** Streams of frames, whose lengths are right, wrong or written wrong. */
import type { Random } from '../../sim/random.ts'
import type { Corpus } from '../corpus.ts'
import { damaged, randomBytes } from './bytes.ts'
import { anyNumber, anyVarint } from './numbers.ts'

const framesMax = 8
const bodyBytesMax = 300
const bodyLengths = [0, 0, 1, 2, 126, 127, 128, 129]
/** Around the limit of a control frame, and the first length of three bytes. */
const longBodyLengths = [16_383, 16_384, 65_535, 65_536, 65_537]
const longChance = 0.001

export function mutatedFrames(random: Random, corpus: Corpus): Uint8Array {
  if (random.chance(0.2)) return damaged(random, corpus.pick(random), corpus.pick(random))
  const pieces: Uint8Array[] = []
  for (let frames = random.integer(1, framesMax); frames > 0; frames--) {
    const body = randomBytes(random, lengthOfBody(random))
    const claimed = random.chance(0.1) ? anyNumber(random) : BigInt(body.length)
    pieces.push(random.chance(0.7) ? plainVarint(claimed) : anyVarint(random, claimed), body)
  }
  const bytes = new Uint8Array(Buffer.concat(pieces))
  return random.chance(0.2) ? bytes.subarray(0, random.integer(0, bytes.length)) : bytes
}

function lengthOfBody(random: Random): number {
  if (random.chance(longChance)) return random.pick(longBodyLengths)
  return random.chance(0.5) ? random.pick(bodyLengths) : random.integer(0, random.integer(0, bodyBytesMax))
}

function plainVarint(value: bigint): Uint8Array {
  const bytes: number[] = []
  let rest = value
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128)
  return Uint8Array.of(...bytes, Number(rest))
}
