/** Object lists: any numbers before the hashes, and as many bytes as they say, or nearly. */
import type { Random } from '../../sim/random.ts'
import type { Corpus } from '../corpus.ts'
import { damaged, randomBytes } from './bytes.ts'
import { anyNumber } from './numbers.ts'

const signatureLength = 64

export function mutatedObjectList(random: Random, corpus: Corpus): Uint8Array {
  if (random.chance(0.2)) return damaged(random, corpus.pick(random), corpus.pick(random))
  const count = random.chance(0.5) ? random.integer(0, 12) : random.integer(0, 255)
  const off = random.chance(0.2) ? random.integer(-6, 6) : 0
  const bytes = new Uint8Array(6 + 8 * count + signatureLength + off)
  bytes.set(randomBytes(random, bytes.length))
  const view = new DataView(bytes.buffer)
  view.setUint32(0, Number(anyNumber(random) & 0xffff_ffffn))
  view.setUint8(4, random.integer(0, 255))
  view.setUint8(5, count)
  return bytes
}
