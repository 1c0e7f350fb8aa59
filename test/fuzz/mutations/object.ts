/** Objects with any header: each field of RFC 2, section "Objects", at its edges. */
import { objectPayloadBytesMax } from '../../../packages/protocol/src/wire/limits.ts'
import { objectHeaderLength } from '../../../packages/protocol/src/wire/messages.ts'
import type { Random } from '../../sim/random.ts'
import type { Corpus } from '../corpus.ts'
import { randomBytes } from './bytes.ts'
import { anyNumber } from './numbers.ts'

const changesMax = 4
/** Beside the largest payload. A megabyte each, hence rare. */
const hugeChance = 0.000_02

export function mutatedObject(random: Random, corpus: Corpus): Uint8Array {
  const payload = payloadOf(random)
  const bytes = new Uint8Array(objectHeaderLength + payload.length)
  bytes.set(corpus.pick(random).subarray(0, objectHeaderLength))
  bytes.set(payload, objectHeaderLength)
  const view = new DataView(bytes.buffer)
  for (let changes = random.integer(0, changesMax); changes > 0; changes--) changeHeader(random, view)
  return random.chance(0.05) ? bytes.subarray(0, random.integer(0, bytes.length)) : bytes
}

function changeHeader(random: Random, view: DataView): void {
  switch (random.integer(0, 8)) {
    case 0:
      return view.setUint8(0, random.chance(0.7) ? 1 : random.integer(0, 255))
    case 1:
      return view.setUint8(1, random.chance(0.7) ? random.integer(0, 7) : random.integer(0, 255))
    case 2:
      return view.setUint8(2, random.integer(0, 255))
    case 3:
      return view.setUint16(4, Number(anyNumber(random) & 0xffffn))
    case 4:
      return view.setBigUint64(24, anyNumber(random))
    case 5:
      return view.setUint32(32, Number(anyNumber(random) & 0xffff_ffffn))
    case 6:
      return view.setUint8(random.integer(8, 23), random.integer(0, 255))
    case 7:
      // Else hardly one is less than the seq.
      return view.setUint32(
        36,
        random.chance(0.8) ? random.integer(0, 9) : Number(anyNumber(random) & 0xffff_ffffn)
      )
    default:
      return view.setUint8(random.pick([3, 6, 7]), random.integer(0, 255))
  }
}

function payloadOf(random: Random): Uint8Array {
  if (random.chance(hugeChance)) return new Uint8Array(objectPayloadBytesMax + random.integer(-1, 1))
  return random.chance(0.3) ? new Uint8Array() : randomBytes(random, random.integer(1, 100))
}
