import { afterEach, describe, expect, test, vi } from 'vitest'
import { Alarm } from './alarm.ts'

const alarms: Alarm[] = []

function alarm() {
  const ring = vi.fn()
  const made = new Alarm(ring)
  alarms.push(made)
  return { made, ring }
}

afterEach(() => {
  for (const made of alarms.splice(0)) made.set(undefined)
})

describe('An alarm', () => {
  test('rings once, at its deadline and not before', async () => {
    const { made, ring } = alarm()
    const deadline = performance.now() + 20
    made.set(deadline)
    made.set(deadline)
    await vi.waitFor(() => expect(ring).toHaveBeenCalled())
    expect(performance.now()).toBeGreaterThanOrEqual(deadline)
    expect(ring).toHaveBeenCalledTimes(1)
    expect(made.isOverdue(performance.now())).toBe(false)
  })

  test('rings for the last deadline that was set', async () => {
    const { made, ring } = alarm()
    made.set(performance.now() + 60_000)
    made.set(performance.now())
    await vi.waitFor(() => expect(ring).toHaveBeenCalledTimes(1))
  })

  test('is overdue from its deadline until it has rung or was stopped', () => {
    const { made } = alarm()
    const deadline = performance.now() + 60_000
    made.set(deadline)
    expect(made.isOverdue(deadline - 1)).toBe(false)
    expect(made.isOverdue(deadline)).toBe(true)
    made.set(undefined)
    expect(made.isOverdue(deadline)).toBe(false)
  })
})
