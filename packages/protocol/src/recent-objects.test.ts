import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { StreamId } from './ids.ts'
import { RecentObjects } from './recent-objects.ts'
import type { ObjectFrame } from './wire/messages.ts'
import { encodeObject } from './wire/object.ts'

const headerBytes = 40

function object(seq: number, payloadBytes = 10): ObjectFrame {
  const header = {
    ...{ stream: '11'.repeat(16) as StreamId, seq, end: false, list: false, lists: 0, key: seq % 2 === 0 },
    ...{ priority: 3, ttlMs: 500, timestampUs: 1_000 * seq }
  }
  return encodeObject(header, new Uint8Array(payloadBytes).fill(seq))
}

function inOrder(recent: RecentObjects, first: number, last: number): ObjectFrame[] {
  return [...recent.newestFirst(first, last)].reverse()
}

/** Pushes an object with so many bytes of payload, or lets so many go; 'trim' gives room back. */
type Step = { payloadBytes: number } | { shifts: number } | 'trim'

/** More comes than goes, and then less. */
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ payloadBytes: fc.oneof(fc.nat(300), fc.nat(3_000)) }) },
  { weight: 3, arbitrary: fc.record({ shifts: fc.nat(6) }) },
  { weight: 1, arbitrary: fc.constant('trim' as const) }
)
/** As much goes as comes, of few sizes, which may fill a ring of 1,024 bytes to the last: it goes round and round. */
const steadyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ payloadBytes: fc.constantFrom(24, 24 + 64, 24 + 128) }),
  fc.record({ shifts: fc.constantFrom(1, 1, 2) })
)

/** Does as the steps say, and as a plain list does, and compares the two after each. */
function compare(steps: readonly Step[]): void {
  const recent = new RecentObjects()
  const held: { object: ObjectFrame; at: number }[] = []
  for (const [at, step] of steps.entries()) {
    if (step === 'trim') recent.trim()
    else if ('shifts' in step) {
      for (let i = 0; i < step.shifts; i++) {
        expect(recent.shift()).toBe(held.shift()?.object.bytes.length ?? 0)
      }
    } else {
      const pushed = object(at, step.payloadBytes)
      recent.push(pushed, at)
      held.push({ object: pushed, at })
    }
    expect(inOrder(recent, 0, steps.length)).toEqual(held.map(one => one.object))
    expect(recent.oldestAt).toBe(held[0]?.at)
    expect(recent.bytes).toBe(held.reduce((sum, one) => sum + one.object.bytes.length, 0))
  }
}

describe('Recent objects are', () => {
  test('what was pushed less what was let go, in order, whatever their sizes', () => {
    fc.assert(fc.property(fc.array(anyStep, { maxLength: 120 }), compare))
  })

  test('the same when the ring is full, and goes round', () => {
    const full: Step[] = Array.from({ length: 16 }, () => ({ payloadBytes: 24 }))
    const around: Step[] = [{ shifts: 1 }, { payloadBytes: 24 }]
    fc.assert(
      fc.property(fc.nat(20), fc.array(steadyStep, { maxLength: 60 }), (turns, steps) =>
        compare([...full, ...Array.from({ length: turns }, () => around).flat(), ...steps])
      )
    )
  })

  test('given from one seqno to another, in the order they came in', () => {
    const recent = new RecentObjects()
    for (const seq of [7, 3, 5, 4, 9]) recent.push(object(seq), 0)
    expect(inOrder(recent, 4, 7).map(({ header }) => header.seq)).toEqual([7, 5, 4])
    expect(recent.extent()).toEqual({ oldest: 3, newest: 9 })
  })

  test('given for good: what comes later leaves their bytes alone', () => {
    const recent = new RecentObjects()
    recent.push(object(1), 0)
    const given = inOrder(recent, 1, 1)
    for (let seq = 2; seq < 200; seq++) {
      recent.push(object(seq), 0)
      recent.shift()
    }
    expect(given).toEqual([object(1)])
  })

  test('known by when each came', () => {
    const recent = new RecentObjects()
    for (const seq of [1, 2, 3]) recent.push(object(seq), 10 * seq)
    expect(recent.cameAt(2)).toBe(20)
    recent.shift()
    expect(recent.cameAt(1)).toBeUndefined()
    expect(recent.oldestAt).toBe(20)
  })
})

describe('The memory of recent objects', () => {
  test('stays what it is while as much goes as comes', () => {
    const recent = new RecentObjects()
    const each = object(0, 160)
    for (let i = 0; i < 100; i++) recent.push(each, 0)
    const before = recent.memoryBytes
    for (let i = 0; i < 10_000; i++) {
      recent.shift()
      recent.push(each, 0)
    }
    expect(recent.memoryBytes).toBe(before)
  })

  test('is little more than what they are', () => {
    const recent = new RecentObjects()
    const count = 1_000
    for (let seq = 0; seq < count; seq++) recent.push(object(seq, 1_200), 0)
    // A row of four numbers each, and twice as many rows as were needed last.
    expect(recent.memoryBytes).toBeLessThan(1.25 * count * (headerBytes + 1_200) + 2 * 32 * count)
  })

  test('is given back when they have become fewer, and all of it when none is left', () => {
    const recent = new RecentObjects()
    for (let seq = 0; seq < 1_000; seq++) recent.push(object(seq, 1_200), 0)
    for (let i = 0; i < 990; i++) recent.shift()
    recent.trim()
    expect(recent.memoryBytes).toBeLessThan(2 * 1.25 * recent.bytes + 3 * 32 * 20)
    expect(inOrder(recent, 0, 1_000).map(({ header }) => header.seq)).toEqual(
      Array.from({ length: 10 }, (_, i) => 990 + i)
    )
    for (let i = 0; i < 10; i++) recent.shift()
    recent.trim()
    expect(recent.memoryBytes).toBe(0)
  })
})
