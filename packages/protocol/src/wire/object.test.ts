import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromHex, type StreamId, toHex } from '../ids.ts'
import { objectPayloadBytesMax } from './limits.ts'
import { type ObjectHeader, objectHeaderLength, ProtocolError } from './messages.ts'
import { encodeObject, objectPayload, parseObject } from './object.ts'

const header = fc
  .record<ObjectHeader>({
    stream: fc.uint8Array({ minLength: 16, maxLength: 16 }).map(id => toHex(id) as StreamId),
    seq: fc.nat(0xffff_ffff),
    end: fc.constant(false),
    list: fc.boolean(),
    lists: fc.constant(0),
    key: fc.boolean(),
    priority: fc.nat(255),
    ttlMs: fc.nat(65_535),
    timestampUs: fc.maxSafeNat()
  })
  .chain(plain => fc.nat(plain.seq).map(lists => ({ ...plain, lists })))
const plain: ObjectHeader = {
  stream: '0123456789abcdef0123456789abcdef' as StreamId,
  seq: 1,
  end: false,
  list: false,
  lists: 0,
  key: true,
  priority: 0,
  ttlMs: 2_000,
  timestampUs: 1_790_000_000_000_000
}

describe('Objects', () => {
  test('come back as they were, wherever they lie in a chunk', () => {
    fc.assert(
      fc.property(header, fc.uint8Array(), fc.nat(9), (sent, payload, offset) => {
        const { bytes } = encodeObject(sent, payload)
        const chunk = new Uint8Array(offset + bytes.length + 3).fill(0xff)
        chunk.set(bytes, offset)
        const frame = parseObject(chunk.subarray(offset, offset + bytes.length))
        expect(frame.header).toEqual(sent)
        expect(frame.bytes).toEqual(bytes)
        expect(objectPayload(frame)).toEqual(payload)
      })
    )
  })

  test('that end their stream come back as they were', () => {
    fc.assert(
      fc.property(header, sent => {
        const end = { ...sent, end: true, list: false }
        expect(parseObject(encodeObject(end, new Uint8Array()).bytes).header).toEqual(end)
      })
    )
  })

  test('keep their stream apart from those whose id differs in one bit', () => {
    const streamOf = (stream: StreamId) =>
      parseObject(encodeObject({ ...plain, stream }, new Uint8Array()).bytes).header.stream
    for (let bit = 0; bit < 128; bit++) {
      const id = fromHex(plain.stream)
      const at = bit >> 3
      const other = toHex(id.with(at, (id[at] as number) ^ (1 << (bit & 7)))) as StreamId
      expect([plain.stream, other, plain.stream].map(streamOf)).toEqual([plain.stream, other, plain.stream])
    }
  })

  test('are not copied by parsing', () => {
    const { bytes } = encodeObject(plain, new Uint8Array([1, 2, 3]))
    const frame = parseObject(bytes)
    expect(frame.bytes).toBe(bytes)
    expect(objectPayload(frame).buffer).toBe(bytes.buffer)
  })

  test('may have the largest payload, and none larger', () => {
    const { bytes } = encodeObject(plain, new Uint8Array(objectPayloadBytesMax))
    expect(parseObject(bytes).header).toEqual(plain)
    expect(() => encodeObject(plain, new Uint8Array(objectPayloadBytesMax + 1))).toThrow(TypeError)
  })

  test('out of range are refused by the encoder with a TypeError that names the field', () => {
    const wrong: [Partial<ObjectHeader>, RegExp][] = [
      [{ seq: 2 ** 32 }, /seq is 4294967296/],
      [{ priority: 256 }, /priority is 256/],
      [{ ttlMs: 65_536 }, /ttlMs is 65536/],
      [{ timestampUs: 0.5 }, /timestampUs is 0.5/],
      [{ stream: 'x' as StreamId }, /stream is "x"/],
      [{ end: true }, /end of a stream/],
      [{ end: true, list: true }, /end of a stream/],
      [{ lists: 2 }, /lists is 2/]
    ]
    for (const [field, text] of wrong) {
      expect(() => encodeObject({ ...plain, ...field }, new Uint8Array(1))).toThrow(TypeError)
      expect(() => encodeObject({ ...plain, ...field }, new Uint8Array(1))).toThrow(text)
    }
  })

  test('of arbitrary bytes throw nothing but ProtocolError', () => {
    const started = fc
      .uint8Array({ minLength: objectHeaderLength, maxLength: 60 })
      .map(bytes => bytes.with(0, 1))
    fc.assert(
      fc.property(fc.oneof(started, fc.uint8Array({ maxLength: 60 })), input => {
        try {
          const { header, bytes } = parseObject(input)
          expect(bytes).toBe(input)
          expect(parseObject(encodeObject(header, objectPayload({ header, bytes })).bytes).header).toEqual(
            header
          )
        } catch (error) {
          if (!(error instanceof ProtocolError)) throw error
        }
      }),
      { numRuns: 2_000 }
    )
  })
})
