/** Bytes of Opus that have no home in mediabunny: the identification header, and two packets. */
import { type Channels, sampleRate } from './pcm.ts'

/**
 * Samples by which libopus' output lags its input at 48 kHz: 2.5 ms of MDCT overlap and 4 ms of look-ahead. Both
 * encoders used here, FFmpeg's and Chromium's, are libopus with these settings.
 */
export const encoderDelaySamples = 312

/** The identification header of RFC 7845, section 5.1. `preSkip`: samples that a player drops at the start. */
export function opusHead(channels: Channels, preSkip: number): Uint8Array {
  const head = new Uint8Array(19)
  head.set(new TextEncoder().encode('OpusHead'))
  const view = new DataView(head.buffer)
  view.setUint8(8, 1) // version
  view.setUint8(9, channels)
  view.setUint16(10, preSkip, true)
  view.setUint32(12, sampleRate, true)
  return head
}

/**
 * 20 ms of digital silence. The first byte says CELT, full band, 20 ms, one frame (RFC 6716, section 3.1); the range
 * coder reads the silence flag from the next ones (section 4.3).
 */
export function silentPacket(channels: Channels): Uint8Array {
  return Uint8Array.of(0xf8 | (channels === 2 ? 4 : 0), 0xff, 0xfe)
}

/**
 * Stands for a frame that was lost before `packet`: the same mode with a frame of no bytes, which a decoder takes as
 * lost (RFC 6716, section 3.2.1). What it makes of it differs, but its state moves on by 20 ms, and it is back to the
 * right sound sooner.
 */
export function lostPacketBefore(packet: Uint8Array): Uint8Array {
  return Uint8Array.of((packet[0] as number) & 0xfc)
}
