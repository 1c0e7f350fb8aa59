import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Config } from './config.ts'
import { defaultConfig } from './default-config.ts'
import type { StreamId } from './ids.ts'
import { type DropCounts, ObjectQueue } from './queue.ts'
import type { ObjectFrame, ObjectHeader } from './wire/messages.ts'
import { encodeObject } from './wire/object.ts'

const never = Number.POSITIVE_INFINITY
const headerBytes = 40

function queueWith(config: Partial<Config> = {}) {
  const dropped: DropCounts = { overflow: 0, expired: 0, waitsForKey: 0 }
  const queue = new ObjectQueue({ ...defaultConfig, ...config }, dropped)
  /** Each is pushed at `now`, and does not expire. */
  const push = (objects: ObjectFrame[], now = 0) => {
    for (const object of objects) queue.push(object, never, now)
  }
  /** All that leaves at `now`. */
  const takeAll = (now = 0) => names(queue.take(never, now))
  return { queue, dropped, push, takeAll }
}

function object(stream: string, seq: number, header: Partial<ObjectHeader> = {}, bytes = 100): ObjectFrame {
  const id = Buffer.from(stream).toString('hex').padStart(32, '0') as StreamId
  const defaults = {
    stream: id,
    seq,
    end: false,
    list: false,
    lists: 0,
    key: true,
    priority: 0,
    ttlMs: 0,
    timestampUs: 0
  }
  const payload = new Uint8Array(header.end ? 0 : bytes - headerBytes)
  return encodeObject({ ...defaults, ...header }, payload)
}

const audio = (seq: number, stream = 'a') => object(stream, seq)
/** A group of four from each key object on; key objects matter more. */
const video = (seq: number, stream = 'v') =>
  object(stream, seq, seq % 4 === 0 ? { priority: 1 } : { priority: 2, key: false })
const data = (seq: number, stream = 'd') => object(stream, seq, { priority: 200 })
const end = (stream: string, seq: number) => object(stream, seq, { end: true, key: false })

const list = (stream: string, seq: number) => object(stream, seq, { list: true })

const several = (make: (seq: number) => ObjectFrame, from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => make(from + i))
/** Each as its stream's name and its seq, e.g. `v3`. */
const names = (objects: ObjectFrame[]) =>
  objects.map(({ header }) => `${Buffer.from(header.stream.replace(/^0+/, ''), 'hex')}${header.seq}`)

describe('A queue hands out', () => {
  test('the least priority number first, whatever came first', () => {
    const { push, takeAll } = queueWith()
    push([data(0), video(0), audio(0), data(1), audio(1)])
    expect(takeAll()).toEqual(['a0', 'a1', 'v0', 'd0', 'd1'])
  })

  test('streams of equal priority in the order of arrival', () => {
    const { push, takeAll } = queueWith()
    push([audio(0, 'x'), audio(0, 'y'), audio(1, 'y'), audio(1, 'x'), audio(0, 'z')])
    expect(takeAll()).toEqual(['x0', 'y0', 'y1', 'x1', 'z0'])
  })

  test('a stream in its order: a key object takes along what came before it, and overtakes the rest', () => {
    const { push, takeAll } = queueWith()
    push([video(1, 'w'), video(1), video(2), video(3), video(4), video(5)])
    expect(takeAll()).toEqual(['v1', 'v2', 'v3', 'v4', 'w1', 'v5'])
  })

  test('an end after the last of its stream, but not before the audio of others', () => {
    const { push, takeAll } = queueWith()
    push([video(1), video(2), end('v', 3), audio(0), data(0)])
    expect(takeAll()).toEqual(['a0', 'v1', 'v2', 'v3', 'd0'])
  })

  test('a list after the last of its stream, but not before the audio of others', () => {
    const { push, takeAll } = queueWith()
    push([video(0), video(1), list('v', 2), audio(0)])
    expect(takeAll()).toEqual(['a0', 'v0', 'v1', 'v2'])
  })

  test('up to bytesMax, one at least, and knows what is left', () => {
    const { queue, push } = queueWith()
    push(several(audio, 0, 5))
    expect(names(queue.take(250, 0))).toEqual(['a0', 'a1'])
    expect(names(queue.take(1, 0))).toEqual(['a2'])
    expect([queue.size, queue.bytes]).toEqual([2, 200])
    expect(names(queue.take(200, 0))).toEqual(['a3', 'a4'])
    expect([queue.size, queue.bytes]).toEqual([0, 0])
    expect(queue.take(200, 0)).toEqual([])
  })

  test('audio that comes while video waits before the rest of the video', () => {
    const { queue, push } = queueWith()
    push(several(video, 0, 8))
    expect(names(queue.take(200, 0))).toEqual(['v0', 'v1'])
    push([audio(0)])
    expect(names(queue.take(200, 0))).toEqual(['a0', 'v2'])
  })

  test('nothing after it was cleared', () => {
    const { queue, push, takeAll } = queueWith()
    push([audio(0), video(0)])
    queue.clear()
    expect([queue.size, queue.bytes]).toEqual([0, 0])
    push([video(1)])
    expect(takeAll()).toEqual(['v1'])
  })
})

