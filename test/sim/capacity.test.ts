import { describe, expect, test } from 'vitest'
import { isGapless, simulation } from './seeded.ts'
import { diamond, line } from './topologies.ts'

describe('Capacity', () => {
  test('A relay shares the load with those it feeds, and everyone is fed', () => {
    const sim = simulation({ config: { fanOutMax: 3 } })
    sim.addNode('publisher')
    sim.addNode('hub')
    sim.connect('publisher', 'hub', { delayMs: 10 })
    const names = Array.from({ length: 12 }, (_, n) => `viewer${n}`)
    for (const [n, name] of names.entries()) {
      sim.addNode(name)
      sim.connect('hub', name, { delayMs: 10 })
      for (const other of names.slice(Math.max(0, n - 3), n)) sim.connect(other, name, { delayMs: 5 })
    }
    sim.publish('publisher', 'news')
    sim.run(1_000)
    const receptions = names.map(name => sim.subscribe(name, 'news'))
    sim.run(5_000)
    const [view] = sim.node('hub').overlay.streams()
    expect(view?.children.length).toBeLessThanOrEqual(4)
    for (const reception of receptions) {
      expect(isGapless(reception)).toBe(true)
      expect(reception.objects.length).toBeGreaterThan(200)
    }
  })

  test('A relay that is the only way takes more than it would like to', () => {
    const sim = simulation({ config: { fanOutMax: 1 } })
    line(sim, 2, 10)
    for (const name of ['a', 'b', 'c']) {
      sim.addNode(name)
      sim.connect('n1', name, { delayMs: 10 })
    }
    sim.publish('n0', 'news')
    const receptions = ['a', 'b', 'c'].map(name => sim.subscribe(name, 'news'))
    sim.run(2_000)
    for (const reception of receptions) expect(reception.objects.length).toBeGreaterThan(80)
  })

  test('A relay whose uplink is too weak is left for another, and nothing is lost', () => {
    // Two children at 80 kbit/s each.
    const sim = simulation({ config: { uplinkBps: 170_000 } })
    diamond(sim, { left: 5, right: 30 })
    for (const name of ['c', 'd']) {
      sim.addNode(name)
      sim.connect('left', name, { delayMs: 5 })
      sim.connect('right', name, { delayMs: 30 })
    }
    sim.publish('a', 'news', { everyMs: 20 })
    sim.run(2_000)
    const receptions = ['b', 'c', 'd'].map(name => sim.subscribe(name, 'news'))
    sim.run(5_000)
    const fed = ['left', 'right'].map(name => [...sim.node(name).overlay.streams()][0]?.children.length ?? 0)
    expect(fed.toSorted()).toEqual([1, 2])
    for (const reception of receptions) expect(isGapless(reception)).toBe(true)
  })

  test('A relay that withdraws is left without a gap where there is another way', () => {
    const sim = simulation()
    diamond(sim, { left: 5, right: 10 })
    sim.publish('a', 'news', { everyMs: 20 })
    sim.run(500)
    const reception = sim.subscribe('b', 'news')
    sim.run(2_000)
    expect(sim.node('left').overlay.counters.objectsSent).toBeGreaterThan(50)
    sim.command('left', { type: 'withdraw', withdrawn: true, withinMs: 2_000 })
    sim.run(1_000)
    const sent = sim.node('left').overlay.counters.objectsSent
    sim.run(1_000)
    expect(sim.node('left').overlay.counters.objectsSent).toBe(sent)
    expect(isGapless(reception)).toBe(true)
    expect(reception.objects.at(-1)?.at).toBeGreaterThan(sim.now - 60)
  })

  test('A relay that withdraws feeds on those who have no other way', () => {
    const sim = simulation()
    line(sim, 3, 10)
    sim.publish('n0', 'news', { everyMs: 20 })
    const reception = sim.subscribe('n2', 'news')
    sim.run(2_000)
    sim.command('n1', { type: 'withdraw', withdrawn: true, withinMs: 2_000 })
    sim.run(2_000)
    expect(isGapless(reception)).toBe(true)
    expect(reception.objects.at(-1)?.at).toBeGreaterThan(sim.now - 60)
    sim.command('n1', { type: 'withdraw', withdrawn: false, withinMs: 0 })
    sim.run(500)
    expect(sim.node('n2').overlay.route(sim.node('n0').id)?.nextHop).toBe(sim.node('n1').id)
  })
})
