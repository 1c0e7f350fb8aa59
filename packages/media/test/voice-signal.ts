/** Sound for tests, and how to tell whether two sounds are the same. */

const rate = 48_000

interface VoiceOptions {
  seconds: number
  channels?: 1 | 2
  sampleRate?: number
}

/**
 * Something like a voice: a gliding pitch around 130 Hz with overtones up to 4 kHz, shaped by two formants that move,
 * and four syllables a second. It never repeats itself, so that it can be aligned. In stereo the right side is softer.
 */
export function voiceSignal({ seconds, channels = 1, sampleRate = rate }: VoiceOptions): Float32Array {
  const frames = Math.round(seconds * sampleRate)
  const samples = new Float32Array(frames * channels)
  for (let i = 0; i < frames; i++) {
    const t = i / sampleRate
    // The integral of the pitch in closed form, so that every sample rate samples the same sound.
    const cycles = 130 * t + (20 / 0.7) * versine(0.7 * t) + (6 / 2.3) * versine(2.3 * t)
    const value = 0.12 * (0.55 - 0.45 * Math.cos(2 * Math.PI * 4 * t)) * overtones(cycles, t)
    for (let channel = 0; channel < channels; channel++)
      samples[i * channels + channel] = value / (channel + 1)
  }
  return samples
}

/** Σ level(k) · sin(2πk · cycles), the sines by recurrence. */
function overtones(cycles: number, t: number): number {
  const twoCosine = 2 * Math.cos(2 * Math.PI * cycles)
  const first = 600 + 200 * Math.sin(2 * Math.PI * 1.1 * t)
  const second = 1700 + 500 * Math.sin(2 * Math.PI * 0.9 * t)
  let before = 0
  let sine = Math.sin(2 * Math.PI * cycles)
  let sum = 0
  for (let k = 1; k <= 30; k++) {
    sum += sine * (resonance(130 * k - first) + resonance(130 * k - second) / 2)
    const next = twoCosine * sine - before
    before = sine
    sine = next
  }
  return sum
}

/** Bell-shaped, 250 Hz to each side. */
function resonance(distance: number): number {
  return 1 / (1 + (distance / 250) ** 4)
}

/** The integral of 2π·sin(2πx), divided by 2π. */
function versine(x: number): number {
  return (1 - Math.cos(2 * Math.PI * x)) / (2 * Math.PI)
}

export function concat(parts: Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** Normalized cross-correlation, the best of the shifts of `b` against `a` by 0 to `shiftMax` samples. */
export function similarity(
  a: Float32Array,
  b: Float32Array,
  shiftMax = 2000
): { correlation: number; shift: number } {
  let best = { correlation: -1, shift: 0 }
  for (let shift = 0; shift <= shiftMax; shift++) {
    const correlation = correlationAt(a, b, shift)
    if (correlation > best.correlation) best = { correlation, shift }
  }
  return best
}

export function correlationAt(a: Float32Array, b: Float32Array, shift: number): number {
  let product = 0
  let energyA = 1e-12
  let energyB = 1e-12
  const end = Math.min(a.length, b.length - shift)
  for (let i = 0; i < end; i++) {
    const x = a[i] as number
    const y = b[i + shift] as number
    product += x * y
    energyA += x * x
    energyB += y * y
  }
  return product / Math.sqrt(energyA * energyB)
}

/** Where two sounds begin to differ; −1 when they are the same. Much faster than `toEqual`. */
export function firstDifference(a: Float32Array, b: Float32Array): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) if (a[i] !== b[i]) return i
  return -1
}

export function energy(samples: Float32Array): number {
  return samples.reduce((sum, sample) => sum + sample * sample, 0)
}
