import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type ChannelId,
  fromHex,
  openChannelId,
  type PathTag,
  type PeerId,
  type StreamId,
  toHex
} from '../ids.ts'
import { decodeControl, encodeControl } from './control.ts'
import { peerIdFrom } from './id-bytes.ts'
import { controlFieldsMax, controlFrameBytesMax, syncRowsMax } from './limits.ts'
import { type Message, ProtocolError, type SyncRow } from './messages.ts'

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const safe = fc.maxSafeNat()
const uint32 = fc.nat(0xffff_ffff)
const attempt = fc.integer({ min: 1, max: 0xffff_ffff })
const rate = fc
  .tuple(fc.integer({ min: 1, max: 0xffff_ffff }), fc.integer({ min: 1, max: 0xffff_ffff }))
  .map(([a, b]) => ({ mean: Math.min(a, b), peak: Math.max(a, b) }))
const hops = fc.nat(255)
const channel = bytes(32).map(id => toHex(id) as ChannelId)
const tag = bytes(8).map(id => toHex(id) as PathTag)
const stream = bytes(16).map(id => toHex(id) as StreamId)
const peer = fc
  .oneof(
    fc.uint8Array({ minLength: 1, maxLength: 42 }).map(key => [0x00, key.length, ...key]),
    bytes(32).map(hash => [0x12, 32, ...hash])
  )
  .map(multihash => peerIdFrom(new Uint8Array(multihash)))
const text = (length: number) => fc.stringMatching(new RegExp(`^[ -~é€]{0,${length}}$`, 'u'))
const sums = fc.array(uint32, { minLength: 16, maxLength: 16 })
const held = fc.tuple(uint32, uint32).map(([a, b]) => ({ oldest: Math.min(a, b), newest: Math.max(a, b) }))
const info = fc.record({ peer, addresses: fc.array(text(80), { maxLength: 4 }), server: fc.boolean() })
const row = fc.record<SyncRow>(
  {
    origin: peer,
    epoch: safe,
    seqno: safe,
    metricUs: fc.option(safe, { nil: undefined }),
    hops,
    signature: bytes(64),
    number: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER })
  },
  { requiredKeys: ['origin', 'epoch', 'seqno', 'metricUs', 'hops'] }
)
const is = <T extends string>(type: T) => fc.constant(type)

const message: fc.Arbitrary<Message> = fc.oneof(
  fc.record({ type: is('hello'), version: uint32, agent: text(20), server: fc.boolean() }),
  fc.record(
    {
      type: is('beat'),
      timeUs: safe,
      echo: fc.record({ timeUs: safe, delayUs: safe }),
      full: fc.constant(true)
    },
    { requiredKeys: ['type', 'timeUs'] }
  ),
  fc.record({
    type: is('announce'),
    announcement: fc.record({ body: fc.uint8Array({ maxLength: 2_048 }), signature: bytes(64) })
  }),
  fc.record(
    { type: is('sync'), rows: fc.array(row), bucket: fc.nat(15) },
    { requiredKeys: ['type', 'rows'] }
  ),
  fc.record({
    type: is('metrics'),
    rows: fc.array(fc.record({ number: safe, seqno: safe, metricUs: safe, hops }))
  }),
  fc.record({ type: is('seqno-req'), origin: peer, epoch: safe, seqno: safe, hopsLeft: hops }),
  fc.record(
    {
      type: is('sub'),
      channel,
      publisher: peer,
      epoch: safe,
      track: fc.nat(255),
      startSeq: uint32,
      insist: fc.constant(true),
      attempt
    },
    { requiredKeys: ['type', 'channel', 'publisher', 'epoch', 'track'] }
  ),
  fc.record(
    { type: is('sub-ok'), stream, path: fc.array(tag, { minLength: 1, maxLength: 70 }), rate, attempt },
    { requiredKeys: ['type', 'stream', 'path'] }
  ),
  fc.record(
    {
      type: is('sub-nack'),
      stream,
      reason: fc.constantFrom('no-route', 'loop', 'full', 'unknown'),
      redirect: fc.array(peer, { minLength: 1, maxLength: 8 })
    },
    { requiredKeys: ['type', 'stream', 'reason'] }
  ),
  fc.record({ type: is('digest'), routes: sums, subscriptions: sums }),
  fc.record({ type: is('resync'), routes: fc.nat(0xffff), subscriptions: fc.nat(0xffff) }),
  fc.record(
    { type: is('route-query'), channel, hopsLeft: hops, start: fc.constant(true) },
    { requiredKeys: ['type', 'channel', 'hopsLeft'] }
  ),
  fc
    .tuple(stream, fc.nat(0xffff_ff00), fc.nat(255))
    .map(([of, first, more]) => ({ type: 'nack' as const, stream: of, first, last: first + more })),
  fc.record({ type: is('have'), stream, held }, { requiredKeys: ['type', 'stream'] }),
  fc.record(
    { type: is('move'), stream, withinMs: uint32, redirect: fc.array(peer, { maxLength: 8 }) },
    { requiredKeys: ['type', 'withinMs', 'redirect'] }
  ),
  fc.record({ type: is('peers'), peers: fc.array(info, { maxLength: 16 }) }),
  fc.record({ type: is('close'), code: fc.constantFrom('malformed', 'surplus', undefined) }),
  fc.record({ type: is('unsub'), stream })
)

