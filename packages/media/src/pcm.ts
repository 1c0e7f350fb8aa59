/** Sound as this package passes it around, and the numbers that every stream shares. */

export type Channels = 1 | 2

/** Float32, interleaved, 48 kHz; `samples.length` is frames × channels, and ±1 is full scale. */
export interface Pcm {
  channels: Channels
  samples: Float32Array
}

export const sampleRate = 48_000
/** Every packet holds 20 ms: the usual compromise between delay (shorter) and header overhead (longer). */
export const frameDurationUs = 20_000
/** Samples of one channel in 20 ms. */
export const samplesPerFrame = 960
