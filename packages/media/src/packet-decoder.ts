import type { Channels } from './pcm.ts'

/**
 * One run of a platform's Opus decoder: packets in, their sound out in the same order. After `onError` it is dead, and
 * its user makes another one.
 */
export interface PacketDecoder {
  decode(packet: Uint8Array, ptsUs: number): void
  /** Resolves when the sound of all packets has come out; then, too, another one has to be made. */
  end(): Promise<void>
  /** At once; what is still inside is dropped. */
  close(): void
}

export interface PacketDecoderOptions {
  channels: Channels
  /** The sound of the next packet: interleaved, 48 kHz. */
  onSamples: (samples: Float32Array) => void
  onError: (error: unknown) => void
}

export type CreatePacketDecoder = (options: PacketDecoderOptions) => PacketDecoder

/** Resolves to undefined where this kind of decoder is not at hand. */
export type FindPacketDecoder = (config: AudioDecoderConfig) => Promise<CreatePacketDecoder | undefined>
