/**
 * What travels inside hopcast objects, and what turns it into sound: catalog, frame container, Opus, jitter buffer,
 * files. The same code runs in browsers (on WebCodecs) and in Node, where the caller registers `@mediabunny/server`
 * before it calls anything here that encodes or decodes.
 *
 * A listener starts with `decodeCatalog`, `decodeAudioFrame` and `VoicePlayer`; a publisher with `voiceCatalog`,
 * `OpusEncoder` and `encodeAudioFrame`.
 */

export { readAudio } from './audio-file.ts'
export type { AudioFrame } from './audio-frame.ts'
export { decodeAudioFrame, encodeAudioFrame } from './audio-frame.ts'
export type { AudioTrack, Catalog } from './catalog.ts'
export { decodeCatalog, encodeCatalog, ratesOf, voiceCatalog } from './catalog.ts'
export { Concealer } from './conceal.ts'
export type { JitterBufferOptions, JitterBufferStats, JitterFrame, JitterSlot } from './jitter-buffer.ts'
export { JitterBuffer } from './jitter-buffer.ts'
export { MediaError } from './media-error.ts'
export { OpusDecoder } from './opus-decoder.ts'
export { OpusEncoder } from './opus-encoder.ts'
export type { Channels, Pcm } from './pcm.ts'
export { frameDurationUs, sampleRate, samplesPerFrame } from './pcm.ts'
export { Recording } from './recording.ts'
export type { PlayerStats } from './voice-player.ts'
export { VoicePlayer } from './voice-player.ts'
