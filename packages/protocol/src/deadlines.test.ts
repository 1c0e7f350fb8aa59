import { describe, expect, test } from 'vitest'
import type { Config } from './config.ts'
import { Deadlines } from './deadlines.ts'
import { defaultConfig } from './default-config.ts'
import type { StreamId } from './ids.ts'

const window = defaultConfig.deadlineWindowMs
const streamOf = (n: number) => n.toString(16).padStart(32, '0') as StreamId

/** A stream whose publisher's clock shows `clockMs` at our zero. Its objects are worthless after 100 ms. */
function deadlines(config: Partial<Config> = {}) {
  const made = new Deadlines({ ...defaultConfig, ...config })
  const rest = { seq: 0, key: true, end: false, list: false, lists: 0, priority: 0 }
  let clockMs = 1_700_000_000_000
  /** How much of its ttl is left of an object that was captured at `capturedAt` and is here at `now`. */
  const left = (capturedAt: number, now: number, over: { stream?: number; ttlMs?: number } = {}) => {
    const { stream = 0, ttlMs = 100 } = over
    const timestampUs = (clockMs + capturedAt) * 1_000
    return made.expiresAt({ ...rest, stream: streamOf(stream), ttlMs, timestampUs }, now) - now
  }
  const setClock = (byMs: number) => {
    clockMs += byMs
  }
  return { made, left, setClock }
}

describe('An object has of its ttl', () => {
  test('all while its stream has none that came more quickly, whatever the clocks show', () => {
    const { left } = deadlines()
    expect(left(0, 30)).toBe(100)
    expect(left(20, 45)).toBe(100)
  })

  test('less by as much as it took longer than the quickest', () => {
    const { left } = deadlines()
    left(0, 30)
    expect(left(20, 60)).toBe(90)
    expect(left(40, 200)).toBe(-30)
  })

  test('all of it for ever when there is none', () => {
    const { left, made } = deadlines()
    expect(left(0, 30, { ttlMs: 0 })).toBe(Number.POSITIVE_INFINITY)
    expect(made.size).toBe(0)
  })

  test('less at once when the way becomes shorter, for those that still come by the longer one', () => {
    const { left } = deadlines()
    left(0, 80)
    expect(left(20, 50)).toBe(100)
    expect(left(10, 90)).toBe(50)
  })

  test('less when the way becomes longer, until the quicker one is forgotten after two windows', () => {
    const { left } = deadlines()
    left(0, 0)
    for (let at = 20; at < window; at += 20) expect(left(at, at + 60)).toBe(40)
    left(window, window + 60)
    expect(left(2 * window - 100, 2 * window - 40)).toBe(40)
    left(2 * window + 60, 2 * window + 120)
    expect(left(2 * window + 80, 2 * window + 140)).toBe(100)
  })

  test('no less for a clock that drifts by 500 ppm than those 5 ms, however long', () => {
    const { left, setClock } = deadlines()
    for (let at = 0; at < 20 * window; at += 20) {
      expect(left(at, at + 30)).toBeGreaterThan(94)
      setClock(-0.01)
    }
  })

  test.each([
    ['inside a window', 1_000],
    ['while another begins', window - 500]
  ])('nothing after its clock was set back %s, for a second, and then all again', (_, start) => {
    const { left, setClock } = deadlines()
    left(0, 0)
    setClock(-10_000)
    for (let at = start; at < start + 1_000; at += 20) expect(left(at, at)).toBe(-9_900)
    const later = start + 1_000
    expect(left(later, later)).toBe(100)
    expect(left(later, later + 130)).toBe(-30)
    expect(left(later + 200, later + 210)).toBe(90)
  })

  test('nothing after a stall, until the link has caught up', () => {
    const { left } = deadlines()
    left(0, 0)
    for (let at = 20; at < 900; at += 20) expect(left(at, 1_000)).toBe(100 - (1_000 - at))
    for (let at = 900; at <= 1_000; at += 20) expect(left(at, 1_000)).toBeGreaterThanOrEqual(0)
    // It was late twice, but never for a second on end.
    expect(left(1_200, 2_000)).toBe(-700)
  })

  test('all again after a silence of two windows', () => {
    const { left } = deadlines()
    left(0, 0)
    expect(left(2 * window, 2 * window + 50)).toBe(100)
  })

  test('what its own stream says, not another', () => {
    const { left } = deadlines()
    left(0, 0, { stream: 1 })
    expect(left(0, 50, { stream: 2 })).toBe(100)
    expect(left(0, 50, { stream: 1 })).toBe(50)
  })
})

describe('What is remembered of streams', () => {
  test('goes after two windows of silence, when another begins one', () => {
    const { left, made } = deadlines()
    for (let stream = 0; stream < 10; stream++) left(0, 0, { stream })
    left(0, 2 * window, { stream: 10 })
    expect(made.size).toBe(1)
  })

  test('goes for the silent one, however long another has been there', () => {
    const { left, made } = deadlines()
    left(0, 0, { stream: 0 })
    left(0, 100, { stream: 1 })
    left(window, window, { stream: 0 })
    left(0, 2 * window + 100, { stream: 2 })
    expect(made.size).toBe(2)
    expect(left(2 * window + 60, 2 * window + 100, { stream: 0 })).toBe(60)
  })

  test('is bounded by streamsMax: the one whose window is oldest goes', () => {
    const { left, made } = deadlines({ streamsMax: 3 })
    for (let stream = 0; stream < 4; stream++) left(0, 0, { stream })
    expect(made.size).toBe(3)
    expect(left(0, 50, { stream: 1 })).toBe(50)
    expect(left(0, 50, { stream: 0 })).toBe(100)
    expect(made.size).toBe(3)
  })
})
