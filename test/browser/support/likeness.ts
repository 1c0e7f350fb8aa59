/** Whether one sound is another: normalized cross-correlation, second by second. Mono, 48 kHz. */

const sampleRate = 48_000
/** The place of a second in the source is searched at 2 kHz, the places of its pieces at 8 kHz, both then made exact. */
const secondThinning = 24
const pieceThinning = 6
/**
 * A player that adapts to the network leaves out a frame now and then, and a browser's microphone slips by 10 ms when
 * the machine is busy: so each tenth of a second is placed anew, around where its second is.
 */
const pieceLength = sampleRate / 10
const slack = 0.05 * sampleRate
/** Less than this is a pause between two sentences, which is like any other. */
const quiet = 0.01

export interface Second {
  /** Normalized cross-correlation with the source, 0 to 1. Loud pieces count more, as they do for the ear. */
  correlation: number
  /** Where in the source it begins, seconds. */
  at: number
  /** Root mean square of what was heard over that of the source. */
  gain: number
}

/**
 * How like the source each whole second of `heard` is, at the place where it is most like it. Quiet seconds are left
 * out.
 *
 * @param source is taken as played in a loop
 */
export function likeness(heard: Float32Array, source: Float32Array): Second[] {
  const loop = new Float32Array(source.length + 2 * sampleRate)
  for (let i = 0; i < loop.length; i++) loop[i] = source[i % source.length] as number
  const thinLoop = thin(loop, secondThinning)
  const seconds: Second[] = []
  for (let start = 0; start + sampleRate <= heard.length; start += sampleRate) {
    const second = heard.subarray(start, start + sampleRate)
    if (rms(second) < quiet) continue
    const near = bestShift(thin(second, secondThinning), thinLoop) * secondThinning
    seconds.push(compare(second, loop, near))
  }
  return seconds
}

/** The seconds that are the source: at least 0.95 like it, and as loud. */
export function alike(seconds: readonly Second[]): Second[] {
  return seconds.filter(({ correlation, gain }) => correlation >= 0.95 && gain > 0.8 && gain < 1.25)
}

function compare(second: Float32Array, loop: Float32Array, near: number): Second {
  const original = new Float32Array(second.length)
  for (let offset = 0; offset < second.length; offset += pieceLength) {
    const piece = second.subarray(offset, offset + pieceLength)
    original.set(mostLike(piece, loop, near + offset), offset)
  }
  return {
    correlation: correlate(second, original),
    at: near / sampleRate,
    gain: rms(second) / rms(original)
  }
}

/** The part of `loop`, around `near`, that the piece is most like. */
function mostLike(piece: Float32Array, loop: Float32Array, near: number): Float32Array {
  const from = Math.max(near - slack, 0)
  const around = loop.subarray(from, near + piece.length + slack)
  const about = from + bestShift(thin(piece, pieceThinning), thin(around, pieceThinning)) * pieceThinning
  const first = Math.max(about - pieceThinning, 0)
  const region = loop.subarray(first, about + pieceThinning + piece.length)
  const start = first + bestShift(piece, region)
  return loop.subarray(start, start + piece.length)
}

function bestShift(pattern: Float32Array, sound: Float32Array): number {
  let best = { shift: 0, correlation: Number.NEGATIVE_INFINITY }
  for (let shift = 0; shift + pattern.length <= sound.length; shift++) {
    const correlation = correlate(pattern, sound.subarray(shift, shift + pattern.length))
    if (correlation > best.correlation) best = { shift, correlation }
  }
  return best.shift
}

function correlate(a: Float32Array, b: Float32Array): number {
  let [product, energyA, energyB] = [0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] as number, b[i] as number]
    product += x * y
    energyA += x * x
    energyB += y * y
  }
  return energyA === 0 || energyB === 0 ? 0 : product / Math.sqrt(energyA * energyB)
}

/** One sample out of `factor`, each the mean of its neighbours. */
function thin(sound: Float32Array, factor: number): Float32Array {
  const thinned = new Float32Array(Math.floor(sound.length / factor))
  for (let i = 0; i < thinned.length; i++) {
    let sum = 0
    for (let j = 0; j < factor; j++) sum += sound[i * factor + j] as number
    thinned[i] = sum / factor
  }
  return thinned
}

function rms(sound: Float32Array): number {
  let energy = 0
  for (const sample of sound) energy += sample * sample
  return Math.sqrt(energy / Math.max(sound.length, 1))
}
