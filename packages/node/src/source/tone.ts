import { type Pcm, sampleRate, samplesPerFrame } from '@hopcast/media'
import type { Channels, VoiceSource } from './voice-source.ts'

/** -12 dB below full scale. */
const amplitude = 10 ** (-12 / 20)

/** A sine without end. */
export function tone(hz: number, channels: Channels): VoiceSource {
  return {
    description: `a tone of ${hz} Hz`,
    waits: false,
    speed: 1,
    pcm: sine(hz, channels),
    close: async () => {}
  }
}

async function* sine(hz: number, channels: Channels): AsyncGenerator<Pcm> {
  // The phase is kept within one turn: an angle that grows for days loses its last digits.
  let phase = 0
  for (;;) {
    const samples = new Float32Array(samplesPerFrame * channels)
    for (let i = 0; i < samplesPerFrame; i++) {
      samples.fill(amplitude * Math.sin(2 * Math.PI * phase), i * channels, (i + 1) * channels)
      phase = (phase + hz / sampleRate) % 1
    }
    yield { channels, samples }
  }
}
