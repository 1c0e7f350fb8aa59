/**
 * What to play in place of a frame that is not there.
 *
 * Voiced speech repeats itself with the pitch period, 2.5 to 15 ms, and hardly changes within 20 ms. So the sound goes
 * on as it was: the last period again and again, found by the peak of the normalized autocorrelation. After 10 ms it
 * begins to fade, since real speech would have moved on by then, and after 60 ms there is silence. When real sound is
 * back, it is faded in over the end of the invented one. The idea and the fade are those of ITU-T G.711
 * Appendix I (1999); the seams are made differently, because that algorithm delays all sound by 3.75 ms to
 * prepare for a loss, and this one leaves sound alone that is not beside a gap.
 *
 * A seam: the repeated period begins where it began one period ago, so it starts with a step from the last sample
 * played. That step is added to its beginning and fades over a quarter of the period; what is left to hear at the seam
 * is the step that was there one period earlier.
 *
 * libopus has a better concealment inside, which knows the codec's state, and runs it for an empty frame. FFmpeg's own
 * decoder, the one in Node, answers an empty frame with silence. So that both sound alike, neither is listened to.
 */
import { type Channels, sampleRate, samplesPerFrame } from './pcm.ts'

const perMs = sampleRate / 1000
/** 400 Hz and 66 Hz. */
const lagMin = 2.5 * perMs
const lagMax = 15 * perMs
/** How much of the past is compared with the past before it. */
const matchLength = 20 * perMs
const historyLength = matchLength + lagMax
/** The search is first made on every eighth sample; speech has its pitch far below the 3 kHz that are left. */
const coarse = 8
/** Below this autocorrelation it is noise, and a long period sounds less like a tone. */
const voicedMin = 0.4
const fadeFrom = 10 * perMs
const fadeTo = 60 * perMs
const crossfadeLength = 5 * perMs

export class Concealer {
  readonly #channels: Channels
  /** What was played last, interleaved, newest at the end. */
  readonly #history: Float32Array
  /** While sound is being invented: one period per channel, and how far we are. */
  #extension: Extension | undefined

  constructor(channels: Channels) {
    this.#channels = channels
    this.#history = new Float32Array(historyLength * channels)
  }

  /**
   * Real sound to be played, interleaved. Returns the same array when it follows on what was played before, and one
   * with its first 5 ms changed after a gap.
   *
   * @param follows false when frames were left out before this one
   */
  play(samples: Float32Array, follows = true): Float32Array {
    if (!follows) this.#extension ??= this.#extend()
    const played = this.#extension === undefined ? samples : this.#crossfade(samples, this.#extension)
    this.#extension = undefined
    this.#remember(played)
    return played
  }

  /** 20 ms for a frame that is lost, interleaved. */
  conceal(): Float32Array {
    this.#extension ??= this.#extend()
    const samples = this.#extension.take(samplesPerFrame)
    this.#remember(samples)
    return samples
  }

  #extend(): Extension {
    return new Extension(this.#history, this.#channels, pitchLag(mono(this.#history, this.#channels)))
  }

  #crossfade(samples: Float32Array, extension: Extension): Float32Array {
    const mixed = samples.slice()
    const length = Math.min(crossfadeLength, samples.length / this.#channels)
    const ending = extension.take(length)
    for (let i = 0; i < ending.length; i++) {
      const weight = (Math.floor(i / this.#channels) + 1) / (length + 1)
      mixed[i] = weight * (samples[i] as number) + (1 - weight) * (ending[i] as number)
    }
    return mixed
  }

  #remember(samples: Float32Array): void {
    const history = this.#history
    const newest = samples.subarray(-history.length)
    history.copyWithin(0, newest.length)
    history.set(newest, history.length - newest.length)
  }
}

/** The endless, fading repetition of the end of `history`. */
class Extension {
  readonly #channels: Channels
  readonly #period: Float32Array
  #position = 0

  constructor(history: Float32Array, channels: Channels, lag: number) {
    this.#channels = channels
    this.#period = history.slice(-lag * channels)
    const seam = Math.floor(lag / 4)
    for (let channel = 0; channel < channels; channel++) {
      const last = history[history.length - channels + channel] as number
      const lastOnePeriodAgo = history[history.length - channels * (lag + 1) + channel] ?? last
      for (let i = 0; i < seam; i++) {
        const at = i * channels + channel
        const step = (last - lastOnePeriodAgo) * (1 - i / seam)
        this.#period[at] = (this.#period[at] as number) + step
      }
    }
  }

  /** The next `frames`, interleaved. */
  take(frames: number): Float32Array {
    const samples = new Float32Array(frames * this.#channels)
    for (let frame = 0; frame < frames; frame++, this.#position++) {
      const gain = gainAt(this.#position)
      const from = this.#position * this.#channels
      for (let channel = 0; channel < this.#channels; channel++) {
        const value = this.#period[(from + channel) % this.#period.length] as number
        samples[frame * this.#channels + channel] = gain * value
      }
    }
    return samples
  }
}

function gainAt(position: number): number {
  if (position < fadeFrom) return 1
  return Math.max(0, (fadeTo - position) / (fadeTo - fadeFrom))
}

function mono(samples: Float32Array, channels: Channels): Float32Array {
  if (channels === 1) return samples
  return Float32Array.from({ length: samples.length / 2 }, (_, i) => {
    return (samples[2 * i] as number) + (samples[2 * i + 1] as number)
  })
}

/** In samples. `lagMax` where there is no pitch. */
function pitchLag(history: Float32Array): number {
  const rough = bestLag(history, lagMin, lagMax, coarse)
  if (rough.correlation < voicedMin) return lagMax
  return bestLag(history, Math.max(lagMin, rough.lag - coarse), Math.min(lagMax, rough.lag + coarse), 1).lag
}

function bestLag(history: Float32Array, from: number, to: number, step: number) {
  let best = { lag: to, correlation: 0 }
  for (let lag = from; lag <= to; lag += step) {
    const correlation = autocorrelation(history, lag, step)
    if (correlation > best.correlation) best = { lag, correlation }
  }
  return best
}

/** Normalized to ±1, of the newest `matchLength` samples with those `lag` before. */
function autocorrelation(history: Float32Array, lag: number, step: number): number {
  let product = 0
  let energy = 1e-9
  let energyBefore = 1e-9
  for (let i = history.length - matchLength; i < history.length; i += step) {
    const now = history[i] as number
    const before = history[i - lag] as number
    product += now * before
    energy += now * now
    energyBefore += before * before
  }
  return product / Math.sqrt(energy * energyBefore)
}
