import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FrameReader, framePieces, joinFrames } from './framing.ts'
import { ProtocolError } from './messages.ts'

const frame = (body: Uint8Array) => joinFrames([body])

const maxFrameLength = 100_000
const bodies = fc.array(
  fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.constantFrom(127, 128, 16_383, 16_384, 70_000).map(filled)),
  { maxLength: 8 }
)

describe('Frames', () => {
  test('come back as they were, however the bytes are cut', () => {
    fc.assert(
      fc.property(bodies, fc.infiniteStream(fc.integer({ min: 0, max: 40_000 })), (sent, sizes) => {
        const bytes = joinFrames(sent)
        const reader = new FrameReader({ maxFrameLength })
        const received: Uint8Array[] = []
        for (let at = 0; at < bytes.length; ) {
          const size = sizes.next().value
          received.push(...reader.push(bytes.subarray(at, at + size)))
          at += size
        }
        expect(received.length).toBe(sent.length)
        for (const [i, body] of received.entries())
          expect(Buffer.compare(body, sent[i] as Uint8Array)).toBe(0)
      })
    )
  })

  test('come back byte by byte, without quadratic time', () => {
    const timePerByte = (length: number) => {
      const bytes = frame(filled(length))
      const runs = Array.from({ length: 5 }, () => {
        const reader = new FrameReader({ maxFrameLength: length })
        const start = performance.now()
        let received: Uint8Array[] = []
        for (let at = 0; at < bytes.length; at++) received = reader.push(bytes.subarray(at, at + 1))
        expect(received[0]?.length).toBe(length)
        return (performance.now() - start) / length
      })
      return Math.min(...runs)
    }
    timePerByte(10_000)
    // Quadratic would be 50 times as much.
    expect(timePerByte(500_000) / timePerByte(10_000)).toBeLessThan(10)
  })

  test('that lie in one chunk are views on it', () => {
    const chunk = joinFrames([filled(10), filled(0), filled(500)])
    const views = new FrameReader({ maxFrameLength }).push(chunk)
    expect(views.map(view => view.length)).toEqual([10, 0, 500])
    for (const view of views) expect(view.buffer).toBe(chunk.buffer)
  })

  test('are sent on as the same bytes, however they came, and whatever of them is left out or is new', () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 20_000 }), { maxLength: 40 })
    const changes = fc.infiniteStream(fc.constantFrom('as it came', 'as it came', 'left out', 'another'))
    fc.assert(
      fc.property(bodies, cuts, changes, (sent, sizes, fates) => {
        const onward = receive(joinFrames(sent), sizes).flatMap(body => {
          const fate = fates.next().value
          if (fate === 'left out') return []
          return fate === 'another' ? [filled(body.length % 300)] : [body]
        })
        expect(Buffer.compare(Buffer.concat(framePieces(onward)), joinFrames(onward))).toBe(0)
      })
    )
  })

  test('that came one behind the other are sent on without a copy', () => {
    const chunk = joinFrames([filled(10), filled(0), filled(500)])
    const [piece, ...more] = framePieces(new FrameReader({ maxFrameLength }).push(chunk))
    expect(more).toEqual([])
    expect(piece?.buffer).toBe(chunk.buffer)
    expect(piece).toEqual(chunk)
  })

  test('that came in two parts are put together once, and sent on as that', () => {
    const [body] = receive(frame(filled(500)), [200]) as [Uint8Array]
    const [piece] = framePieces([body])
    expect(piece?.buffer).toBe(body.buffer)
  })

  test('that lie apart are joined if they are small, and are pieces of their own if they are large', () => {
    const small = [filled(10), filled(20), filled(30)].map(frame).flatMap(bytes => receive(bytes, []))
    expect(framePieces(small).map(({ length }) => length)).toEqual([63])
    const [large] = receive(frame(filled(10_000)), []) as [Uint8Array]
    expect(framePieces([...small, large, ...small]).map(({ length }) => length)).toEqual([63, 10_002, 63])
  })

  test('over the limit are refused at their length, before a byte of them is kept', () => {
    const tooLong = frame(filled(maxFrameLength + 1)).subarray(0, 3)
    expect(refusal(tooLong, maxFrameLength)).toBe('too-large')
    expect(refusal(frame(filled(maxFrameLength)).subarray(0, 3), maxFrameLength)).toBe(undefined)
  })

  test('that only claim a length take no memory for it', () => {
    const claim = frame(filled(maxFrameLength)).subarray(0, 3)
    const before = process.memoryUsage().arrayBuffers
    const readers = Array.from({ length: 1_000 }, () => new FrameReader({ maxFrameLength }))
    for (const reader of readers) reader.push(claim)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(0.1 * readers.length * maxFrameLength)
  })

  test('of arbitrary bytes throw nothing but ProtocolError, and are never over the limit', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), fc.nat(50), (chunks, limit) => {
        const reader = new FrameReader({ maxFrameLength: limit })
        try {
          for (const chunk of chunks) {
            for (const body of reader.push(chunk)) expect(body.length).toBeLessThanOrEqual(limit)
          }
        } catch (error) {
          if (!(error instanceof ProtocolError)) throw error
        }
      }),
      { numRuns: 1_000 }
    )
  })
})

/** The bodies in `bytes`, which come in chunks of these sizes, and one with the rest. */
function receive(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const reader = new FrameReader({ maxFrameLength })
  const bodies: Uint8Array[] = []
  let at = 0
  for (const size of [...sizes, bytes.length]) {
    bodies.push(...reader.push(bytes.slice(at, at + size)))
    at += size
  }
  return bodies
}

function filled(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => i % 251)
}

function refusal(bytes: Uint8Array, limit: number): string | undefined {
  try {
    new FrameReader({ maxFrameLength: limit }).push(bytes)
    return undefined
  } catch (error) {
    if (error instanceof ProtocolError) return error.code
    throw error
  }
}
