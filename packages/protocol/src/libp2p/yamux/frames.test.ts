import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type FrameHeader, FrameReader, frameType, headerBytes, writeHeader, YamuxError } from './frames.ts'

const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 })
const frame = fc
  .record({
    type: fc.constantFrom(...Object.values(frameType)),
    flags: fc.integer({ min: 0, max: 15 }),
    streamId: uint32,
    value: uint32,
    data: fc.uint8Array({ maxLength: 50 })
  })
  .map(({ type, flags, streamId, value, data }) => {
    const isData = type === frameType.data
    const header: FrameHeader = { type, flags, streamId, length: isData ? data.length : value }
    return { header, data: isData ? [...data] : [] }
  })

interface Read {
  header: FrameHeader
  data: number[]
}

/** Reads the bytes in pieces of these lengths, again and again. */
function read(bytes: Uint8Array, pieces: readonly number[]): { frames: Read[]; open: number } {
  const frames: Read[] = []
  let open = 0
  const reader = new FrameReader({
    handleHeader: header => {
      frames.push({ header, data: [] })
      if (header.type === frameType.data && header.length > 0) open++
    },
    handleData: (data, isLast) => {
      frames.at(-1)?.data.push(...data)
      if (isLast) open--
    }
  })
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const length = pieces[i % pieces.length] as number
    reader.push(bytes.subarray(at, at + length))
    at += length
  }
  return { frames, open }
}

function written({ header, data }: Read): number[] {
  const bytes = new Uint8Array(headerBytes)
  writeHeader(bytes, header)
  return [...bytes, ...data]
}

const pieces = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 })

describe('Frames of yamux', () => {
  test('are read as they were written, in whatever pieces they come', () => {
    fc.assert(
      fc.property(fc.array(frame), pieces, (frames, lengths) => {
        expect(read(Uint8Array.from(frames.flatMap(written)), lengths)).toEqual({ frames, open: 0 })
      })
    )
  })

  test('that are none lead to nothing but a YamuxError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), pieces, (bytes, lengths) => {
        try {
          read(bytes, lengths)
        } catch (error) {
          expect(error).toBeInstanceOf(YamuxError)
        }
      })
    )
  })

  test('are of version 0', () => {
    expect(() => read(Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0), [12])).toThrow('version 1')
  })

  test('hand their data on as it comes, however much they claim', () => {
    const header: FrameHeader = { type: frameType.data, flags: 0, streamId: 1, length: 2 ** 32 - 1 }
    const { frames, open } = read(Uint8Array.from(written({ header, data: [1, 2, 3] })), [13])
    expect(frames).toEqual([{ header, data: [1, 2, 3] }])
    expect(open).toBe(1)
  })
})
