import { describe, expect, test } from 'vitest'
import type { Config } from './config.ts'
import { defaultConfig } from './default-config.ts'
import type { PeerId, StreamId } from './ids.ts'
import { Repair, type RepairEvent } from './repair.ts'
import { Timers } from './timers.ts'
import { nackObjectsMax } from './wire/limits.ts'

const [parent, other, third] = ['parent', 'other', 'third'] as [PeerId, PeerId, PeerId]
const stream = '11'.repeat(16) as StreamId

function repair(config: Partial<Config> = {}) {
  const timers = new Timers()
  const lookups = { parent: parent as PeerId | undefined, others: [other, third], received: 0 }
  const made = new Repair({ ...defaultConfig, ...config }, timers, {
    parent: () => lookups.parent,
    others: () => lookups.others,
    received: () => lookups.received
  })
  return { timers, lookups, repair: made }
}

/** Each event in a few words. */
function told(events: RepairEvent[]): string[] {
  return events.map(event => {
    if (event.type === 'lossy') return `${event.peer} is lossy`
    const { peer, message } = event
    return message.type === 'nack' ? `nack ${message.first} to ${message.last} to ${peer}` : message.type
  })
}

describe('An object that was passed over', () => {
  test('is asked of the parent after nackDelayMs, and not before: it may be on its way', () => {
    const made = repair({ nackDelayMs: 20 })
    made.repair.handleGap(stream, 5, 7, 100)
    expect(made.timers.takeDue(119)).toEqual([])
    expect(made.timers.takeDue(120)).toEqual(['repair'])
    expect(told(made.repair.handleTimeout(120))).toEqual(['nack 5 to 7 to parent'])
  })

  test('is not asked for when it has come meanwhile', () => {
    const made = repair()
    made.repair.handleGap(stream, 5, 7, 100)
    made.repair.handleObject(stream, 6, parent, 110)
    expect(told(made.repair.handleTimeout(120))).toEqual(['nack 5 to 5 to parent', 'nack 7 to 7 to parent'])
  })

  test('is asked of others when the parent does not answer for nackRetryMs', () => {
    const made = repair({ nackRetryMs: 100 })
    made.repair.handleGap(stream, 5, 5, 0)
    made.repair.handleTimeout(20)
    expect(told(made.repair.handleTimeout(100))).toEqual([])
    expect(told(made.repair.handleTimeout(120))).toEqual(['nack 5 to 5 to other'])
    expect(told(made.repair.handleTimeout(220))).toEqual(['nack 5 to 5 to third'])
    expect(told(made.repair.handleTimeout(320))).toEqual([])
  })

  test('is asked of the next one at once when HAVE says that there is none', () => {
    const made = repair()
    made.repair.handleGap(stream, 5, 5, 0)
    made.repair.handleTimeout(20)
    expect(told(made.repair.handleHave(parent, { type: 'have', stream }, 30))).toEqual([
      'nack 5 to 5 to other'
    ])
    expect(told(made.repair.handleHave(parent, { type: 'have', stream }, 30))).toEqual([])
  })

  test('may come from who was asked, and from nobody else', () => {
    const made = repair()
    made.repair.handleGap(stream, 5, 5, 0)
    expect(made.repair.expects(stream, 5, other)).toBe(false)
    made.repair.handleTimeout(20)
    made.repair.handleHave(parent, { type: 'have', stream }, 30)
    expect(made.repair.expects(stream, 5, other)).toBe(true)
    expect(made.repair.expects(stream, 6, other)).toBe(false)
    expect(made.repair.expects(stream, 5, third)).toBe(false)
  })

  test('is given up after repairTimeoutMs, and then nothing is left of it', () => {
    const made = repair({ repairTimeoutMs: 1_000 })
    made.repair.handleGap(stream, 5, 5, 0)
    for (let at = made.timers.at('repair'); at !== undefined && at < 5_000; at = made.timers.at('repair')) {
      made.timers.takeDue(at)
      made.repair.handleTimeout(at)
    }
    expect(made.repair.isIdle).toBe(true)
    expect(made.timers.next()).toBe(undefined)
  })

  test('with many others leaves the oldest out, past what a NACK may ask for', () => {
    const made = repair()
    made.repair.handleGap(stream, 0, 999, 0)
    expect(told(made.repair.handleTimeout(20))).toEqual([`nack ${1_000 - nackObjectsMax} to 999 to parent`])
    made.repair.handleGap(stream, 1_001, 1_001, 20)
    expect(told(made.repair.handleTimeout(40))).toEqual(['nack 1001 to 1001 to parent'])
    expect(made.repair.expects(stream, 1_000 - nackObjectsMax, parent)).toBe(false)
    expect(made.repair.expects(stream, 1_001 - nackObjectsMax, parent)).toBe(true)
  })

  test('is forgotten with its stream', () => {
    const made = repair()
    made.repair.handleGap(stream, 5, 5, 0)
    made.repair.drop(stream)
    expect(made.repair.isIdle).toBe(true)
  })
})

describe('A parent is at fault', () => {
  /** Every second object is passed over for 400 ms; `then` says what becomes of each. */
  function holes(
    made: ReturnType<typeof repair>,
    then: (seq: number, now: number) => RepairEvent[]
  ): string[] {
    const events: RepairEvent[] = []
    for (let seq = 1; seq < 40; seq += 2) {
      const now = 10 * seq
      made.lookups.received = seq
      made.repair.handleGap(stream, seq, seq, now)
      events.push(...made.repair.handleTimeout(now + 5), ...then(seq, now + 8))
    }
    return told(events).filter(text => text.includes('lossy'))
  }

  test('when others have what it passes over, again and again', () => {
    const made = repair({ nackDelayMs: 5 })
    const faults = holes(made, (seq, now) => [
      ...made.repair.handleHave(parent, { type: 'have', stream }, now),
      ...made.repair.handleObject(stream, seq, other, now)
    ])
    expect(faults[0]).toBe('parent is lossy')
  })

  test('not when it sends what it is asked for', () => {
    const made = repair({ nackDelayMs: 5 })
    expect(holes(made, (seq, now) => made.repair.handleObject(stream, seq, parent, now))).toEqual([])
  })

  test('not when nobody has it: the loss is further up', () => {
    const made = repair({ nackDelayMs: 5 })
    const none = { type: 'have', stream } as const
    expect(
      holes(made, (_, now) => [parent, other, third].flatMap(peer => made.repair.handleHave(peer, none, now)))
    ).toEqual([])
  })

  test('not for the odd object', () => {
    const made = repair()
    made.repair.handleGap(stream, 5, 5, 0)
    made.repair.handleTimeout(20)
    made.repair.handleHave(parent, { type: 'have', stream }, 30)
    made.lookups.received = 100
    expect(made.repair.handleObject(stream, 5, other, 400)).toEqual([])
  })
})

test('A neighbour may ask for so much, and then for so much a second', () => {
  const { repair: made } = repair({ nackRate: { burst: 2, perSecond: 10 } })
  expect([0, 0, 0].map(now => made.mayAsk(other, now))).toEqual([true, true, false])
  expect([100, 100].map(now => made.mayAsk(other, now))).toEqual([true, false])
  expect(made.mayAsk(third, 100)).toBe(true)
  made.handleDown(other)
  expect(made.mayAsk(other, 100)).toBe(true)
})
