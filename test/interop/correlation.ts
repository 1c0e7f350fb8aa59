/** Whether a recording is the source that it was made of, after one alignment of the two. */

const rate = 48_000
/** The first search is on every eighth sample: speech has most of its power below 3 kHz. */
const coarse = 8
/** Under this a second is silence, in which there is nothing to compare. */
const silenceRms = 0.01

interface Comparison {
  /** Samples by which the recording is late; negative when its beginning is missing. */
  lag: number
  /** Of each whole second of speech that both have: its number in the source, and the normalized correlation. */
  seconds: { second: number; correlation: number }[]
}

/**
 * @param lagMax how far apart the two may be, in samples
 * @param reference where in the source, in samples, the second is that they are aligned by
 */
export function compare(
  source: Float32Array,
  recording: Float32Array,
  { lagMax = 2 * rate, reference = loudestSecond(source) } = {}
): Comparison {
  const lag = align(source, recording, reference, lagMax)
  const seconds: Comparison['seconds'] = []
  for (let second = 0; (second + 1) * rate <= source.length; second++) {
    const from = second * rate
    if (from + lag < 0 || from + lag + rate > recording.length) continue
    const piece = source.subarray(from, from + rate)
    if (rms(piece) < silenceRms) continue
    seconds.push({ second, correlation: correlation(piece, recording, from + lag) })
  }
  return { lag, seconds }
}

function align(source: Float32Array, recording: Float32Array, reference: number, lagMax: number): number {
  const piece = source.subarray(reference, reference + rate)
  const roughSource = thinned(piece)
  const roughRecording = thinned(recording)
  const roughAt = Math.round(reference / coarse)
  const rough = best(-lagMax / coarse, lagMax / coarse, lag =>
    correlation(roughSource, roughRecording, roughAt + lag)
  )
  return best(rough * coarse - 2 * coarse, rough * coarse + 2 * coarse, lag =>
    correlation(piece, recording, reference + lag)
  )
}

function best(from: number, to: number, score: (lag: number) => number): number {
  let bestLag = Math.round(from)
  let bestScore = Number.NEGATIVE_INFINITY
  for (let lag = bestLag; lag <= to; lag++) {
    const value = score(lag)
    if (value <= bestScore) continue
    bestScore = value
    bestLag = lag
  }
  return bestLag
}

/** Normalized, from -1 to 1, of `piece` and the part of `whole` that begins at `at`; what lies outside counts as zero. */
function correlation(piece: Float32Array, whole: Float32Array, at: number): number {
  let product = 0
  let powerA = 0
  let powerB = 0
  for (let i = 0; i < piece.length; i++) {
    const a = piece[i] ?? 0
    const b = whole[at + i] ?? 0
    product += a * b
    powerA += a * a
    powerB += b * b
  }
  const power = Math.sqrt(powerA * powerB)
  return power === 0 ? 0 : product / power
}

/** Every eighth sample, each the mean of the eight around it. */
function thinned(samples: Float32Array): Float32Array {
  const thin = new Float32Array(Math.floor(samples.length / coarse))
  for (let i = 0; i < thin.length; i++) {
    let sum = 0
    for (let j = 0; j < coarse; j++) sum += samples[i * coarse + j] ?? 0
    thin[i] = sum / coarse
  }
  return thin
}

function loudestSecond(source: Float32Array): number {
  let loudest = 0
  let loudestRms = -1
  for (let from = 0; from + rate <= source.length; from += rate / 2) {
    const value = rms(source.subarray(from, from + rate))
    if (value <= loudestRms) continue
    loudestRms = value
    loudest = from
  }
  return loudest
}

function rms(samples: Float32Array): number {
  let power = 0
  for (const sample of samples) power += sample * sample
  return Math.sqrt(power / samples.length)
}
