/** Every limit of the core is reached here, in a network that goes on working; `config.ts` says what is to happen. */
import { type Config, openChannelId } from '@hopcast/protocol'
import { describe, expect, it } from 'vitest'
import { encodeAnnouncement } from '../../packages/protocol/src/wire/announcement.ts'
import type { Message } from '../../packages/protocol/src/wire/messages.ts'
import { peerIdOf, type Reception } from './node.ts'
import { settle } from './schedule.ts'
import { isGapless, simulation } from './seeded.ts'
import { sign } from './signatures.ts'
import type { Simulation } from './simulation.ts'
import { line } from './topologies.ts'
import { wallStartMs } from './underlay/node-clock.ts'

describe('Past its limit of', () => {
  it('neighbours, a node closes new ones, and keeps those it has', () => {
    const sim = star({ neighboursMax: 3 }, 5)
    sim.run(2_000)
    expect([...sim.node('hub').overlay.neighbours()].length).toBe(3)
    expect(sim.counts.closes).toBe(2)
    sim.publish('leaf0', 'news')
    const reception = sim.subscribe('leaf2', 'news')
    sim.run(2_000)
    expect(isFed(reception)).toBe(true)
  })

  it('origins, a node keeps the ways that it has, and forgets one before it takes another', () => {
    const sim = star({ originsMax: 2, feasibilityHoldMs: 1_000 }, 4)
    for (const i of [0, 1, 2]) {
      sim.publish(`leaf${i}`, `channel${i}`, { everyMs: 0 })
      sim.run(100)
    }
    const origins = () =>
      [...sim.node('leaf3').overlay.routes()].map(route => sim.nodesById.get(route.origin)?.name)
    expect(origins()).toEqual(['leaf0', 'leaf1'])
    sim.end('leaf0', 'channel0')
    sim.end('leaf2', 'channel2')
    sim.run(4_000)
    sim.publish('leaf2', 'channel2', { everyMs: 0 })
    sim.run(500)
    expect(origins()).toEqual(['leaf1', 'leaf2'])
  })

  it('origins, a node lets a neighbour that makes them up crowd out its own only', () => {
    const sim = star({ originsMax: 10 }, 3)
    const madeUp = Array.from({ length: 20 }, (_, i) => peerIdOf(`made up ${i}`))
    const rows = madeUp.map(origin => ({ origin, epoch: 1, seqno: 0, metricUs: 5, hops: 1 }))
    sim.run(100)
    // It believes nothing itself of what it makes up.
    const { overlay } = sim.node('leaf1')
    const handle = overlay.handle.bind(overlay)
    overlay.handle = (input, now) =>
      input.type === 'message' && input.message.type === 'sync' ? [] : handle(input, now)
    sim.inject('leaf1', 'hub', { type: 'sync', rows })
    sim.run(100)
    expect([...sim.node('hub').overlay.routes()].length).toBe(10)
    sim.publish('leaf0', 'news')
    const reception = sim.subscribe('leaf2', 'news')
    sim.run(3_000)
    expect(isFed(reception)).toBe(true)
  })

  it('origins of one neighbour, a node closes it, and keeps the ways over others', () => {
    const sim = star({ originsMax: 2, originsPerNeighbourMax: 3 }, 3)
    sim.publish('leaf0', 'channel0', { everyMs: 0 })
    sim.run(500)
    const madeUp = Array.from({ length: 4 }, (_, i) => peerIdOf(`made up ${i}`))
    const rows = madeUp.map(origin => ({ origin, epoch: 1, seqno: 0, metricUs: 5, hops: 1 }))
    sim.inject('leaf1', 'hub', { type: 'sync', rows })
    sim.run(100)
    expect(sim.counts.closes).toBe(1)
    const origins = () => [...sim.node('leaf2').overlay.routes()].map(route => route.origin)
    expect(origins()).toEqual([sim.node('leaf0').id])
  })

  it('announcements, a node keeps no more of them than its own and its neighbours’, and passes no more on', () => {
    const sim = star({ announcementsMax: 3 }, 2)
    for (let i = 0; i < 5; i++) sim.publish('leaf0', `channel${i}`, { everyMs: 0 })
    sim.run(1_000)
    expect(names(sim, 'leaf0')).toEqual([0, 1, 2, 3, 4])
    expect(names(sim, 'hub')).toEqual([0, 1, 2, 3, 4])
    expect(names(sim, 'leaf1')).toEqual([0, 1, 2])
  })

  it('announcements, one that makes them up has no more than an equal share, however many they are', () => {
    const sim = star({ announcementsMax: 10 }, 3)
    line(sim, 2, 5)
    sim.connect('hub', 'n0', { delayMs: 5 })
    sim.run(100)
    for (let i = 100; i < 200; i++) sim.inject('leaf0', 'hub', madeUp(i))
    sim.run(100)
    expect(names(sim, 'hub')).toHaveLength(10)
    for (let i = 0; i < 8; i++) sim.publish('n1', `channel${i}`, { everyMs: 0 })
    sim.publish('leaf1', 'channel8', { everyMs: 0 })
    sim.run(100)
    // Its own neighbour's is kept, and half of those behind another one, as many as are made up.
    expect(names(sim, 'hub').filter(i => i < 100)).toEqual([0, 1, 2, 3, 4, 8])
    expect(names(sim, 'leaf2')).toHaveLength(10)
    expect(sim.counts.closes).toBe(0)
  })

  it('announcements that a neighbour brings at once and per second, it is closed', () => {
    const sim = star({ announcementsRate: { burst: 20, perSecond: 10 } }, 2)
    sim.run(100)
    for (let i = 0; i < 20; i++) sim.inject('leaf0', 'hub', madeUp(i))
    sim.run(500)
    for (let i = 20; i < 25; i++) sim.inject('leaf0', 'hub', madeUp(i))
    sim.run(10)
    expect(sim.counts.closes).toBe(0)
    for (let i = 25; i < 27; i++) sim.inject('leaf0', 'hub', madeUp(i))
    sim.run(100)
    expect(sim.counts.closes).toBe(1)
    // What it has brought before stays, and who only passes it on is no culprit.
    expect(names(sim, 'leaf1').length).toBeGreaterThanOrEqual(25)
  })

  it('announcements of one publisher, a node still keeps those of others', () => {
    const sim = star({ announcementsPerPublisherMax: 2 }, 3)
    for (let i = 0; i < 4; i++) sim.publish('leaf0', `channel${i}`, { everyMs: 0 })
    sim.run(500)
    sim.publish('leaf1', 'channel9', { everyMs: 0 })
    sim.run(500)
    expect(names(sim, 'leaf2')).toEqual([0, 1, 9])
  })

  it('streams, a node refuses new ones, and takes them once there is room', () => {
    const sim = star({ streamsMax: 1 }, 3)
    for (const i of [0, 1]) sim.publish('leaf0', `channel${i}`)
    sim.run(500)
    const first = sim.subscribe('leaf1', 'channel0')
    sim.run(500)
    const second = sim.subscribe('leaf2', 'channel1')
    sim.run(3_000)
    expect([isFed(first), isFed(second)]).toEqual([true, false])
    sim.unsubscribe('leaf1', 'channel0')
    sim.run(3_000)
    expect(isFed(second)).toBe(true)
  })

  it('children of a stream, a node refuses more, and takes the next when one leaves', () => {
    const sim = star({ childrenPerStreamMax: 2 }, 4)
    sim.publish('leaf0', 'news')
    sim.run(500)
    const receptions = [1, 2, 3].map(i => {
      const reception = sim.subscribe(`leaf${i}`, 'news')
      sim.run(100)
      return reception
    })
    sim.run(3_000)
    expect(receptions.map(isFed)).toEqual([true, true, false])
    sim.unsubscribe('leaf1', 'news')
    sim.run(3_000)
    expect(receptions.map(isFed)).toEqual([false, true, true])
    expect(isGapless(receptions[1] as Reception)).toBe(true)
  })

  it('subscriptions of one neighbour, a node refuses more to that one only', () => {
    const sim = star({ subscriptionsPerNeighbourMax: 2 }, 3)
    for (const i of [0, 1, 2]) sim.publish('leaf0', `channel${i}`)
    sim.run(500)
    const greedy = [0, 1, 2].map(i => sim.subscribe('leaf1', `channel${i}`))
    sim.run(3_000)
    expect(greedy.map(isFed).filter(Boolean).length).toBe(2)
    const [wanted] = greedy.filter(isFed)
    const modest = sim.subscribe('leaf2', (wanted as Reception).channel)
    sim.run(1_000)
    expect(isFed(modest)).toBe(true)
  })

  it('rows in a SYNC, a node sends several', () => {
    const sim = simulation({ config: { syncRowsMax: 2 } })
    line(sim, 2, 5)
    for (let i = 0; i < 5; i++) {
      sim.addNode(`publisher${i}`)
      sim.connect(`publisher${i}`, 'n1', { delayMs: 5 })
      sim.publish(`publisher${i}`, `channel${i}`, { everyMs: 0 })
    }
    sim.run(1_000)
    sim.cut('n0', 'n1')
    sim.run(1_000)
    const before = sim.counts.control.get('sync') ?? 0
    sim.connect('n0', 'n1', { delayMs: 5 })
    sim.run(1_000)
    expect([...sim.node('n0').overlay.routes()].length).toBe(5)
    // Five rows in three messages; and n0, once it has them, says its own way to each, urgently, in as many.
    expect((sim.counts.control.get('sync') ?? 0) - before).toBeGreaterThanOrEqual(6)
  })

  it('hops, there is no way: a node further off than that has none', () => {
    const sim = simulation({ config: { hopsMax: 4 } })
    line(sim, 7, 2)
    sim.publish('n0', 'news')
    sim.run(3_000)
    const hops = [1, 2, 3, 4, 5, 6].map(i => sim.node(`n${i}`).overlay.route(sim.node('n0').id)?.hops)
    expect(hops).toEqual([1, 2, 3, 4, undefined, undefined])
  })

  it.each([
    { limit: 'time', config: { recentMs: 400 } },
    { limit: 'bytes of one stream', config: { recentBytesPerStreamMax: 20 * (80 + 40) } },
    { limit: 'bytes in all', config: { recentBytesMax: 20 * (80 + 40) } }
  ])(
    '$limit, a node lets the oldest objects go: a child that was away for longer misses them',
    ({ config }) => {
      const sim = simulation({ config })
      line(sim, 3, 2)
      sim.publish('n0', 'news')
      const reception = sim.subscribe('n2', 'news')
      settle(sim, 2_000)
      sim.run(1_000)
      interrupt(sim, 300)
      expect(isGapless(reception)).toBe(true)
      interrupt(sim, 1_000)
      const before = reception.objects.findLastIndex(
        (object, i) => object.seq !== (reception.objects[i - 1]?.seq ?? 0) + 1
      )
      const missed = (reception.objects[before]?.seq ?? 0) - (reception.objects[before - 1]?.seq ?? 0) - 1
      // Fifty were written in that second, and twenty are kept.
      expect(missed).toBeGreaterThanOrEqual(25)
      expect(missed).toBeLessThanOrEqual(35)
    }
  )
})

