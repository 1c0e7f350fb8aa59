import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type AudioFrame, decodeAudioFrame, encodeAudioFrame } from './audio-frame.ts'
import { type Catalog, decodeCatalog, encodeCatalog } from './catalog.ts'
import { MediaError } from './media-error.ts'

/** An audio frame with its packet as hex. */
type HexFrame = Omit<AudioFrame, 'data'> & { data: string }

interface Vectors {
  catalogs: { name: string; catalog: Catalog; text: string }[]
  audioFrames: { name: string; frame: HexFrame; hex: string }[]
  decodeOnly: {
    catalogs: { name: string; text: string; catalog: Catalog }[]
    audioFrames: { name: string; hex: string; frame: HexFrame }[]
  }
  invalid: {
    catalogs: { name: string; text?: string; hex?: string; repeat?: { text: string; times: number } }[]
    audioFrames: { name: string; hex: string; repeat?: { hex: string; times: number } }[]
  }
}

const file = new URL('../../../rfcs/vectors/media.json', import.meta.url)
const vectors: Vectors = JSON.parse(readFileSync(file, 'utf8'))

describe('The golden vectors agree on', () => {
  it.each(vectors.catalogs)('the catalog: $name', ({ catalog, text }) => {
    expect(new TextDecoder().decode(encodeCatalog(catalog))).toBe(text)
    expect(decodeCatalog(utf8(text))).toEqual(catalog)
  })

  it.each(vectors.audioFrames)('the audio frame: $name', ({ frame, hex }) => {
    expect(Buffer.from(encodeAudioFrame(withBytes(frame))).toString('hex')).toBe(hex)
    expect(decodeAudioFrame(bytesOf(hex))).toEqual(withBytes(frame))
  })

  it.each(vectors.decodeOnly.catalogs)('what others may send: $name', ({ text, catalog }) => {
    expect(decodeCatalog(utf8(text))).toEqual(catalog)
  })

  it.each(vectors.decodeOnly.audioFrames)('what others may send: $name', ({ hex, frame }) => {
    expect(decodeAudioFrame(bytesOf(hex))).toEqual(withBytes(frame))
  })
})

describe('The golden vectors refuse', () => {
  it.each(vectors.invalid.catalogs)('a catalog: $name', ({ text, hex, repeat }) => {
    const written = (text ?? '') + (repeat?.text.repeat(repeat.times) ?? '')
    expect(() => decodeCatalog(hex === undefined ? utf8(written) : bytesOf(hex))).toThrow(MediaError)
  })

  it.each(vectors.invalid.audioFrames)('an audio frame: $name', ({ hex, repeat }) => {
    const written = hex + (repeat?.hex.repeat(repeat.times) ?? '')
    expect(() => decodeAudioFrame(bytesOf(written))).toThrow(MediaError)
  })
})

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

function bytesOf(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, 'hex'))
}

function withBytes(frame: HexFrame): AudioFrame {
  return { ...frame, data: bytesOf(frame.data) }
}
