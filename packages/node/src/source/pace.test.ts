import type { Pcm } from '@hopcast/media'
import { describe, expect, test } from 'vitest'
import { type Clock, pace } from './pace.ts'

/** A clock that only sleeping moves; each sleep takes `lateMs` longer, as timers do. */
class VirtualClock implements Clock {
  timeMs = 1000
  readonly #lateMs: number

  constructor(lateMs = 0) {
    this.#lateMs = lateMs
  }

  now(): number {
    return this.timeMs
  }

  async sleep(ms: number): Promise<void> {
    this.timeMs += ms + this.#lateMs
  }
}

async function* blocks(count: number): AsyncGenerator<Pcm> {
  for (let i = 0; i < count; i++) yield { channels: 2, samples: new Float32Array(960 * 2) }
}

async function times(
  clock: VirtualClock,
  count: number,
  options: { speed?: number } = {}
): Promise<number[]> {
  const passed: number[] = []
  for await (const _ of pace({ clock, ...options })(blocks(count))) passed.push(clock.timeMs - 1000)
  return passed
}

describe('The pace', () => {
  test('passes each block on when its last sample would have been captured', async () => {
    expect(await times(new VirtualClock(), 4)).toEqual([20, 40, 60, 80])
  })

  test('does not drift, however late the timers are', async () => {
    const passed = await times(new VirtualClock(7), 10_000)
    expect(passed.at(-1)).toBe(200_007)
  })

  test('of a microphone lets a clock that is fast by a thousandth through', async () => {
    const clock = new VirtualClock()
    async function* device(): AsyncGenerator<Pcm> {
      for await (const block of blocks(5000)) {
        clock.timeMs += 20 / 1.001
        yield block
      }
    }
    let asleep = 0
    clock.sleep = async ms => {
      asleep += ms
      clock.timeMs += ms
    }
    for await (const _ of pace({ clock, speed: 1.01 })(device()));
    expect(asleep).toBe(0)
  })

  test('of a microphone holds one back that gives all at once', async () => {
    const passed = await times(new VirtualClock(), 101, { speed: 1.01 })
    expect(passed.at(-1)).toBeCloseTo(2000, 6)
  })

  test('goes on from now after the machine has slept', async () => {
    const clock = new VirtualClock()
    const passed: number[] = []
    for await (const _ of pace({ clock })(blocks(4))) {
      passed.push(clock.timeMs - 1000)
      if (passed.length === 2) clock.timeMs += 3_600_000
    }
    expect(passed).toEqual([20, 40, 3_600_040, 3_600_060])
  })
})