/** A hub with leaves. */
function star(config: Partial<Config>, leaves: number): Simulation {
  const sim = simulation({ config })
  sim.addNode('hub')
  for (let i = 0; i < leaves; i++) {
    sim.addNode(`leaf${i}`)
    sim.connect('hub', `leaf${i}`, { delayMs: 5 })
  }
  return sim
}

/** The last node of the line is away for a while; the one before it goes on for another subscriber. */
function interrupt(sim: Simulation, ms: number): void {
  if (sim.node('n1').receptions.size === 0) sim.subscribe('n1', 'news')
  sim.cut('n1', 'n2')
  sim.run(ms)
  sim.connect('n1', 'n2', { delayMs: 2 })
  sim.run(1_000)
}

/** Whether it has had one of the last few objects that were written. */
function isFed({ objects }: Reception): boolean {
  const last = objects.at(-1)
  return last !== undefined && last.seq >= last.run.written - 5
}

/** An announcement of a publisher that is nobody. */
function madeUp(i: number): Message {
  const name = `channel${i}`
  const run = { publisher: peerIdOf(name), channel: openChannelId(name), name, epoch: wallStartMs, seqno: 0 }
  const valid = { expiresAt: wallStartMs + 1_800_000, ended: false, catalog: new Uint8Array() }
  const body = encodeAnnouncement({ ...run, ...valid })
  const signed = { body, signature: sign(body) }
  return { type: 'announce', announcement: signed }
}

/** The numbers of the channels that a node knows of. */
function names(sim: Simulation, name: string): number[] {
  return [...sim.node(name).overlay.channels()]
    .map(channel => Number(channel.name.replace('channel', '')))
    .sort((a, b) => a - b)
}
