import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type ChannelId,
  checkChannelName,
  checkTracks,
  fromHex,
  openChannelId,
  type PeerId,
  streamId,
  toHex
} from './ids.ts'

const publisher = '12D3KooWJ1LX9YNcN4ckm9yx5dT4zWbiZWZ3fEPRZkbb7NZ3JwWE' as PeerId
const channel = openChannelId('demo')

describe('A channel id', () => {
  test('is the SHA-256 of v1 and the name', () => {
    expect(openChannelId('müsli/1')).toBe(createHash('sha256').update('v1müsli/1').digest('hex'))
  })
})

describe('A stream id', () => {
  test('is the first half of the SHA-256 of channel, publisher, 0, epoch and track', () => {
    const epoch = 1_763_596_800_123
    const tail = Buffer.alloc(10)
    tail.writeBigUInt64BE(BigInt(epoch), 1)
    tail[9] = 255
    const hash = createHash('sha256').update(Buffer.from(channel, 'hex')).update(publisher).update(tail)
    expect(streamId({ channel, publisher, epoch, track: 255 })).toBe(hash.digest('hex').slice(0, 32))
  })

  test('differs when any of its parts does', () => {
    const other = openChannelId('other')
    const ids = [
      streamId({ channel, publisher, epoch: 1, track: 0 }),
      streamId({ channel, publisher, epoch: 1, track: 1 }),
      streamId({ channel, publisher, epoch: 2 ** 40, track: 0 }),
      streamId({ channel, publisher: `${publisher}x` as PeerId, epoch: 1, track: 0 }),
      streamId({ channel: other, publisher, epoch: 1, track: 0 })
    ]
    expect(new Set(ids).size).toBe(ids.length)
  })
})

describe('Tracks', () => {
  test('are integers from 0 to 255', () => {
    expect(() => checkTracks([0, 7, 255])).not.toThrow()
    for (const track of [-1, 256, 1.5, Number.NaN]) {
      expect(() => checkTracks([0, track])).toThrow(new TypeError(`${track} is no track: use 0 to 255`))
    }
  })
})

describe('A channel name', () => {
  test('may have letters, digits, and dots, dashes, underlines and slashes inside', () => {
    for (const name of ['demo', 'radio/küche-2', 'ニュース.1', 'a_b', 'x'.repeat(128)]) {
      expect(checkChannelName(name)).toBe(name)
    }
  })

  test('is normalized, so that two ways to type it are one channel', () => {
    expect(checkChannelName('ku\u0308che')).toBe('k\u00fcche')
  })

  test('may not be empty, longer than 128 bytes, or have anything else in it; the error says the rule', () => {
    for (const name of ['', ' ', 'a b', '/a', 'a/', 'a//b', 'a\n', 'ü'.repeat(65), '\ud800', 'a:b', '💥']) {
      expect(() => checkChannelName(name)).toThrow(TypeError)
      expect(() => checkChannelName(name)).toThrow(/letters, digits and any of/)
    }
  })
})

test('Hex comes back as the bytes it was made of', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), bytes => {
      expect(toHex(bytes)).toBe(Buffer.from(bytes).toString('hex'))
      expect(fromHex(toHex(bytes) as ChannelId)).toEqual(bytes)
    })
  )
})
