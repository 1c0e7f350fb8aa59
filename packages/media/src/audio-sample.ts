/** From a decoder's samples, in whatever format and however many channels, to `Pcm`. */
import type { AudioSample } from 'mediabunny'
import type { Channels } from './pcm.ts'

/** The sample's sound as interleaved Float32 with `channels` channels, at its own rate. Does not close it. */
export function interleavedSamples(sample: AudioSample, channels: Channels): Float32Array {
  const samples = new Float32Array(sample.numberOfFrames * sample.numberOfChannels)
  sample.copyTo(samples, { planeIndex: 0, format: 'f32' })
  return mixChannels(samples, sample.numberOfChannels, channels)
}

/** Interleaved in, interleaved out. Mono is the mean of what would be the two sides. */
export function mixChannels(samples: Float32Array, from: number, to: Channels): Float32Array {
  if (from === to) return samples
  const frames = samples.length / from
  const mixed = new Float32Array(frames * to)
  const gains = sideGains(from)
  for (let frame = 0; frame < frames; frame++) {
    let left = 0
    let right = 0
    for (let channel = 0; channel < from; channel++) {
      const value = samples[frame * from + channel] as number
      left += value * (gains[channel]?.left ?? 0)
      right += value * (gains[channel]?.right ?? 0)
    }
    if (to === 1) mixed[frame] = (left + right) / 2
    else mixed.set([left, right], 2 * frame)
  }
  return mixed
}

type SideGain = { left: number; right: number }

/**
 * How much of each channel goes to each side, scaled so that nothing can clip. Channels come in the order of WAV and
 * WebCodecs (left, right, centre, low frequencies, then pairs); a four-channel file is two pairs. Centre and surround
 * go in at −3 dB, and the low-frequency channel is left out, as ITU-R BS.775 has it.
 */
function sideGains(channels: number): SideGain[] {
  if (channels === 1) return [{ left: 1, right: 1 }]
  const pair = (gain: number): SideGain[] => [
    { left: gain, right: 0 },
    { left: 0, right: gain }
  ]
  const gains = pair(1)
  if (channels !== 4 && channels > 2) gains.push({ left: Math.SQRT1_2, right: Math.SQRT1_2 })
  if (channels >= 6) gains.push({ left: 0, right: 0 })
  while (gains.length < channels) gains.push(...pair(Math.SQRT1_2))
  const loudest = gains.slice(0, channels).reduce((sum, gain) => sum + gain.left, 0)
  return gains.map(gain => ({ left: gain.left / loudest, right: gain.right / loudest }))
}
