import { describe, expect, it } from 'vitest'
import { routePath } from './invariants.ts'
import { settle } from './schedule.ts'
import { isGapless, longestPauseMs, simulation } from './seeded.ts'
import { ring } from './topologies.ts'

describe.each([0, 10])('A ring of seven nodes with links of %d ms', delayMs => {
  it('takes the shorter way, and the other way once an edge is cut', () => {
    const sim = simulation({ skewMs: 0 })
    ring(sim, 7, delayMs)
    sim.publish('n0', 'news')
    const reception = sim.subscribe('n3', 'news')
    settle(sim, 5_000)
    const names = () => routePath(sim, sim.node('n3'), sim.node('n0').id).nodes.map(node => node.name)
    expect(names()).toEqual(['n3', 'n2', 'n1', 'n0'])
    sim.run(2_000)
    sim.cut('n1', 'n2')
    settle(sim, 5_000)
    sim.run(2_000)
    expect(names()).toEqual(['n3', 'n4', 'n5', 'n6', 'n0'])
    expect(isGapless(reception)).toBe(true)
    expect(longestPauseMs(reception)).toBeLessThan(1_500)
  })

  it('goes back to the shorter way when the edge is there again, without a lost object', () => {
    const sim = simulation({ skewMs: 0 })
    ring(sim, 7, delayMs)
    sim.publish('n0', 'news')
    const reception = sim.subscribe('n3', 'news')
    settle(sim, 5_000)
    sim.cut('n1', 'n2')
    settle(sim, 5_000)
    sim.connect('n1', 'n2', { delayMs })
    sim.runUntil(() => routePath(sim, sim.node('n3'), sim.node('n0').id).nodes.length === 4, 10_000)
    settle(sim, 5_000)
    sim.run(1_000)
    expect(isGapless(reception)).toBe(true)
  })

  it('finds out by itself that an edge has fallen silent', () => {
    const sim = simulation()
    ring(sim, 7, delayMs)
    sim.publish('n0', 'news')
    const reception = sim.subscribe('n3', 'news')
    settle(sim, 5_000)
    sim.silence('n1', 'n2')
    sim.run(10_000)
    // Three beats until it is suspected, and the way back.
    expect(longestPauseMs(reception)).toBeLessThan(1_500)
    expect(isGapless(reception)).toBe(true)
    settle(sim, 1_000)
  })
})

describe('A ring that is cut twice', () => {
  it('tells the subscriber that there is no way, and goes on when there is one again', () => {
    const sim = simulation()
    ring(sim, 6, 5)
    sim.publish('n0', 'news')
    const reception = sim.subscribe('n3', 'news')
    settle(sim, 5_000)
    sim.cut('n1', 'n2')
    sim.cut('n4', 'n5')
    sim.runUntil(() => !reception.live, 1_000)
    expect(reception.events.at(-1)?.type).toBe('interrupted')
    // A child that found no way here either is forgotten when it has not asked for five seconds.
    settle(sim, 7_000)
    sim.connect('n4', 'n5', { delayMs: 5 })
    sim.runUntil(() => reception.live, 3_000)
    settle(sim, 7_000)
  })
})
