/** Sound as the system's programs take and give it: 16 bits, little endian. */
import type { Pcm } from '@hopcast/media'

/** Turns bytes, cut anywhere, into sound. */
export function fromPcm16(channels: Pcm['channels']) {
  const blockBytes = 2 * channels
  return async function* (source: AsyncIterable<Uint8Array>): AsyncGenerator<Pcm> {
    let rest = Buffer.alloc(0)
    for await (const chunk of source) {
      const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
      const whole = bytes.length - (bytes.length % blockBytes)
      const view = new DataView(bytes.buffer, bytes.byteOffset, whole)
      rest = Buffer.from(bytes.subarray(whole))
      if (whole === 0) continue
      const samples = new Float32Array(whole / 2)
      for (let i = 0; i < samples.length; i++) samples[i] = view.getInt16(2 * i, true) / 32_768
      yield { channels, samples }
    }
  }
}

export function toPcm16({ samples }: Pcm): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(2 * samples.length))
  for (let i = 0; i < samples.length; i++) {
    const sample = Math.round((samples[i] ?? 0) * 32_767)
    bytes.setInt16(2 * i, Math.max(-32_768, Math.min(32_767, sample)), true)
  }
  return new Uint8Array(bytes.buffer)
}