describe('A full queue', () => {
  test('drops the oldest of the last priority, past queueFramesMax', () => {
    const { push, takeAll, dropped } = queueWith({ queueFramesMax: 4 })
    push([data(0), data(1), audio(0), audio(1), audio(2)])
    expect(dropped).toEqual({ overflow: 1, expired: 0, waitsForKey: 0 })
    expect(takeAll()).toEqual(['a0', 'a1', 'a2', 'd1'])
  })

  test('does so past queueBytesMax, as often as it takes', () => {
    const { push, takeAll, dropped } = queueWith({ queueBytesMax: 500 })
    push([...several(data, 0, 4), audio(0), object('b', 0, {}, 250)])
    expect(dropped.overflow).toBe(3)
    expect(takeAll()).toEqual(['a0', 'b0', 'd3'])
  })

  test('keeps 4,096 objects, and 2 MiB, by default', () => {
    const { push, dropped, queue } = queueWith()
    push(several(audio, 0, 4_096))
    expect(dropped.overflow).toBe(0)
    push([audio(4_096)])
    expect(dropped.overflow).toBe(1)
    queue.clear()
    const large = (seq: number) => object('l', seq, {}, 2 ** 18)
    push(several(large, 0, 8))
    expect(dropped.overflow).toBe(1)
    push([large(8)])
    expect(dropped.overflow).toBe(2)
  })

  test('drops the new object itself when that is the least of all', () => {
    const { push, takeAll, dropped } = queueWith({ queueFramesMax: 2 })
    push([audio(0), audio(1), data(0)])
    expect(dropped.overflow).toBe(1)
    expect(takeAll()).toEqual(['a0', 'a1'])
  })

  test('drops single objects of a stream that is all key', () => {
    const { push, takeAll, dropped } = queueWith({ queueFramesMax: 3 })
    push(several(audio, 0, 5))
    expect(takeAll()).toEqual(['a2', 'a3', 'a4'])
    push([audio(5)])
    expect(takeAll()).toEqual(['a5'])
    expect(dropped).toEqual({ overflow: 2, expired: 0, waitsForKey: 0 })
  })

  test('drops what needs the dropped one as well, up to the next key object, which stays', () => {
    const { push, takeAll, dropped } = queueWith({ queueFramesMax: 6 })
    push([...several(video, 0, 6), audio(0)])
    expect(dropped).toEqual({ overflow: 1, expired: 0, waitsForKey: 2 })
    expect(takeAll()).toEqual(['a0', 'v0', 'v4', 'v5'])
  })

  test('takes no more of a broken stream until its next key object', () => {
    const { push, takeAll, dropped } = queueWith({ queueFramesMax: 3 })
    push([...several(video, 0, 3), audio(0)])
    expect(takeAll()).toEqual(['a0', 'v0'])
    push([video(3), audio(1)])
    expect(dropped).toEqual({ overflow: 1, expired: 0, waitsForKey: 2 })
    push([video(4), video(5)])
    expect(takeAll()).toEqual(['a1', 'v4', 'v5'])
  })

  test('takes the lists of a broken stream, and mends nothing by them', () => {
    const { push, takeAll, dropped } = queueWith({ queueFramesMax: 3 })
    push([video(0), video(1), list('v', 2), video(3), audio(0)])
    expect(takeAll()).toEqual(['a0', 'v0', 'v2'])
    push([list('v', 4), video(5), video(6), list('v', 7), video(8)])
    expect(takeAll()).toEqual(['v4', 'v7', 'v8'])
    expect(dropped).toEqual({ overflow: 1, expired: 0, waitsForKey: 3 })
  })

  test('drops a list, and none of those after it', () => {
    const { push, takeAll } = queueWith({ queueWaitMaxMs: 50 })
    push([list('v', 4)], 0)
    push([video(5), video(6)], 50)
    expect(takeAll(60)).toEqual(['v5', 'v6'])
  })

  test('breaks only the stream that it has dropped of', () => {
    const { push, takeAll } = queueWith({ queueFramesMax: 3 })
    push([video(1, 'v'), video(1, 'w'), video(2, 'w'), audio(0)])
    expect(takeAll()).toEqual(['a0', 'w1', 'w2'])
    push([video(3, 'w'), video(2, 'v')])
    expect(takeAll()).toEqual(['w3'])
  })

  test('takes a key object from before the gap that comes late, and mends nothing by it', () => {
    const { push, takeAll, dropped } = queueWith({ queueFramesMax: 1 })
    push([video(9), video(10)])
    expect(takeAll()).toEqual([])
    push([video(8)])
    expect(takeAll()).toEqual(['v8'])
    push([video(11), video(12)])
    expect(takeAll()).toEqual(['v12'])
    expect(dropped).toEqual({ overflow: 1, expired: 0, waitsForKey: 2 })
  })

  test('keeps a late key object that waits, and drops on past it', () => {
    const { push, takeAll } = queueWith({ queueFramesMax: 4 })
    push([video(9), video(13), video(12), video(14), audio(0)])
    expect(takeAll()).toEqual(['a0', 'v12'])
    push([video(15), video(16)])
    expect(takeAll()).toEqual(['v16'])
  })

  test('counts into the gap whatever was dropped since, late objects aside', () => {
    const { push, takeAll } = queueWith({ queueFramesMax: 1 })
    push([video(9), video(10), video(13), video(12)])
    expect(takeAll()).toEqual(['v12'])
    push([video(8), audio(0)])
    expect(takeAll()).toEqual(['a0'])
    push([video(12)])
    expect(takeAll()).toEqual(['v12'])
    push([video(14)])
    expect(takeAll()).toEqual([])
    push([video(16)])
    expect(takeAll()).toEqual(['v16'])
  })

  test('keeps what came late and lies before the gap', () => {
    const { push, takeAll } = queueWith({ queueFramesMax: 3 })
    push([video(6), video(5), video(7), audio(0)])
    expect(takeAll()).toEqual(['a0', 'v5'])
  })

  test('never drops an end, though its stream is broken or it is the last of all', () => {
    const { push, takeAll, dropped } = queueWith({ queueFramesMax: 2 })
    push([video(1), video(2), video(3)])
    push([end('v', 4), end('d', 0), audio(0), audio(1)])
    expect(takeAll()).toEqual(['v4', 'd0'])
    expect(dropped).toEqual({ overflow: 3, expired: 0, waitsForKey: 2 })
  })

  test('is bounded all the same when nothing but ends waits', () => {
    const { queue, push, dropped } = queueWith({ queueFramesMax: 10 })
    push(several(n => end(`s${n}`, 0), 0, 12))
    expect(queue.size).toBe(10)
    expect(dropped.overflow).toBe(2)
  })

  test('drops what is late anyway before what is not, whatever its priority', () => {
    const { queue, push, takeAll, dropped } = queueWith({ queueFramesMax: 3, queueWaitMaxMs: 200 })
    push([audio(0)], 0)
    queue.push(audio(1), 90, 100)
    push([data(0), data(1)], 201)
    expect(takeAll(201)).toEqual(['d0', 'd1'])
    expect(dropped).toEqual({ overflow: 1, expired: 1, waitsForKey: 0 })
  })
})

