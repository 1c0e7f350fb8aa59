import { describe, expect, it } from 'vitest'
import { settle } from './schedule.ts'
import { isGapless, longestPauseMs, simulation } from './seeded.ts'
import type { Simulation } from './simulation.ts'
import { diamond } from './topologies.ts'

describe('A diamond', () => {
  it('keeps to one side when both cost the same', () => {
    const sim = simulation({ skewMs: 0 })
    diamond(sim, { left: 10, right: 10 })
    for (const side of ['left', 'right']) {
      sim.connect('a', side, { delayMs: 10, jitterMs: 2 })
      sim.connect(side, 'b', { delayMs: 10, jitterMs: 2 })
    }
    sim.publish('a', 'news')
    const reception = sim.subscribe('b', 'news')
    settle(sim, 3_000)
    // By then it has found which of the two was measured as the better one.
    sim.run(30_000)
    const changes = reception.events.length
    sim.run(60_000)
    expect(reception.events.length).toBe(changes)
    expect(isGapless(reception)).toBe(true)
  })

  it.each([
    { how: 'its process dies', silently: false, limitMs: 200 },
    { how: 'its machine dies', silently: true, limitMs: 1_100 }
  ])('goes on over the other node when the one in use is gone: $how', ({ silently, limitMs }) => {
    const sim = simulation()
    diamond(sim, { left: 10, right: 10 })
    sim.publish('a', 'news')
    const reception = sim.subscribe('b', 'news')
    settle(sim, 3_000)
    sim.run(2_000)
    const inUse = upstreamOf(sim, 'b')
    sim.crash(inUse ?? '', { silently })
    settle(sim, 10_000)
    sim.run(1_000)
    expect(upstreamOf(sim, 'b')).toBe(inUse === 'left' ? 'right' : 'left')
    expect(longestPauseMs(reception)).toBeLessThan(limitMs)
    // What is kept of a stream spans two seconds.
    expect(isGapless(reception)).toBe(true)
  })

  it('moves to a better way without a lost or a repeated object', () => {
    const sim = simulation()
    diamond(sim, { left: 20, right: 60 })
    sim.publish('a', 'news')
    const reception = sim.subscribe('b', 'news')
    settle(sim, 3_000)
    sim.run(2_000)
    expect(upstreamOf(sim, 'b')).toBe('left')
    sim.setDelay('a', 'right', 3)
    sim.setDelay('right', 'b', 3)
    sim.runUntil(() => upstreamOf(sim, 'b') === 'right', 20_000)
    sim.run(2_000)
    expect(isGapless(reception)).toBe(true)
    expect(reception.events.filter(event => event.type === 'interrupted')).toEqual([])
    expect(reception.objects.at(-1)?.delayMs).toBeLessThan(10)
  })

  it('does not move for a gain below the hysteresis', () => {
    const sim = simulation({ skewMs: 0 })
    diamond(sim, { left: 20, right: 60 })
    sim.publish('a', 'news')
    const reception = sim.subscribe('b', 'news')
    sim.run(5_000)
    const changes = reception.events.length
    // 2 × 19.5 ms and 2 × 3 ms are 45 ms, 2 % less than 46 ms.
    sim.setDelay('a', 'right', 19.5)
    sim.setDelay('right', 'b', 19.5)
    sim.run(30_000)
    expect(upstreamOf(sim, 'b')).toBe('left')
    expect(reception.events.length).toBe(changes)
  })
})

function upstreamOf(sim: Simulation, name: string): string | undefined {
  const [stream] = sim.node(name).overlay.streams()
  return stream?.upstream && sim.nodesById.get(stream.upstream)?.name
}
