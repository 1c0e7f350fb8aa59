import { describe, expect, it } from 'vitest'
import { settle } from './schedule.ts'
import { isGapless, simulation } from './seeded.ts'
import { line } from './topologies.ts'

describe('Subscribers behind one relay', () => {
  it('share one copy on the link before it', () => {
    const sim = simulation()
    line(sim, 3, 10)
    for (const name of ['b', 'c']) {
      sim.addNode(name)
      sim.connect('n2', name, { delayMs: 5 })
    }
    const receptions = ['b', 'c'].map(name => sim.subscribe(name, 'news'))
    sim.run(500)
    const run = sim.publish('n0', 'news')
    sim.run(5_000)
    sim.end('n0', 'news')
    sim.run(500)
    for (const reception of receptions) {
      expect(reception.objects.length).toBe(run.written)
      expect(isGapless(reception)).toBe(true)
    }
    // Two links to the relay, one to each subscriber; and the end of the stream.
    expect(sim.counts.objectCopies).toBe(4 * (run.written + 1))
  })

  it('cost the publisher nothing: 60 of them take 61 copies an object', () => {
    const sim = simulation()
    sim.addNode('publisher')
    sim.addNode('relay')
    sim.connect('publisher', 'relay', { delayMs: 10 })
    const names = Array.from({ length: 60 }, (_, i) => `viewer${i}`)
    for (const name of names) {
      sim.addNode(name)
      sim.connect('relay', name, { delayMs: sim.random.between(1, 40) })
    }
    sim.publish('publisher', 'news')
    sim.run(500)
    for (const name of names) sim.subscribe(name, 'news')
    settle(sim, 3_000)
    const { objectCopies, delivered } = sim.counts
    sim.run(4_000)
    const copiesPerDelivery = (sim.counts.objectCopies - objectCopies) / (sim.counts.delivered - delivered)
    expect(copiesPerDelivery).toBeCloseTo(61 / 60, 2)
  })

  it('join in any order: each later one adds a link, and no copy before it', () => {
    const sim = simulation()
    line(sim, 6, 5)
    const run = sim.publish('n0', 'news')
    for (const name of ['n5', 'n2', 'n3', 'n1', 'n4']) {
      sim.subscribe(name, 'news')
      settle(sim, 2_000)
    }
    const copies = sim.counts.objectCopies
    const written = run.written
    sim.run(10_000)
    expect((sim.counts.objectCopies - copies) / (run.written - written)).toBeCloseTo(5, 1)
  })
})