describe('A queue drops', () => {
  test('what has waited for longer than queueWaitMaxMs', () => {
    const { push, takeAll, dropped } = queueWith({ queueWaitMaxMs: 200 })
    push([audio(0)], 0)
    push([audio(1)], 1)
    expect(takeAll(201)).toEqual(['a1'])
    expect(dropped).toEqual({ overflow: 1, expired: 0, waitsForKey: 0 })
  })

  test('nothing for the time in which no way was open', () => {
    const { queue, push, takeAll } = queueWith({ queueWaitMaxMs: 200 })
    push([audio(0), audio(1)], 0)
    queue.resume(1_000)
    expect(names(queue.take(1, 1_200))).toEqual(['a0'])
    expect(takeAll(1_201)).toEqual([])
  })

  test('an object whose deadline has passed, and none of those whose has not', () => {
    const { queue, takeAll, dropped } = queueWith()
    queue.push(audio(0), 99, 0)
    queue.push(audio(1), 100, 0)
    queue.push(audio(2), 50, 0)
    expect(takeAll(100)).toEqual(['a1'])
    expect(dropped).toEqual({ overflow: 0, expired: 2, waitsForKey: 0 })
  })

  test('with a late object those that need it, and goes on with the next key object', () => {
    const { queue, push, takeAll, dropped } = queueWith()
    push([video(0)])
    queue.push(video(1), 10, 0)
    push([video(2), video(3), video(4), video(5)])
    expect(takeAll(11)).toEqual(['v0', 'v4', 'v5'])
    expect(dropped).toEqual({ overflow: 0, expired: 1, waitsForKey: 2 })
  })

  test('no end for being late', () => {
    const { queue, takeAll } = queueWith({ queueWaitMaxMs: 200 })
    queue.push(end('v', 4), 1, 0)
    expect(takeAll(10_000)).toEqual(['v4'])
  })
})

