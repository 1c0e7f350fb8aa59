import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { describe, expect, test } from 'vitest'
import { objectHash, type PeerId, type StreamId } from '../ids.ts'
import type { ObjectFrame, ObjectList } from '../wire/messages.ts'
import { encodeObject } from '../wire/object.ts'
import { coveredWithinMs, type Fault, ListChecker, pendingMax, unverifiedMaxMs } from './list-checker.ts'
import { signObjectList } from './list-signing.ts'

const stream = '11'.repeat(16) as StreamId
const [parent, other] = ['parent' as PeerId, 'other' as PeerId]
const key = await generateKeyPair('Ed25519')

function frame(seq: number, lists: number, payload: Uint8Array, list: boolean): ObjectFrame {
  const header = { stream, seq, lists, list, end: false, key: true, priority: 0, ttlMs: 0, timestampUs: 0 }
  return encodeObject(header, payload)
}

const object = (number: number, lists = 0, fill = 7) =>
  frame(number + lists, lists, new Uint8Array(3).fill(fill), false)

/** The list after `objects`, all there were so far, or of `next`. */
async function listOf(objects: ObjectFrame[], next = objects.length, lists = 0, signer = key) {
  const list: ObjectList = { next, final: false, hashes: objects.map(({ bytes }) => objectHash(bytes)) }
  return frame(next + lists, lists, await signObjectList(signer, { stream, lists }, list), true)
}

function checkerWith() {
  const counts = { objectsVerified: 0, objectsAltered: 0, objectsUnverified: 0 }
  const faults: [PeerId, Fault][] = []
  const publisher = peerIdFromPrivateKey(key).toString() as PeerId
  const checker = new ListChecker(publisher, counts, (from, fault) => faults.push([from, fault]))
  const seen = () => [counts.objectsVerified, counts.objectsAltered, counts.objectsUnverified]
  return { checker, faults, seen }
}

describe('Objects that a list covers', () => {
  test('are verified, whether they or the list came first', async () => {
    const { checker, faults, seen } = checkerWith()
    const objects = [object(0), object(1), object(2)]
    checker.add(objects[0] as ObjectFrame, parent, 0)
    await checker.addList(await listOf(objects), parent, 100)
    expect(seen()).toEqual([1, 0, 0])
    checker.add(objects[2] as ObjectFrame, parent, 110)
    checker.add(objects[1] as ObjectFrame, other, 120)
    expect(seen()).toEqual([3, 0, 0])
    expect(faults).toEqual([])
  })

  test.each([
    ['payload', object(1, 0, 8)],
    ['place', frame(2, 1, new Uint8Array(3).fill(7), false)]
  ])('but have another %s are altered, and who gave them is told of', async (_, altered) => {
    const { checker, faults, seen } = checkerWith()
    checker.add(object(0), parent, 0)
    checker.add(altered, other, 0)
    await checker.addList(await listOf([object(0), object(1)]), parent, 100)
    expect(seen()).toEqual([1, 1, 0])
    expect(faults).toEqual([[other, 'altered']])
  })

  test('and come again as others are altered', async () => {
    const { checker, seen } = checkerWith()
    checker.add(object(0), parent, 0)
    await checker.addList(await listOf([object(0)]), parent, 100)
    checker.add(object(0, 2, 9), other, 150)
    expect(seen()).toEqual([1, 1, 0])
  })

  test('are told of once a second at most', async () => {
    const { checker, faults, seen } = checkerWith()
    const genuine = [0, 1, 2].map(number => object(number))
    await checker.addList(await listOf(genuine), parent, 0)
    for (const [number, now] of [0, 999, 1_000].entries()) checker.add(object(number, 0, 9), parent, now)
    expect(seen()).toEqual([0, 3, 0])
    expect(faults).toHaveLength(2)
  })
})

describe('A list', () => {
  test('that another has signed, or was signed for another place, is a fault of who gave it', async () => {
    const { checker, faults } = checkerWith()
    checker.add(object(0), parent, 0)
    await checker.addList(await listOf([object(0)], 1, 0, await generateKeyPair('Ed25519')), parent, 100)
    const { bytes } = await listOf([object(0)])
    await checker.addList(frame(5, 1, bytes.subarray(40), true), other, 1_100)
    await checker.addList(frame(6, 1, new Uint8Array(9), true), parent, 2_100)
    expect(faults).toEqual([
      [parent, 'altered'],
      [other, 'altered'],
      [parent, 'altered']
    ])
  })

  test('is not checked while eight are', async () => {
    const { checker, faults, seen } = checkerWith()
    checker.add(object(0), parent, 0)
    const forged = await listOf([object(0)], 1, 0, await generateKeyPair('Ed25519'))
    const checks = Array.from({ length: 20 }, () => checker.addList(forged, parent, 100))
    await Promise.all(checks)
    expect(seen()).toEqual([0, 8, 0])
    expect(faults).toHaveLength(1)
  })
})

describe('Objects that no list covers', () => {
  test('are unverified after a while, and a fault when nothing else comes for long', () => {
    const { checker, faults, seen } = checkerWith()
    let now = 0
    for (let number = 0; now < coveredWithinMs + unverifiedMaxMs; now += 100, number++) {
      checker.add(object(number), parent, now)
      expect(seen()[2]).toBe(Math.max(0, (now - coveredWithinMs) / 100 + 1))
      expect(faults).toHaveLength(now < unverifiedMaxMs ? 0 : 1)
    }
    expect(faults).toEqual([[parent, 'unverified']])
  })

  test('are no fault while others are verified', async () => {
    const { checker, faults, seen } = checkerWith()
    for (let number = 0; number < 20; number++) {
      checker.add(object(number), parent, number * 1_000)
      // Every other list is lost.
      if (number % 2 === 0) {
        const list = await listOf([object(number)], number + 1, number)
        await checker.addList(list, parent, number * 1_000 + 200)
      }
    }
    expect(seen()).toEqual([10, 0, 9])
    expect(faults).toEqual([])
  })

  test('were made up, if a list that came long after them knows of none', async () => {
    const { checker, faults } = checkerWith()
    checker.add(object(900), parent, 0)
    checker.add(object(0), parent, 10)
    await checker.addList(await listOf([object(0)]), parent, coveredWithinMs - 1)
    checker.add(object(1, 1), parent, coveredWithinMs)
    expect(faults).toEqual([[parent, 'altered']])
  })

  test('are forgotten, the oldest first, when there are too many', async () => {
    const { checker, seen } = checkerWith()
    const objects = Array.from({ length: pendingMax + 1 }, (_, number) => object(number))
    for (const one of objects) checker.add(one, parent, 0)
    expect(seen()).toEqual([0, 0, 1])
    await checker.addList(await listOf(objects.slice(0, 2), 2), parent, 0)
    expect(seen()).toEqual([1, 0, 1])
  })

  test('cannot be counted on: so are hashes without an object', async () => {
    const { checker, seen } = checkerWith()
    const objects = Array.from({ length: pendingMax + 255 }, (_, number) => object(number))
    for (let first = 0; first < objects.length; first += 255) {
      const covered = objects.slice(first, first + 255)
      await checker.addList(await listOf(covered, first + covered.length), parent, 0)
    }
    for (const one of [objects[0], objects.at(-1)]) checker.add(one as ObjectFrame, parent, 10)
    expect(seen()).toEqual([1, 0, 0])
  })
})
