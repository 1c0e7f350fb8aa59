/** Channels that the tables have no room for. */
import { openChannelId } from '@hopcast/protocol'
import { describe, expect, it } from 'vitest'
import { isGapless, simulation } from './seeded.ts'
import type { Simulation } from './simulation.ts'
import { line } from './topologies.ts'

const small = { announcementsMax: 4, originsMax: 4 }

/** A line whose tables are full of what others publish: those in its middle have no room for more. */
function fullLine(count: number, delayMs: number, config: object = small): Simulation {
  const sim = simulation({ config })
  line(sim, count, delayMs)
  for (let i = 0; i < 6; i++) {
    sim.addNode(`filler${i}`)
    sim.connect(`filler${i}`, 'n3', { delayMs: 1 })
    sim.publish(`filler${i}`, `filler${i}`, { everyMs: 0 })
  }
  sim.run(3_000)
  return sim
}

function knows(sim: Simulation, name: string, channel: string): boolean {
  return [...sim.node(name).overlay.channels()].some(row => row.name === channel)
}

describe('A line of eight whose tables are full', () => {
  it('still finds a channel, within two round trips of its length', () => {
    const sim = fullLine(8, 100)
    sim.publish('n0', 'news')
    sim.run(3_000)
    expect(knows(sim, 'n6', 'news')).toBe(false)
    const reception = sim.subscribe('n7', 'news')
    const tookMs = sim.runUntil(() => knows(sim, 'n7', 'news'), 10_000)
    expect(tookMs).toBeLessThanOrEqual(2 * 2 * 7 * 100)
    sim.runUntil(() => reception.objects.length > 0, 2 * 2 * 7 * 100)
    sim.run(3_000)
    expect(isGapless(reception)).toBe(true)
  })

  it('tells those who asked, and not those beside them', () => {
    const sim = fullLine(8, 5)
    sim.addNode('beside')
    sim.connect('beside', 'n5', { delayMs: 5 })
    sim.publish('n0', 'news')
    sim.run(3_000)
    sim.subscribe('n7', 'news')
    sim.runUntil(() => knows(sim, 'n7', 'news'), 3_000)
    sim.run(1_000)
    expect(knows(sim, 'n5', 'news')).toBe(true)
    expect(knows(sim, 'beside', 'news')).toBe(false)
  })

  it('finds who begins to publish later, too, and goes on past the life of an announcement', () => {
    const announceTtlMs = 30 * 60_000
    const sim = fullLine(8, 5, { ...small, announceTtlMs, announceIntervalMs: announceTtlMs / 3 })
    const reception = sim.subscribe('n7', 'news')
    sim.run(50_000)
    sim.publish('n0', 'news', { everyMs: 5_000 })
    sim.runUntil(() => reception.live, 31_000)
    sim.run(announceTtlMs + 5 * 60_000)
    expect(reception.events.filter(event => event.type !== 'route').map(event => event.type)).toEqual([
      'started'
    ])
    expect(isGapless(reception)).toBe(true)
  })

  it('forgets what it had found once nobody wants it any more', () => {
    const sim = fullLine(8, 5)
    sim.publish('n0', 'news')
    const reception = sim.subscribe('n7', 'news')
    sim.runUntil(() => reception.live, 5_000)
    sim.unsubscribe('n7', 'news')
    sim.run(130_000)
    for (const name of ['n4', 'n5', 'n7']) {
      expect(knows(sim, name, 'news')).toBe(false)
      expect(sim.node(name).overlay.route(sim.node('n0').id)).toBe(undefined)
    }
  })
})

describe('A flood of queries', () => {
  it('is passed on no faster than the quota allows, and closes nobody', () => {
    const sim = simulation({
      config: { queriesRate: { burst: 20, perSecond: 10 }, queriesPerNeighbourMax: 50 }
    })
    line(sim, 4, 5)
    sim.run(500)
    const before = sim.counts.control.get('route-query') ?? 0
    for (let second = 0; second < 10; second++) {
      for (let i = 0; i < 1_000; i++) {
        const channel = openChannelId(`nothing${second}.${i}`)
        sim.inject('n0', 'n1', { type: 'route-query', channel, hopsLeft: 60 })
      }
      sim.run(1_000)
    }
    const injected = 10_000
    const passed = (sim.counts.control.get('route-query') ?? 0) - before - injected
    // Of each neighbour 50 channels are remembered, and only these are passed on: n1 to n2, n2 to n3.
    expect(passed).toBeGreaterThan(50)
    expect(passed).toBeLessThanOrEqual(2 * 50)
    expect(sim.counts.closes).toBe(0)
    sim.publish('n3', 'news')
    const reception = sim.subscribe('n1', 'news')
    sim.run(1_000)
    expect(reception.live).toBe(true)
  })
})

describe('A world with more channels than a table holds', () => {
  const relays = 5
  const publishers = 60
  const channelsEach = 5
  const limit = 16

  /** Five relays in a ring, twelve publishers at each, and a viewer and an idle node at the first. */
  function world() {
    const sim = simulation({ config: { announcementsMax: limit, originsMax: limit } })
    line(sim, relays, 20)
    sim.connect(`n${relays - 1}`, 'n0', { delayMs: 20 })
    for (let i = 0; i < publishers; i++) {
      sim.addNode(`p${i}`)
      sim.connect(`p${i}`, `n${i % relays}`, { delayMs: 5 })
      for (let j = 0; j < channelsEach; j++) sim.publish(`p${i}`, `channel${i}.${j}`, { everyMs: 10_000 })
    }
    for (const name of ['viewer', 'idle']) {
      sim.addNode(name)
      sim.connect(name, 'n0', { delayMs: 5 })
    }
    sim.run(10_000)
    return sim
  }

  it('costs a node with 10 interests these 10, and no more than the others that fit in the table', () => {
    const sim = world()
    const interests = Array.from({ length: 10 }, (_, i) => `channel${6 * i + 1}.${i % channelsEach}`)
    const receptions = interests.map(channel => sim.subscribe('viewer', channel))
    sim.run(15_000)
    expect(receptions.filter(reception => reception.live)).toHaveLength(10)
    const size = (name: string) => [...sim.node(name).overlay.channels()].length
    const origins = (name: string) => [...sim.node(name).overlay.routes()].length
    expect(size('idle')).toBeLessThanOrEqual(limit)
    expect(size('viewer')).toBeLessThanOrEqual(limit + 10)
    expect(origins('viewer')).toBeLessThanOrEqual(limit + 10)
    expect([...sim.node('viewer').overlay.streams()]).toHaveLength(10)
    // At rest there is nothing that asks, or answers.
    const [queries, announcements] = ['route-query', 'announce'].map(type => sim.counts.control.get(type))
    sim.run(20_000)
    expect(sim.counts.control.get('route-query')).toBe(queries)
    expect(sim.counts.control.get('announce')).toBe(announcements)
  })
})