describe('A queue remembers', () => {
  test('subscriptionsPerNeighbourMax streams: past it, broken ones may go on without a key object', () => {
    const { push, takeAll } = queueWith({ queueFramesMax: 1, subscriptionsPerNeighbourMax: 3 })
    push([video(1), video(2)])
    push([audio(0, 'b')])
    expect(takeAll()).toEqual(['b0'])
    push([audio(0, 'c'), video(3)])
    expect(takeAll()).toEqual(['c0'])
    push([audio(0, 'd')])
    expect(takeAll()).toEqual(['d0'])
    push([video(6)])
    expect(takeAll()).toEqual(['v6'])
  })

  test('all streams of which objects wait', () => {
    const { push, takeAll } = queueWith({ subscriptionsPerNeighbourMax: 2 })
    push([video(1), ...several(n => audio(0, `s${n}`), 0, 5), video(4)])
    expect(takeAll().slice(5)).toEqual(['v1', 'v4'])
  })

  test('nothing of a stream that has ended', () => {
    const { queue, push, takeAll } = queueWith({ queueFramesMax: 1 })
    push([video(1), video(2), end('v', 3)])
    expect(takeAll()).toEqual(['v3'])
    expect(queue.isClear(video(1).header.stream)).toBe(true)
    push([video(1)])
    expect(takeAll()).toEqual(['v1'])
  })
})

