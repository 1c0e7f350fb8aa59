/** Decodes one input and says what became of it. */
import type { Decoder } from './decoder.ts'
import { brokenLimit } from './limits.ts'

export type Verdict =
  | { type: 'accepted'; ms: number }
  | { type: 'refused'; code: string; ms: number }
  | { type: 'fault'; fault: Fault; what: string; ms: number }

export type Fault =
  /** Something else than a refusal came out. */
  | 'error'
  /** The text of a refusal is long, or not one line without control characters. */
  | 'text'
  | 'slow'
  | 'round-trip'
  | 'limit'
  | 'memory'

/** No decode takes longer. */
const decodeMsMax = 5
/** A slow input is decoded so often again, since others use the machine too; the shortest time counts. */
const repeats = 10
/** What a refusal may say, in UTF-16 units: a line in a log. */
const refusalTextMax = 400
/** What one decode may leave on the heap beyond its input, garbage included. */
const allocatedMax = { bytes: 4 * 2 ** 20, perInputByte: 64 }

export function judge(decoder: Decoder, input: Uint8Array): Verdict {
  const verdict = judgeOnce(decoder, input)
  if (verdict.type === 'fault' || verdict.ms <= decodeMsMax) return verdict
  const ms = decodeMs(decoder, input)
  if (ms <= decodeMsMax) return { ...verdict, ms }
  return { type: 'fault', fault: 'slow', what: `took ${ms.toFixed(1)} ms at least`, ms }
}

/** The shortest of several times that it takes to decode, or refuse, `input`, in milliseconds. */
export function decodeMs(decoder: Decoder, input: Uint8Array, enough = decodeMsMax): number {
  let shortest = Number.POSITIVE_INFINITY
  for (let i = 0; i < repeats && shortest > enough; i++) {
    const started = performance.now()
    try {
      decoder.decode(input)
    } catch {}
    shortest = Math.min(shortest, performance.now() - started)
  }
  return shortest
}

/** The verdict on what decoding `input` takes from the heap; `undefined` when that is little. */
export function judgeMemory(decoder: Decoder, input: Uint8Array): Verdict | undefined {
  const max = allocatedMax.bytes + allocatedMax.perInputByte * input.length
  // A collection meanwhile makes it less; nothing makes it more, as nobody else allocates here.
  const bytes = Math.max(...Array.from({ length: 3 }, () => allocatedBy(decoder, input)))
  if (bytes <= max) return undefined
  return { type: 'fault', fault: 'memory', what: `took ${bytes} bytes for ${input.length}`, ms: 0 }
}

function allocatedBy(decoder: Decoder, input: Uint8Array): number {
  const before = heapBytes()
  try {
    decoder.decode(input)
  } catch {}
  return heapBytes() - before
}

export function heapBytes(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

function judgeOnce(decoder: Decoder, input: Uint8Array): Verdict {
  const started = performance.now()
  let value: unknown
  try {
    value = decoder.decode(input)
  } catch (error) {
    return judgeError(decoder, error, performance.now() - started)
  }
  const ms = performance.now() - started
  const fault = (fault: Fault, what: string): Verdict => ({ type: 'fault', fault, what, ms })
  const limit = brokenLimit(value, input.length)
  if (limit !== undefined) return fault('limit', limit)
  try {
    const what = decoder.roundTrip(value, input)
    return what === undefined ? { type: 'accepted', ms } : fault('round-trip', what)
  } catch (error) {
    return fault('round-trip', `what came out does not encode and decode: ${error}`)
  }
}

function judgeError(decoder: Decoder, error: unknown, ms: number): Verdict {
  const code = decoder.refusal(error)
  if (code === undefined) return { type: 'fault', fault: 'error', what: `threw ${error}`, ms }
  const { message } = error as Error
  if (message.length <= refusalTextMax && !/\p{Cc}/u.test(message)) {
    return { type: 'refused', code, ms }
  }
  return { type: 'fault', fault: 'text', what: `refused with ${JSON.stringify(message.slice(0, 100))}`, ms }
}
