import { describe, expect, test } from 'vitest'
import { objectHash, type StreamId } from '../ids.ts'
import { listObjectsMax } from '../wire/limits.ts'
import type { ObjectList } from '../wire/messages.ts'
import { encodeObject } from '../wire/object.ts'
import { ListWriter } from './list-writer.ts'

const stream = '11'.repeat(16) as StreamId

function object(number: number, lists = 0) {
  const header = { stream, seq: number + lists, lists, end: false, list: false }
  const plain = { key: true, priority: 0, ttlMs: 0, timestampUs: 0 }
  return encodeObject({ ...header, ...plain }, new Uint8Array([number]))
}

/** A writer, and its lists as they were signed; `release` lets the signatures that are being made be done. */
function writerWith() {
  const signed: (ObjectList & { lists: number })[] = []
  let written = 0
  const waiting: (() => void)[] = []
  const writer = new ListWriter(stream, {
    sign: ({ lists }, list) => {
      signed.push({ ...list, lists })
      return new Promise(resolve => waiting.push(() => resolve(new Uint8Array())))
    },
    write: () => written++
  })
  const release = async () => {
    await new Promise(setImmediate)
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      next()
      await new Promise(setImmediate)
    }
  }
  return { writer, signed, release, written: () => written }
}

describe('A writer of lists', () => {
  test('covers each object once, at the next tick', async () => {
    const { writer, signed, release, written } = writerWith()
    writer.add(object(0), 0)
    writer.add(object(1), 20)
    writer.tick(200)
    await release()
    writer.add(object(2, 1), 210)
    writer.tick(400)
    await release()
    const hashes = [object(0), object(1), object(2, 1)].map(({ bytes }) => objectHash(bytes))
    expect(signed).toEqual([
      { lists: 0, next: 2, final: false, hashes: hashes.slice(0, 2) },
      { lists: 1, next: 3, final: false, hashes: hashes.slice(2) }
    ])
    expect(written()).toBe(2)
  })

  test('says each second that there is nothing new', async () => {
    const { writer, signed, release } = writerWith()
    for (let now = 0; now <= 2_000; now += 200) {
      writer.tick(now)
      await release()
    }
    expect(signed).toEqual([0, 1, 2].map(lists => ({ lists, next: 0, final: false, hashes: [] })))
  })

  test('does not wait for a tick when a list is full', async () => {
    const { writer, signed, release } = writerWith()
    for (let number = 0; number < listObjectsMax + 1; number++) writer.add(object(number), 0)
    await release()
    expect(signed.map(({ next, hashes }) => [next, hashes.length])).toEqual([[255, 255]])
  })

  test('signs one list at a time, and leaves what comes meanwhile to the next', async () => {
    const { writer, signed, release } = writerWith()
    writer.add(object(0), 0)
    writer.tick(200)
    writer.add(object(1), 210)
    writer.tick(400)
    await new Promise(setImmediate)
    expect(signed).toHaveLength(1)
    await release()
    writer.tick(600)
    await release()
    expect(signed.map(({ next, lists }) => [next, lists])).toEqual([
      [1, 0],
      [2, 1]
    ])
  })

  test('sends nothing of a stream that is closed', async () => {
    const { writer, release, written } = writerWith()
    writer.add(object(0), 0)
    writer.tick(200)
    writer.close()
    await release()
    expect(written()).toBe(0)
  })

  test('finishes with a list that says so', async () => {
    const { writer, signed, release, written } = writerWith()
    writer.add(object(0), 0)
    const finished = writer.finish(10)
    await new Promise(setImmediate)
    await release()
    await finished
    expect(signed).toMatchObject([{ next: 1, final: true, hashes: [objectHash(object(0).bytes)] }])
    expect(written()).toBe(1)
  })
})