describe('Whatever comes and whenever it leaves, a queue', () => {
  const limits = { queueFramesMax: 12, queueBytesMax: 2_000, queueWaitMaxMs: 50 }
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.record({ type: fc.constant('audio' as const), stream: fc.nat(1) }) },
    {
      weight: 5,
      arbitrary: fc.record({ type: fc.constant('video' as const), stream: fc.nat(2), expires: fc.nat(80) })
    },
    { weight: 3, arbitrary: fc.record({ type: fc.constant('take' as const), bytesMax: fc.nat(600) }) },
    { weight: 3, arbitrary: fc.record({ type: fc.constant('wait' as const), ms: fc.nat(40) }) }
  )

  test('keeps its limits, loses count of nothing, and gives only what can be decoded, in order and in time', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), steps => {
        const { queue, dropped } = queueWith(limits)
        const nextSeq = new Map<string, number>()
        const lastTaken = new Map<StreamId, number>()
        const deadlines = new Map<ObjectFrame, number>()
        let now = 0
        let taken = 0
        for (const one of steps) {
          if (one.type === 'wait') now += one.ms
          else if (one.type === 'take') {
            for (const sent of queue.take(one.bytesMax, now)) {
              const { stream, seq, key } = sent.header
              const before = lastTaken.get(stream) ?? -1
              expect(seq).toBeGreaterThan(before)
              if (!key) expect(before).toBe(seq - 1)
              expect(now).toBeLessThanOrEqual(deadlines.get(sent) as number)
              lastTaken.set(stream, seq)
              taken++
            }
          } else {
            const name = `${one.type[0]}${one.stream}`
            const seq = nextSeq.get(name) ?? 0
            nextSeq.set(name, seq + 1)
            const made = one.type === 'audio' ? audio(seq, name) : video(seq, name)
            const expiresAt = one.type === 'audio' ? never : now + one.expires
            deadlines.set(made, Math.min(expiresAt, now + limits.queueWaitMaxMs))
            queue.push(made, expiresAt, now)
          }
          expect(queue.size).toBeLessThanOrEqual(limits.queueFramesMax)
          expect(queue.bytes).toBe(queue.size * 100)
          const lost = dropped.overflow + dropped.expired + dropped.waitsForKey
          expect(taken + queue.size + lost).toBe(deadlines.size)
        }
      })
    )
  })

  test('is clear for a stream if what is pushed could be taken at once, and only then', () => {
    const push = fc.record({ stream: fc.nat(2), end: fc.boolean(), expired: fc.boolean() })
    fc.assert(
      fc.property(fc.array(fc.oneof(push, fc.constant('take' as const)), { maxLength: 100 }), steps => {
        const { queue, takeAll } = queueWith({ queueFramesMax: 3 })
        for (const [seq, one] of steps.entries()) {
          if (one === 'take') takeAll(1)
          else {
            const name = `v${one.stream}`
            queue.push(one.end ? end(name, seq) : video(seq, name), one.expired ? 0 : never, 1)
          }
        }
        const next = [0, 1, 2].map(stream => video(steps.length * 4 + 1, `v${stream}`))
        if (queue.size > 0) expect(next.some(({ header }) => queue.isClear(header.stream))).toBe(false)
        takeAll(1)
        for (const object of next) {
          const isClear = queue.isClear(object.header.stream)
          queue.push(object, never, 1)
          expect(queue.take(never, 1)).toEqual(isClear ? [object] : [])
        }
      })
    )
  })

  test('gives audio away only for audio, or for having waited', () => {
    const objects = fc.array(fc.record({ isAudio: fc.boolean(), stream: fc.nat(2) }), { maxLength: 100 })
    fc.assert(
      fc.property(objects, arrivals => {
        const { queue, push } = queueWith(limits)
        const expected = arrivals.filter(({ isAudio }) => isAudio).length
        for (const [seq, { isAudio, stream }] of arrivals.entries()) {
          push([isAudio ? audio(seq, `a${stream}`) : video(seq, `v${stream}`)])
        }
        const sent = queue.take(never, 0).filter(({ header }) => header.priority === 0)
        expect(sent).toHaveLength(Math.min(expected, limits.queueFramesMax))
      })
    )
  })
})
