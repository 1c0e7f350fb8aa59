/**
 * A node is starved when its neighbours have ways, and none of them is surely free of a loop: each costs no less than
 * what the node has once claimed itself (RFC 8966, section 2.5). It asks the publisher for a newer seqno.
 */
import { describe, expect, it } from 'vitest'
import { settle } from './schedule.ts'
import { isGapless, simulation } from './seeded.ts'
import type { Simulation } from './simulation.ts'

describe('A starved node', () => {
  // The example of RFC 8966: a has lost its cheap way to s, and all that b can offer costs more than that did.
  it('has a way again as soon as a request has gone to the publisher and come back', () => {
    const sim = simulation({ skewMs: 0 })
    connect(sim, [
      ['s', 'a', 10],
      ['s', 'b', 20],
      ['a', 'b', 10]
    ])
    sim.publish('s', 'news')
    const reception = sim.subscribe('a', 'news')
    settle(sim, 3_000)
    sim.run(3_000)
    sim.cut('s', 'a')
    expect(wayOf(sim, 'a')).toBeUndefined()
    const tookMs = sim.runUntil(() => wayOf(sim, 'a') === 'b', 7_000)
    expect(tookMs).toBeLessThanOrEqual(2 * (10 + 20) + 2)
    settle(sim, 5_000)
    sim.run(1_000)
    expect(isGapless(reception)).toBe(true)
  })

  it('need not wait when the neighbour that it asks has to look for another way first', () => {
    const sim = simulation({ skewMs: 0 })
    connect(sim, [
      ['s', 'a', 5],
      ['a', 'b', 5],
      ['b', 'c', 5],
      ['c', 's', 40]
    ])
    sim.publish('s', 'news')
    const reception = sim.subscribe('a', 'news')
    settle(sim, 3_000)
    sim.run(3_000)
    // a, b and c all come this way; only c has another one.
    sim.cut('s', 'a')
    const tookMs = sim.runUntil(() => wayOf(sim, 'a') === 'b', 10_000)
    // The loss goes to b and c; c asks s; the answer goes all the way to a.
    expect(tookMs).toBeLessThanOrEqual(2 * (5 + 5 + 40) + 2)
    settle(sim, 5_000)
    sim.run(1_000)
    expect(isGapless(reception)).toBe(true)
  })

  it('gives up a way that has become bad for a better one that it could not be sure of', () => {
    const sim = simulation({ skewMs: 0 })
    connect(sim, [
      ['s', 'a', 2],
      ['s', 'b', 10],
      ['a', 'b', 5]
    ])
    sim.publish('s', 'news')
    const reception = sim.subscribe('a', 'news')
    settle(sim, 3_000)
    sim.run(3_000)
    sim.setDelay('s', 'a', 80)
    // A second until it is measured, three that it has to last, and the node looks about once a second.
    sim.runUntil(() => wayOf(sim, 'a') === 'b', 7_000)
    settle(sim, 5_000)
    sim.run(1_000)
    expect(isGapless(reception)).toBe(true)
  })
})

function connect(sim: Simulation, links: readonly (readonly [string, string, number])[]): void {
  for (const name of ['s', 'a', 'b', 'c']) sim.addNode(name)
  for (const [a, b, delayMs] of links) sim.connect(a, b, { delayMs })
}

function wayOf(sim: Simulation, name: string): string | undefined {
  const nextHop = sim.node(name).overlay.route(sim.node('s').id)?.nextHop
  return nextHop && sim.nodesById.get(nextHop)?.name
}
