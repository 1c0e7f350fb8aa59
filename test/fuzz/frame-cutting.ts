/** The frame reader with the input in chunks: however it is cut, the same must come out. */
import { isDeepStrictEqual } from 'node:util'
import { FrameReader, joinFrames } from '../../packages/protocol/src/wire/framing.ts'
import { controlFrameBytesMax } from '../../packages/protocol/src/wire/limits.ts'
import { ProtocolError } from '../../packages/protocol/src/wire/messages.ts'
import { Random } from '../sim/random.ts'
import { digestOf } from '../sim/trace-hash.ts'

/** Chunks per input: each of some bytes, or an empty one. */
const cutsMax = 64
/** Shorter inputs also come byte by byte. */
const bytewiseMax = 400

/** @throws ProtocolError of the reader; Error when the way of cutting makes a difference */
export function cutIntoFrames(input: Uint8Array): { bodies: Uint8Array[] } {
  const whole = read(input, [])
  const ways = [randomCuts(input), ...(input.length <= bytewiseMax ? [[...input.keys()]] : [])]
  for (const cuts of ways) {
    const cut = read(input, cuts)
    if (!isDeepStrictEqual(whole.refusal?.code, cut.refusal?.code)) {
      throw new Error(
        `in one chunk ${whole.refusal?.code ?? 'accepted'}, cut ${cut.refusal?.code ?? 'accepted'}`
      )
    }
    if (whole.refusal === undefined && !isDeepStrictEqual(whole.bodies, cut.bodies)) {
      throw new Error(`${whole.bodies.length} bodies in one chunk, others when cut`)
    }
  }
  if (whole.refusal !== undefined) throw whole.refusal
  return { bodies: whole.bodies }
}

/** The bodies in frames have to be the beginning of the input; behind it there may be one that is not complete. */
export function framesRoundTrip(bodies: Uint8Array[], input: Uint8Array): string | undefined {
  const tooLong = bodies.find(({ length }) => length > controlFrameBytesMax)
  if (tooLong !== undefined) return `a body has ${tooLong.length} bytes`
  const joined = joinFrames(bodies)
  const same = Buffer.compare(joined, input.subarray(0, joined.length)) === 0
  return same ? undefined : 'the bodies in frames are not the bytes that came in'
}

function read(input: Uint8Array, cuts: number[]): { bodies: Uint8Array[]; refusal?: ProtocolError } {
  const reader = new FrameReader({ maxFrameLength: controlFrameBytesMax })
  const bodies: Uint8Array[] = []
  try {
    let at = 0
    for (const cut of [...cuts, input.length]) {
      bodies.push(...reader.push(input.subarray(at, cut)))
      at = cut
    }
    return { bodies }
  } catch (error) {
    if (error instanceof ProtocolError) return { bodies, refusal: error }
    throw error
  }
}

/** Drawn from the input itself, so that an input alone repeats a find. */
function randomCuts(input: Uint8Array): number[] {
  const random = new Random(digestOf(input) >>> 0)
  const cuts = Array.from({ length: random.integer(1, cutsMax) }, () => random.integer(0, input.length))
  return cuts.sort((a, b) => a - b)
}