const largestPeer = peerIdFrom(new Uint8Array([0x00, 42, ...new Uint8Array(42).fill(0xff)]))
const largestRow: SyncRow = {
  origin: largestPeer,
  epoch: Number.MAX_SAFE_INTEGER,
  seqno: Number.MAX_SAFE_INTEGER,
  metricUs: Number.MAX_SAFE_INTEGER,
  hops: 255,
  signature: new Uint8Array(64).fill(0xff),
  number: Number.MAX_SAFE_INTEGER
}

describe('Control messages', () => {
  test('come back as they were', () => {
    fc.assert(
      fc.property(message, sent => {
        expect(decodeControl(encodeControl(sent))).toEqual(sent)
      })
    )
  })

  test('come back as they were from the middle of a larger Buffer', () => {
    fc.assert(
      fc.property(message, sent => {
        const body = encodeControl(sent)
        const chunk = Buffer.concat([Buffer.alloc(3, 0xff), body, Buffer.alloc(3, 0xff)])
        expect(decodeControl(chunk.subarray(3, 3 + body.length))).toEqual(sent)
      })
    )
  })

  test('share no memory with the frame they came in', () => {
    const announcement = { body: new Uint8Array([1, 2]), signature: new Uint8Array(64).fill(3) }
    const frame = encodeControl({ type: 'announce', announcement })
    const decoded = decodeControl(frame)
    frame.fill(0)
    expect(decoded).toEqual({ type: 'announce', announcement })
  })

  test('of a later version are ignored', () => {
    fc.assert(
      fc.property(fc.integer({ min: 21, max: 2_000 }), fc.uint8Array({ maxLength: 100 }), (field, body) => {
        const tag = (field << 3) | 2
        const newer = new Uint8Array([(tag & 127) | 128, tag >> 7, body.length, ...body])
        expect(decodeControl(newer)).toBe(undefined)
      })
    )
  })

  test('with the most rows, each of the largest size, fit into a frame', () => {
    const rows = new Array<SyncRow>(syncRowsMax).fill(largestRow)
    expect(encodeControl({ type: 'sync', rows }).length).toBeLessThan(controlFrameBytesMax)
  })

  test('out of range are refused by the encoder with a TypeError that names the field', () => {
    const id = '11'.repeat(16) as StreamId
    const wanted = { channel: openChannelId('demo'), publisher: largestPeer, epoch: 1, track: 0 }
    const wrong: [Message, RegExp][] = [
      [{ type: 'hello', version: 1, agent: 'a'.repeat(65), server: false }, /agent has 65 bytes/],
      [{ type: 'hello', version: 1, agent: '\u{d800}', server: false }, /agent/],
      [{ type: 'beat', timeUs: 0.5 }, /timeUs is 0.5/],
      [{ type: 'sub-ok', stream: id, path: [] }, /path is empty/],
      [{ type: 'unsub', stream: 'AA' as StreamId }, /stream is "AA"/],
      [{ type: 'sub', ...wanted, publisher: 'l0' as PeerId }, /"l0" is no peer id/],
      [{ type: 'sub', ...wanted, track: 256 }, /track is 256/],
      [{ type: 'sync', rows: new Array(syncRowsMax + 1).fill(largestRow) }, /401 rows/]
    ]
    for (const [message, text] of wrong) {
      expect(() => encodeControl(message)).toThrow(TypeError)
      expect(() => encodeControl(message)).toThrow(text)
    }
  })
})

