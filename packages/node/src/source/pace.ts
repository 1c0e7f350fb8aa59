import type { Pcm } from '@hopcast/media'

/** Samples of one channel per second. */
const rate = 48_000

interface PaceOptions {
  /** Relative to real time; default 1. */
  speed?: number
  clock?: Clock
}

/** Monotonic time, so that tests need not wait for it. */
export interface Clock {
  /** Milliseconds. */
  now(): number
  sleep(ms: number): Promise<void>
}

/** Further behind than this (a machine that slept), the rest goes on from now instead of all at once. */
const behindMaxMs = 1000

/**
 * Passes blocks on no sooner than a microphone would: each when its last sample would have been captured. The times
 * count from the first block, so that what a timer is late by does not add up.
 */
export function pace({ speed = 1, clock = systemClock }: PaceOptions = {}) {
  return async function* (source: AsyncIterable<Pcm>): AsyncGenerator<Pcm> {
    let startMs = clock.now()
    let frames = 0
    for await (const pcm of source) {
      frames += pcm.samples.length / pcm.channels
      const dueMs = startMs + (frames * 1000) / (rate * speed)
      const aheadMs = dueMs - clock.now()
      if (aheadMs > 0) await clock.sleep(aheadMs)
      else if (aheadMs < -behindMaxMs) startMs -= aheadMs
      yield pcm
    }
  }
}

const systemClock: Clock = {
  now: () => performance.now(),
  sleep: ms => new Promise(resolve => setTimeout(resolve, ms))
}
