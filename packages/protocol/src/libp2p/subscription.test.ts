import { describe, expect, test } from 'vitest'
import type { IncomingObject, SubscriptionEvent } from './api.ts'
import { EventQueue, unreadEventsMax as unreadMax } from './subscription.ts'

const unreadEventsMax = unreadMax.any
const publisher = 'publisher'

function object(seq: number): IncomingObject {
  return { type: 'object', publisher, track: 0, seq, key: true, timestampUs: 0, payload: new Uint8Array() }
}

function queue() {
  const made = { closes: 0, events: new EventQueue('demo', unreadEventsMax, () => made.closes++) }
  return made
}

/** The seqno of an object, the type of any other event. */
const word = (event: SubscriptionEvent) => (event.type === 'object' ? event.seq : event.type)

/** Reads `count` events and leaves. */
async function read(events: EventQueue, count: number): Promise<(number | string)[]> {
  const words: (number | string)[] = []
  for await (const event of events) {
    words.push(word(event))
    if (words.length === count) break
  }
  return words
}

describe('A subscription', () => {
  test('hands out what comes, in order, before and after the reader is there', async () => {
    const { events } = queue()
    events.push({ type: 'interrupted', publisher })
    events.push(object(0))
    const reading = read(events, 4)
    events.push(object(1))
    await Promise.resolve()
    events.push({ type: 'ended', publisher })
    expect(await reading).toEqual(['interrupted', 0, 1, 'ended'])
  })

  test('keeps unreadEventsMax events, and drops and counts the oldest object past that', async () => {
    const { events } = queue()
    events.push({ type: 'interrupted', publisher })
    for (let seq = 0; seq <= unreadEventsMax; seq++) events.push(object(seq))
    expect(events.dropped).toBe(2)
    const words = await read(events, unreadEventsMax)
    expect(words.slice(0, 2)).toEqual(['interrupted', 2])
    expect(words.at(-1)).toBe(unreadEventsMax)
  })

  test('keeps no more for a reader that is in the middle of it', async () => {
    const { events } = queue()
    const reader = events[Symbol.asyncIterator]()
    for (let seq = 0; seq < unreadEventsMax; seq++) events.push(object(seq))
    expect(await reader.next()).toMatchObject({ value: { seq: 0 } })
    for (let seq = 0; seq < unreadEventsMax; seq++) events.push(object(unreadEventsMax + seq))
    expect(events.dropped).toBe(unreadEventsMax - 1)
    expect(await reader.next()).toMatchObject({ value: { seq: unreadEventsMax } })
  })

  test('stays bounded when there are no objects to drop', async () => {
    const { events } = queue()
    for (let i = 0; i <= unreadEventsMax; i++)
      events.push({ type: 'route', publisher, upstream: 'a', hops: i })
    expect(events.dropped).toBe(1)
  })

  test('ends for a waiting reader when it is closed, and takes nothing more', async () => {
    const made = queue()
    const reading = read(made.events, 1)
    await Promise.resolve()
    made.events.close()
    expect(await reading).toEqual([])
    made.events.push(object(0))
    expect(await read(made.events, 1)).toEqual([])
  })

  test('is closed once, by close or by leaving the loop', async () => {
    const made = queue()
    made.events.push(object(0))
    await read(made.events, 1)
    expect(made.closes).toBe(1)
    made.events.close()
    expect(made.closes).toBe(1)
  })

  test('is closed by an error inside the loop', async () => {
    const made = queue()
    made.events.push(object(0))
    const failing = (async () => {
      for await (const event of made.events) throw new Error(`cannot play ${event.type}`)
    })()
    await expect(failing).rejects.toThrow('cannot play object')
    expect(made.closes).toBe(1)
  })
})
