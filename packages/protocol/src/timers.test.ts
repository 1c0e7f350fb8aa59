import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Timer, Timers } from './timers.ts'

describe('Timers', () => {
  test('wake at the earliest slot, and never without one', () => {
    const timers = new Timers()
    expect(timers.next()).toBe(undefined)
    timers.set('beat', 20)
    timers.set('sync', 10)
    expect(timers.next()).toBe(10)
  })

  test('move a slot when it is set again', () => {
    const timers = new Timers()
    timers.set('beat', 10)
    timers.set('beat', 30)
    expect(timers.takeDue(20)).toEqual([])
    expect(timers.takeDue(30)).toEqual(['beat'])
  })

  test('move a slot by setBy to an earlier time only', () => {
    const timers = new Timers()
    timers.setBy('beat', 20)
    timers.setBy('beat', 30)
    expect(timers.next()).toBe(20)
    timers.setBy('beat', 10)
    expect(timers.next()).toBe(10)
  })

  test('clear a slot', () => {
    const timers = new Timers()
    timers.set('beat', 20)
    timers.clear('beat')
    expect(timers.next()).toBe(undefined)
  })

  test('hand out what is due once, the earliest first, equal times in the order they were set', () => {
    const timers = new Timers()
    timers.set('origins', 7)
    timers.set('sync', 5)
    timers.set('beat', 7)
    timers.set('endings', 8)
    expect(timers.takeDue(7)).toEqual(['sync', 'origins', 'beat'])
    expect(timers.isSet('sync')).toBe(false)
    expect(timers.takeDue(7)).toEqual([])
    expect(timers.next()).toBe(8)
  })

  test('know the earliest slot, whatever was set, moved and cleared before', () => {
    const timer = fc.constantFrom<Timer[]>('beat', 'sync', 'seqno')
    const at = fc.integer({ min: 0, max: 9 })
    const action = fc.oneof(
      fc.record({ does: fc.constantFrom('set', 'setBy', 'look' as const), timer, at }),
      fc.record({ does: fc.constantFrom('clear', 'takeDue' as const), timer, at })
    )
    fc.assert(
      fc.property(fc.array(action), actions => {
        const timers = new Timers()
        const expected = new Map<Timer, number>()
        for (const { does, timer, at } of actions) {
          if (does === 'set' || (does === 'setBy' && at < (expected.get(timer) ?? 10)))
            expected.set(timer, at)
          if (does === 'clear') expected.delete(timer)
          if (does === 'set') timers.set(timer, at)
          else if (does === 'setBy') timers.setBy(timer, at)
          else if (does === 'clear') timers.clear(timer)
          else if (does === 'takeDue') for (const due of timers.takeDue(at)) expected.delete(due)
          else expect(timers.next()).toBe(earliest(expected))
        }
        expect(timers.next()).toBe(earliest(expected))
      })
    )
  })
})

function earliest(slots: ReadonlyMap<Timer, number>): number | undefined {
  return slots.size === 0 ? undefined : Math.min(...slots.values())
}
