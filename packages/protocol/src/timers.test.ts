import { describe, expect, test } from 'vitest'
import { Timers } from './timers.ts'

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
})
