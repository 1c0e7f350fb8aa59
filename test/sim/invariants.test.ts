import type { PeerId, StreamId } from '@hopcast/protocol'
import { describe, expect, it } from 'vitest'
import type { SimNode } from './node.ts'
import { playSchedule } from './schedule.ts'
import { seeds, simulation } from './seeded.ts'
import { randomGraph, ring } from './topologies.ts'

describe('The checks after each step', () => {
  it('look at every next hop and every parent that is new', () => {
    for (const seed of seeds(5)) {
      const sim = simulation({ seed })
      randomGraph(sim, { nodes: 12, degree: 4, delayMs: { from: 0, to: 40 }, jitterMs: 5 })
      for (let i = 0; i < 60; i++) {
        playSchedule(sim, { steps: 2, channels: ['red', 'blue'], pauseMs: 200 })
        for (const node of sim.nodes.values()) {
          if (!node.running) continue
          expect(node.nextHops).toEqual(nextHopsOf(node))
          expect(node.parents).toEqual(parentsOf(node))
        }
      }
    }
  })

  it('find a loop of next hops', () => {
    const sim = simulation()
    ring(sim, 4, 5)
    sim.publish('n0', 'news')
    sim.run(2_000)
    const origin = sim.node('n0').id
    // A core with a bug: each of the two takes the other for its next hop.
    for (const [name, other] of [
      ['n1', 'n2'],
      ['n2', 'n1']
    ] as const) {
      const route = { nextHop: sim.node(other).id, hops: 1, metricUs: 1 }
      sim.node(name).overlay.route = () => route
    }
    const { overlay } = sim.node('n1')
    overlay.handle = () => []
    Object.defineProperty(overlay, 'rerouted', { value: [origin] })
    expect(() => sim.run(1_000)).toThrow('a routing loop to n0: n1 → n2 → n1')
  })
})

function nextHopsOf({ overlay }: SimNode): Map<PeerId, PeerId> {
  return new Map([...overlay.routes()].map(({ origin, nextHop }) => [origin, nextHop]))
}

function parentsOf({ overlay }: SimNode): Map<StreamId, PeerId> {
  const parents = new Map<StreamId, PeerId>()
  for (const { stream, upstream } of overlay.streams())
    if (upstream !== undefined) parents.set(stream, upstream)
  return parents
}
