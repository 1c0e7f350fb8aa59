/** Audio frames: two varints of any value and form, and a packet of any length. */
import { opusPacketBytesMax } from '../../../packages/media/src/audio-frame.ts'
import type { Random } from '../../sim/random.ts'
import type { Corpus } from '../corpus.ts'
import { damaged, randomBytes } from './bytes.ts'
import { anyNumber, anyVarint } from './numbers.ts'

const durations = [0n, 1n, 2_500n, 20_000n, 119_999n, 120_000n, 120_001n]
const packetLengths = [0, 1, opusPacketBytesMax - 1, opusPacketBytesMax, opusPacketBytesMax + 1]

export function mutatedAudioFrame(random: Random, corpus: Corpus): Uint8Array {
  if (random.chance(0.2)) return damaged(random, corpus.pick(random), corpus.pick(random))
  const duration = random.chance(0.8) ? random.pick(durations) : anyNumber(random)
  const edge = random.chance(0.05)
  const length = edge ? random.pick(packetLengths) : random.integer(0, 100)
  const packet = edge ? new Uint8Array(length) : randomBytes(random, length)
  return new Uint8Array(
    Buffer.concat([anyVarint(random, anyNumber(random)), anyVarint(random, duration), packet])
  )
}
