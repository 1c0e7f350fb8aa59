import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { LoopLoad, type LoopTime } from './loop-load.ts'

/** One that looks each 250 ms, and what it says after each of these shares of them. */
function said(...shares: number[]): boolean[] {
  let time: LoopTime = { active: 0, idle: 0 }
  const load = new LoopLoad(() => time)
  load.isHigh(0)
  return shares.map((share, i) => {
    time = { active: time.active + 250 * share, idle: time.idle + 250 * (1 - share) }
    return load.isHigh(250 * (i + 1))
  })
}

describe('The load of an event loop', () => {
  test('is high from half of the time on, until it is less than three tenths', () => {
    expect(said(0.45, 0.55, 0.4, 0.35, 0.2, 0.4, 0.9)).toEqual([false, true, true, true, false, false, true])
  })

  test('is looked at four times a second at most', () => {
    let looks = 0
    const load = new LoopLoad(() => ({ active: ++looks, idle: 0 }))
    for (let now = 0; now < 1_000; now++) load.isHigh(now)
    expect(looks).toBe(4)
  })

  test('is never high where the platform does not tell', () => {
    const load = new LoopLoad(() => undefined)
    expect([0, 250, 500].map(now => load.isHigh(now))).toEqual([false, false, false])
  })

  test('is what this process has, if nothing else is said', async () => {
    const load = new LoopLoad()
    load.isHigh(0)
    const end = performance.now() + 100
    while (performance.now() < end);
    await wait(0)
    expect(load.isHigh(1_000)).toBe(true)
  })
})
