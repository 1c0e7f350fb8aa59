/** A better way is worth a hand-over only when it stays better; a lost one is replaced at once. */
import { describe, expect, it } from 'vitest'
import { settle } from './schedule.ts'
import { simulation } from './seeded.ts'
import type { Simulation } from './simulation.ts'
import { diamond } from './topologies.ts'

describe('A node whose way is settled', () => {
  it('goes over to one that stays better, once', () => {
    const { sim, route } = settledDiamond()
    shorten(sim, 3)
    const tookMs = sim.runUntil(() => route()?.nextHop === sim.node('right').id, 20_000)
    expect(tookMs).toBeGreaterThan(3_000)
    sim.run(20_000)
    expect(route()?.nextHop).toBe(sim.node('right').id)
  })

  it('does not wait when its way is gone', () => {
    const { sim, route } = settledDiamond()
    sim.cut('left', 'b')
    expect(route()?.nextHop).toBe(sim.node('right').id)
  })
})

function settledDiamond() {
  const sim = simulation({ skewMs: 0 })
  diamond(sim, { left: 20, right: 30 })
  const origin = sim.node('a').id
  sim.publish('a', 'news')
  settle(sim, 3_000)
  sim.run(5_000)
  const route = () => sim.node('b').overlay.route(origin)
  expect(route()?.nextHop).toBe(sim.node('left').id)
  return { sim, route }
}

function shorten(sim: Simulation, delayMs: number): void {
  sim.setDelay('a', 'right', delayMs)
  sim.setDelay('right', 'b', delayMs)
}
