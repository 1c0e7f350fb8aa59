/** Makes an input with a fault smaller, as long as the fault stays. */

/** What it may cost: an input that is slow to decode is slow to shrink. */
const triesMax = 5_000
const msMax = 10_000

/**
 * Leaves out pieces, from the longest down to single bytes, as long as that helps; then sets what is left to zero.
 *
 * @param hasFault whether an input has the same fault still
 */
export function shrunk(input: Uint8Array, hasFault: (smaller: Uint8Array) => boolean): Uint8Array {
  const endsAt = performance.now() + msMax
  let tries = 0
  let best = input
  const keepIf = (candidate: Uint8Array) => {
    if (tries++ >= triesMax || performance.now() > endsAt || !hasFault(candidate)) return false
    best = candidate
    return true
  }
  for (let before = Number.POSITIVE_INFINITY; best.length < before; ) {
    before = best.length
    for (let length = 2 ** Math.floor(Math.log2(before)); length >= 1; length /= 2) {
      for (let at = 0; at < best.length; ) {
        if (!keepIf(without(best, at, length))) at += length
      }
    }
  }
  for (let at = 0; at < best.length; at++) if (best[at] !== 0) keepIf(best.with(at, 0))
  return best
}

function without(bytes: Uint8Array, at: number, length: number): Uint8Array {
  const rest = new Uint8Array(bytes.length - Math.min(length, bytes.length - at))
  rest.set(bytes.subarray(0, at))
  rest.set(bytes.subarray(at + length), at)
  return rest
}
