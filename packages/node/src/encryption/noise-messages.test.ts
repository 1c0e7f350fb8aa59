import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MessageReader, roomFor, SharedRoom } from './noise-messages.ts'
import { tagBytes } from './sodium.ts'

describe('What is read', () => {
  test('is cut into the messages that were written, wherever the socket cuts it', () => {
    const messages = fc.array(
      fc.uint8Array({ minLength: 0, maxLength: 300 }).map(bytes => Buffer.from(bytes)),
      { maxLength: 8 }
    )
    fc.assert(
      fc.property(
        messages,
        fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1 }),
        (written, sizes) => {
          const read: Buffer[] = []
          const reader = new MessageReader(message => read.push(Buffer.from(message)) > 0)
          const bytes = Buffer.concat(written.map(behindLength))
          for (let at = 0, i = 0; at < bytes.length; i++) {
            const size = sizes[i % sizes.length] as number
            reader.push(bytes.subarray(at, at + size))
            at += size
          }
          expect(read).toEqual(written)
        }
      )
    )
  })

  test('may be as long as a message can be', () => {
    const read: Buffer[] = []
    const reader = new MessageReader(message => read.push(Buffer.from(message)) > 0)
    const longest = Buffer.alloc(65_535, 7)
    const bytes = behindLength(longest)
    reader.push(bytes.subarray(0, 1))
    reader.push(Buffer.concat([bytes.subarray(1), bytes]))
    expect(read).toEqual([longest, longest])
  })

  test('holds no more memory than a message needs, however it comes', () => {
    let held = 0
    const reader = new MessageReader(message => {
      held = message.buffer.byteLength
      return true
    })
    const bytes = behindLength(Buffer.alloc(50))
    reader.push(Buffer.from(bytes.subarray(0, 1)))
    reader.push(Buffer.from(bytes.subarray(1, 20)))
    reader.push(Buffer.from(bytes.subarray(20)))
    expect(held).toBe(50)
  })

  test('is left alone from the first on that is of no use', () => {
    let read = 0
    const reader = new MessageReader(() => ++read < 3)
    const bytes = Buffer.concat(Array.from({ length: 5 }, () => behindLength(Buffer.alloc(10))))
    reader.push(bytes)
    reader.push(bytes)
    expect(read).toBe(3)
  })
})

describe('Room for what is sent', () => {
  test('begins with the length of what is sealed', () => {
    const { bytes, sealed } = roomFor(300)
    expect([...bytes.subarray(0, 2)]).toEqual([1, (300 + tagBytes) % 256])
    expect(sealed.length).toBe(300 + tagBytes)
    expect(bytes.length).toBe(2 + sealed.length)
  })

  test('is the same memory for one message after another, until it is left to a socket', () => {
    const shared = new SharedRoom(1_000)
    const first = shared.take(100)
    first.sealed.fill(1)
    const second = shared.take(200)
    expect(second.bytes.buffer).toBe(first.bytes.buffer)
    expect(second.bytes.subarray(0, 2)).toEqual(roomFor(200).bytes.subarray(0, 2))
    second.sealed.fill(2)
    shared.leave()
    shared.take(200).sealed.fill(3)
    expect(new Set(second.sealed)).toEqual(new Set([2]))
  })
})

function behindLength(message: Buffer): Buffer {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(message.length)
  return Buffer.concat([length, message])
}
