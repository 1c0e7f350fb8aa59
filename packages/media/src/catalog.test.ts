import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Catalog,
  catalogBytesMax,
  decodeCatalog,
  encodeCatalog,
  ratesOf,
  voiceCatalog
} from './catalog.ts'
import { MediaError } from './media-error.ts'

const bytesOf = (value: unknown) => new TextEncoder().encode(JSON.stringify(value))
const track = {
  id: 0,
  kind: 'audio',
  codec: 'opus',
  sampleRate: 48000,
  channels: 1,
  frameUs: 20000,
  bitrate: 32000
}

describe('the catalog', () => {
  it('is one mono Opus track by default and survives its encoding', () => {
    expect(voiceCatalog()).toEqual({ version: 1, tracks: [track] })
    expect(decodeCatalog(encodeCatalog(voiceCatalog()))).toEqual(voiceCatalog())
    const stereo = voiceCatalog({ channels: 2, bitrate: 128_000 })
    expect(decodeCatalog(encodeCatalog(stereo))).toEqual(stereo)
  })

  it('says what the objects of each track take', () => {
    expect(ratesOf(voiceCatalog())).toEqual({ 0: { bitsPerSecond: 35_200, objectsPerSecond: 50 } })
  })

  it('survives its encoding, whatever its tracks', () => {
    const anyTrack = fc.record({
      id: fc.nat(255),
      kind: fc.constant('audio' as const),
      codec: fc.constant('opus' as const),
      sampleRate: fc.constant(48000 as const),
      channels: fc.constantFrom(1 as const, 2 as const),
      frameUs: fc.constant(20000 as const),
      bitrate: fc.integer({ min: 6_000, max: 510_000 })
    })
    // Nine fit into the limit of bytes, whatever they are.
    const tracks = fc.uniqueArray(anyTrack, { selector: ({ id }) => id, maxLength: 9 })
    fc.assert(
      fc.property(tracks, tracks => {
        const catalog: Catalog = { version: 1, tracks }
        expect(decodeCatalog(encodeCatalog(catalog))).toEqual(catalog)
      })
    )
  })

  it('has a track 0 where JSON says −0', () => {
    const text = JSON.stringify(voiceCatalog()).replace('"id":0', '"id":-0')
    expect(decodeCatalog(new TextEncoder().encode(text))).toEqual(voiceCatalog())
  })

  it('refuses a bitrate that an encoder does not take', () => {
    expect(() => voiceCatalog({ bitrate: 5_999 })).toThrow(RangeError)
    expect(() => voiceCatalog({ bitrate: 256_001 })).toThrow(RangeError)
    expect(voiceCatalog({ bitrate: 256_000 }).tracks[0]?.bitrate).toBe(256_000)
  })

  it('skips fields, kinds and codecs that are not known', () => {
    const video = { id: 1, kind: 'video', layers: [1, 2] }
    const flac = { ...track, id: 2, codec: 'flac' }
    const catalog = decodeCatalog(
      bytesOf({ version: 1, title: 'x', tracks: [video, flac, { ...track, gain: 3 }, 7] })
    )
    expect(catalog).toEqual({ version: 1, tracks: [track] })
  })

  it.each([
    ['no JSON', new TextEncoder().encode('{"version":1'), /not JSON/],
    [
      'a byte order mark',
      Uint8Array.of(0xef, 0xbb, 0xbf, ...bytesOf({ version: 1, tracks: [] })),
      /not JSON/
    ],
    ['no UTF-8', Uint8Array.of(0x22, 0xff, 0x22), /not JSON/],
    ['no object', bytesOf([track]), /not a JSON object/],
    ['another version', bytesOf({ version: 2, tracks: [] }), /version 2/],
    ['a version that steers terminals', bytesOf({ version: '\u009b31m' }), /version "\?31m"/],
    ['no tracks', bytesOf({ version: 1 }), /no list of tracks/],
    ['17 tracks', bytesOf({ version: 1, tracks: Array(17).fill(0) }), /17 tracks/],
    ['an id twice', bytesOf({ version: 1, tracks: [track, track] }), /same id/],
    ['an id of 256', bytesOf({ version: 1, tracks: [{ ...track, id: 256 }] }), /id of 256/],
    ['three channels', bytesOf({ version: 1, tracks: [{ ...track, channels: 3 }] }), /channels of 3/],
    ['44.1 kHz', bytesOf({ version: 1, tracks: [{ ...track, sampleRate: 44100 }] }), /sampleRate of 44100/],
    ['10 ms', bytesOf({ version: 1, tracks: [{ ...track, frameUs: 10000 }] }), /frameUs of 10000/],
    ['no bitrate', bytesOf({ version: 1, tracks: [{ ...track, bitrate: undefined }] }), /bitrate of nothing/]
  ])('refuses %s with a message that says so', (_, bytes, message) => {
    expect(() => decodeCatalog(bytes)).toThrow(MediaError)
    expect(() => decodeCatalog(bytes)).toThrow(message)
  })

  it('has a limit of 1,024 bytes in both directions', () => {
    const padded = (length: number) => {
      const bytes = new Uint8Array(length).fill(0x20)
      bytes.set(encodeCatalog(voiceCatalog()))
      return bytes
    }
    expect(decodeCatalog(padded(catalogBytesMax))).toEqual(voiceCatalog())
    expect(() => decodeCatalog(padded(catalogBytesMax + 1))).toThrow(MediaError)
    const [first] = voiceCatalog().tracks
    const tracks = Array.from({ length: 16 }, (_, id) => ({ ...(first as NonNullable<typeof first>), id }))
    expect(() => encodeCatalog({ version: 1, tracks })).toThrow(/1024/)
  })

  it('answers garbage with a MediaError and nothing else', () => {
    const jsonBytes = fc.json().map(json => new TextEncoder().encode(json))
    const nearly = fc
      .record({
        version: fc.constant(1),
        tracks: fc.array(fc.dictionary(fc.constantFrom(...Object.keys(track)), fc.anything()))
      })
      .map(value =>
        new TextEncoder().encode(JSON.stringify(value, (_, v) => (typeof v === 'bigint' ? 0 : v)))
      )
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 1100 }), jsonBytes, nearly), bytes => {
        try {
          expect(decodeCatalog(bytes).version).toBe(1)
        } catch (error) {
          expect(error).toBeInstanceOf(MediaError)
          expect((error as Error).message).not.toMatch(/\p{Cc}/u)
        }
      })
    )
  })
})
