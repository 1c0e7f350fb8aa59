/** The decoder of browsers. */
import { AudioSample } from 'mediabunny'
import { interleavedSamples } from './audio-sample.ts'
import type { FindPacketDecoder, PacketDecoder, PacketDecoderOptions } from './packet-decoder.ts'
import { sampleRate } from './pcm.ts'

export const findWebCodecsDecoder: FindPacketDecoder = async config => {
  if (typeof AudioDecoder === 'undefined') return undefined
  const { supported } = await AudioDecoder.isConfigSupported(config)
  return supported ? createWebCodecsDecoder : undefined
}

function createWebCodecsDecoder({ channels, onSamples, onError }: PacketDecoderOptions): PacketDecoder {
  const decoder = new AudioDecoder({
    output: data => {
      const sample = new AudioSample(data)
      const samples = interleavedSamples(sample, channels)
      sample.close()
      onSamples(samples)
    },
    error: onError
  })
  decoder.configure({ codec: 'opus', sampleRate, numberOfChannels: channels })
  return {
    decode: (packet, ptsUs) =>
      decoder.decode(new EncodedAudioChunk({ type: 'key', timestamp: ptsUs, data: packet.slice() })),
    end: async () => {
      // A decoder that failed rejects here and has told `onError` already.
      await decoder.flush().catch(() => {})
      if (decoder.state !== 'closed') decoder.close()
    },
    close: () => {
      if (decoder.state !== 'closed') decoder.close()
    }
  }
}
