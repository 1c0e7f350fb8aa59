import { describe, expect, test } from 'vitest'
import { ControlQueue } from './control-queue.ts'

const numbers = (frames: { bytes: Uint8Array }[]) => frames.map(({ bytes }) => bytes[0])

describe('A control queue', () => {
  test('gives all in order, up to bytesMax, and one at least', () => {
    const queue = new ControlQueue()
    for (let n = 0; n < 5; n++) queue.push(new Uint8Array(10).fill(n))
    expect(queue.size).toBe(5)
    expect(numbers(queue.take(29))).toEqual([0, 1])
    expect(numbers(queue.take(1))).toEqual([2])
    queue.push(new Uint8Array(10).fill(5))
    expect(numbers(queue.take(100))).toEqual([3, 4, 5])
    expect(queue.take(100)).toEqual([])
    expect(queue.size).toBe(0)
  })

  test('has room for 16,384 messages, and again when some have left', () => {
    const queue = new ControlQueue()
    for (let n = 0; n < 16_384; n++) expect(queue.push(new Uint8Array(1))).toBe(true)
    expect(queue.push(new Uint8Array(1))).toBe(false)
    queue.take(1)
    expect(queue.push(new Uint8Array(1))).toBe(true)
    expect(queue.size).toBe(16_384)
  })

  test('has room for 6 MiB of them, and again when some have left', () => {
    const queue = new ControlQueue()
    for (let n = 0; n < 6; n++) expect(queue.push(new Uint8Array(2 ** 20))).toBe(true)
    expect(queue.push(new Uint8Array(1))).toBe(false)
    queue.take(1)
    expect(queue.push(new Uint8Array(2 ** 20))).toBe(true)
    queue.clear()
    expect(queue.size).toBe(0)
    expect(queue.push(new Uint8Array(6 * 2 ** 20))).toBe(true)
  })
})