describe('Bytes from a peer', () => {
  test('throw ProtocolError or decode to a message that encodes again', () => {
    const noise = fc.uint8Array({ maxLength: 300 })
    // Noise alone dies at its first tag: damaged messages come further.
    const damaged = fc.tuple(message, fc.nat(), fc.nat(255), fc.nat()).map(([sent, at, byte, cut]) => {
      const body = encodeControl(sent)
      if (body.length > 0) body[at % body.length] = byte
      return body.subarray(0, cut % 4 === 0 ? cut % (body.length + 1) : body.length)
    })
    fc.assert(
      fc.property(fc.oneof(noise, damaged), input => {
        try {
          const decoded = decodeControl(input)
          if (decoded !== undefined) expect(decodeControl(encodeControl(decoded))).toEqual(decoded)
        } catch (error) {
          if (!(error instanceof ProtocolError)) throw error
          expect(['malformed', 'too-large']).toContain(error.code)
        }
      }),
      { numRuns: 2_000 }
    )
  })

  test('take at most four times as long to decode as the largest SYNC, however they were chosen', () => {
    const fullOf = (hex: string) => {
      const unit = fromHex(hex)
      const times = Math.floor(controlFrameBytesMax / unit.length)
      return Uint8Array.from({ length: times * unit.length }, (_, i) => unit[i % unit.length] as number)
    }
    const largest = encodeControl({
      type: 'sync',
      rows: new Array<SyncRow>(syncRowsMax).fill(largestRow)
    })
    const costly: [string, Uint8Array][] = [
      ['empty SYNCs', fullOf('2200')],
      ['empty rows', inSync(fullOf('0a00').subarray(0, 2 * (controlFieldsMax - 1)))],
      ['unknown fields', fullOf('7800')],
      ['unknown fields of the longest varints', fullOf('78ffffffffffffffffff01')],
      ['groups in groups', fullOf('7b')],
      [
        'one long text',
        new Uint8Array([0x0a, 0xfc, 0xff, 0x03, 0x12, 0xf8, 0xff, 0x03, ...fullOf('41').subarray(8)])
      ],
      ['a varint without an end', fullOf('ff')]
    ]
    for (const [name, input] of costly) {
      // The best of many in turns, since others use the machine too, and may for seconds.
      let [bestMs, largestMs] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
      for (let i = 0; i < 20 || (i < 1_000 && bestMs > 4 * largestMs); i++) {
        largestMs = Math.min(largestMs, timeOf(largest))
        bestMs = Math.min(bestMs, timeOf(input))
      }
      expect(bestMs / largestMs, name).toBeLessThanOrEqual(4)
    }
  }, 30_000)
})

/** Milliseconds to decode, or refuse, `input`. */
function timeOf(input: Uint8Array): number {
  const start = performance.now()
  try {
    decodeControl(input)
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
  }
  return performance.now() - start
}

/** A Control with one SYNC of these bytes. */
function inSync(rows: Uint8Array): Uint8Array {
  const length = [(rows.length & 127) | 128, ((rows.length >> 7) & 127) | 128, rows.length >> 14]
  return new Uint8Array([0x22, ...length, ...rows])
}
