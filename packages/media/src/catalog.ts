/**
 * The catalog says what a stream's tracks are. It travels in the publisher's announcement, as JSON in UTF-8, so it is
 * read before the first object arrives. Receivers skip what they do not know (fields, kinds, codecs), so that later
 * publishers can add it; they refuse what contradicts the format.
 */
import { MediaError } from './media-error.ts'
import type { Channels } from './pcm.ts'

export interface Catalog {
  version: 1
  tracks: AudioTrack[]
}

export interface AudioTrack {
  /** 0 to 255; the track number of the stream's objects. */
  id: number
  kind: 'audio'
  codec: 'opus'
  sampleRate: 48000
  channels: Channels
  frameUs: 20000
  /** Bits per second that the encoder aims at. */
  bitrate: number
}

/** The limit of PublishOptions.catalog in `@hopcast/protocol`. */
export const catalogBytesMax = 1024
const tracksMax = 16
/** Before the packet in an object: pts and duration. */
const frameHeaderBytes = 8

/** Bits per second for one voice: full-band speech is at its best from 28 to 40 kbit/s (RFC 6716, section 2.1.1). */
const voiceBitrate = 32_000
/** Bits per second for stereo, which is usually music: for that it is 64 to 128 kbit/s. */
const musicBitrate = 96_000
/** What a stream may announce: all that Opus can do (RFC 6716, section 2.1.1). */
const bitrates = { min: 6_000, max: 510_000 }
/** What can be published: FFmpeg's encoder takes no more for one channel. */
const publishedBitrateMax = 256_000

/**
 * The one Opus track that a publisher of sound announces. Default: mono, and a bitrate for its channels.
 *
 * @throws RangeError for a bitrate outside of 6,000 to 256,000
 */
export function voiceCatalog(options: { channels?: Channels; bitrate?: number } = {}): Catalog {
  const { channels = 1, bitrate = channels === 1 ? voiceBitrate : musicBitrate } = options
  if (!isBitrate(bitrate) || bitrate > publishedBitrateMax) {
    throw new RangeError(
      `a bitrate is ${bitrates.min} to ${publishedBitrateMax} bits per second, not ${bitrate}`
    )
  }
  const track: AudioTrack = {
    id: 0,
    kind: 'audio',
    codec: 'opus',
    sampleRate: 48000,
    channels,
    frameUs: 20000,
    bitrate
  }
  return { version: 1, tracks: [track] }
}

/** What the objects of each track take, by its id: `PublishOptions.rates` in `@hopcast/protocol`. */
export function ratesOf({
  tracks
}: Catalog): Record<number, { bitsPerSecond: number; objectsPerSecond: number }> {
  const entries = tracks.map(({ id, bitrate, frameUs }) => {
    const objectsPerSecond = 1_000_000 / frameUs
    return [
      id,
      { bitsPerSecond: bitrate + 8 * frameHeaderBytes * objectsPerSecond, objectsPerSecond }
    ] as const
  })
  return Object.fromEntries(entries)
}

/** @throws MediaError when it takes more than `catalogBytesMax` */
export function encodeCatalog(catalog: Catalog): Uint8Array {
  const bytes = new TextEncoder().encode(JSON.stringify(catalog))
  if (bytes.length > catalogBytesMax) {
    throw new MediaError(
      `the catalog takes ${bytes.length} bytes; ${catalogBytesMax} are allowed: use fewer tracks`
    )
  }
  return bytes
}

/** @throws MediaError when the bytes are no catalog that this version can read */
export function decodeCatalog(bytes: Uint8Array): Catalog {
  if (bytes.length > catalogBytesMax) {
    throw new MediaError(`the stream's catalog takes ${bytes.length} bytes; ${catalogBytesMax} are allowed`)
  }
  const { version, tracks } = parseObject(bytes)
  if (version !== 1) {
    throw new MediaError(`the stream's catalog has version ${shown(version)}; this program knows version 1`)
  }
  if (!Array.isArray(tracks)) throw new MediaError("the stream's catalog has no list of tracks")
  if (tracks.length > tracksMax) {
    throw new MediaError(`the stream's catalog has ${tracks.length} tracks; ${tracksMax} are allowed`)
  }
  const known = tracks.filter(isKnownTrack).map(readTrack)
  if (new Set(known.map(track => track.id)).size < known.length) {
    throw new MediaError("two tracks of the stream's catalog have the same id")
  }
  return { version: 1, tracks: known }
}

function parseObject(bytes: Uint8Array): Record<string, unknown> {
  let value: unknown
  try {
    // A byte order mark is no JSON (RFC 8259, section 8.1), and other decoders do not skip it.
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
  } catch {
    throw new MediaError("the stream's catalog is not JSON")
  }
  if (!isObject(value)) throw new MediaError("the stream's catalog is not a JSON object")
  return value
}

function isKnownTrack(track: unknown): track is Record<string, unknown> {
  return isObject(track) && track.kind === 'audio' && track.codec === 'opus'
}

function readTrack(track: Record<string, unknown>): AudioTrack {
  const { id, sampleRate, channels, frameUs, bitrate } = track
  if (!Number.isInteger(id) || (id as number) < 0 || (id as number) > 255) throw wrongField('id', id)
  if (sampleRate !== 48000) throw wrongField('sampleRate', sampleRate)
  if (channels !== 1 && channels !== 2) throw wrongField('channels', channels)
  if (frameUs !== 20000) throw wrongField('frameUs', frameUs)
  if (!isBitrate(bitrate)) throw wrongField('bitrate', bitrate)
  // JSON has a −0: as a track it is 0.
  return { id: Math.abs(id as number), kind: 'audio', codec: 'opus', sampleRate, channels, frameUs, bitrate }
}

function isBitrate(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= bitrates.min && (value as number) <= bitrates.max
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function wrongField(name: string, value: unknown): MediaError {
  return new MediaError(`an audio track of the stream's catalog has a ${name} of ${shown(value)}`)
}

/** The catalog comes from a stranger: what is shown of it is short, and neither breaks a line nor steers a terminal. */
function shown(value: unknown): string {
  return value === undefined
    ? 'nothing'
    : JSON.stringify(value)
        .slice(0, 40)
        .replace(/\p{Cc}/gu, '?')
}
