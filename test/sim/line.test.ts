import type { StreamId } from '@hopcast/protocol'
import { describe, expect, it } from 'vitest'
import { parentPath } from './invariants.ts'
import { settle } from './schedule.ts'
import { isGapless, seeds, simulation, streamsAt } from './seeded.ts'
import { line } from './topologies.ts'

describe('A line of five nodes', () => {
  const delayMs = 10

  it('gives a subscriber that was there first every object, once and in order', () => {
    const sim = simulation()
    line(sim, 5, delayMs)
    const reception = sim.subscribe('n4', 'news')
    sim.run(3_000)
    const run = sim.publish('n0', 'news')
    sim.run(5_000)
    expect(run.written).toBe(250)
    expect(reception.objects[0]?.seq).toBe(0)
    expect(reception.objects.length).toBeGreaterThan(240)
    expect(isGapless(reception)).toBe(true)
  })

  it('feeds a subscriber that comes later from then on', () => {
    const sim = simulation()
    line(sim, 5, delayMs)
    const run = sim.publish('n0', 'news')
    sim.run(5_000)
    const before = run.written
    const reception = sim.subscribe('n4', 'news')
    sim.run(2_000)
    expect(reception.objects[0]?.seq).toBeGreaterThanOrEqual(before)
    expect(isGapless(reception)).toBe(true)
    expect(run.written - (reception.objects.at(-1)?.seq ?? 0)).toBeLessThan(5)
  })

  it('starts a subscriber two passes over the line after it asked', () => {
    const sim = simulation({ skewMs: 0 })
    line(sim, 5, delayMs)
    sim.publish('n0', 'news', { everyMs: 1 })
    sim.run(2_000)
    const reception = sim.subscribe('n4', 'news')
    const tookMs = sim.runUntil(() => reception.objects.length > 0, 1_000)
    expect(tookMs).toBeLessThanOrEqual(2 * 4 * delayMs + 2)
  })

  it('tells a subscriber that it started only when the way is whole', () => {
    const sim = simulation()
    line(sim, 5, delayMs)
    const run = sim.publish('n0', 'news', { everyMs: 0 })
    sim.run(2_000)
    const reception = sim.subscribe('n4', 'news')
    sim.runUntil(() => reception.live, 1_000)
    const way = parentPath(sim, sim.node('n4'), run.streams[0] as StreamId).nodes
    expect(way.map(node => node.name)).toEqual(['n4', 'n3', 'n2', 'n1', 'n0'])
  })

  it('takes an object no longer than its links take', () => {
    const sim = simulation({ skewMs: 0 })
    line(sim, 5, delayMs)
    const reception = sim.subscribe('n4', 'news')
    sim.run(1_000)
    sim.publish('n0', 'news')
    sim.run(1_000)
    sim.run(1_000)
    for (const object of reception.objects.slice(10)) expect(object.delayMs).toBeCloseTo(4 * delayMs, 2)
  })

  it('tells how many links the stream crosses', () => {
    const sim = simulation()
    line(sim, 5, delayMs)
    const receptions = [1, 2, 3, 4].map(i => sim.subscribe(`n${i}`, 'news'))
    sim.publish('n0', 'news')
    sim.run(1_000)
    const hops = receptions.map(({ events }) => {
      const route = events.findLast(event => event.type === 'route')
      return [route?.hops, sim.nodesById.get(route?.upstream as never)?.name]
    })
    expect(hops).toEqual([
      [1, 'n0'],
      [2, 'n1'],
      [3, 'n2'],
      [4, 'n3']
    ])
  })

  it('lets go of all state up to the publisher when the only subscriber leaves', () => {
    const sim = simulation()
    line(sim, 5, delayMs)
    sim.publish('n0', 'news')
    sim.subscribe('n4', 'news')
    settle(sim, 2_000)
    expect(streamsAt(sim)).toEqual({ n0: 1, n1: 1, n2: 1, n3: 1, n4: 1 })
    sim.unsubscribe('n4', 'news')
    const tookMs = sim.runUntil(() => [...sim.node('n0').overlay.streams()][0]?.children.length === 0, 1_000)
    expect(tookMs).toBeLessThanOrEqual(4 * (delayMs + 1))
    expect(streamsAt(sim)).toEqual({ n0: 1, n1: 0, n2: 0, n3: 0, n4: 0 })
    const sent = sim.counts.objectCopies
    sim.run(1_000)
    expect(sim.counts.objectCopies).toBe(sent)
  })

  it('keeps what the others need when one of two subscribers leaves', () => {
    const sim = simulation()
    line(sim, 5, delayMs)
    sim.publish('n0', 'news')
    const stays = sim.subscribe('n2', 'news')
    sim.subscribe('n4', 'news')
    settle(sim, 2_000)
    sim.unsubscribe('n4', 'news')
    sim.run(1_000)
    expect(streamsAt(sim)).toEqual({ n0: 1, n1: 1, n2: 1, n3: 0, n4: 0 })
    expect(isGapless(stays)).toBe(true)
    sim.unsubscribe('n2', 'news')
    sim.run(1_000)
    expect(streamsAt(sim)).toEqual({ n0: 1, n1: 0, n2: 0, n3: 0, n4: 0 })
  })

  it('loses nothing on links that lose and delay', () => {
    const sim = simulation()
    for (const name of ['a', 'b', 'c']) sim.addNode(name)
    sim.connect('a', 'b', { delayMs, jitterMs: 15, loss: 0.05 })
    sim.connect('b', 'c', { delayMs, jitterMs: 15, loss: 0.05 })
    const reception = sim.subscribe('c', 'news')
    const run = sim.publish('a', 'news')
    sim.run(20_000)
    sim.runUntil(() => reception.objects.length >= 1_000, 2_000)
    expect(run.written).toBeGreaterThanOrEqual(1_000)
    expect(reception.objects[0]?.seq).toBe(0)
    expect(isGapless(reception)).toBe(true)
  })

  it('delivers a run to its last object, though its withdrawal and late SUBs overtake that', () => {
    for (const seed of seeds(20)) {
      const sim = simulation({ seed })
      for (const name of ['a', 'b', 'c']) sim.addNode(name)
      sim.connect('a', 'b', { delayMs, jitterMs: 15, loss: 0.05 })
      sim.connect('b', 'c', { delayMs, jitterMs: 15, loss: 0.05 })
      const reception = sim.subscribe('c', 'news')
      const run = sim.publish('a', 'news')
      sim.run(5_000)
      sim.end('a', 'news')
      sim.run(3_000)
      expect(reception.objects.length).toBe(run.written)
      expect(reception.events.at(-1)?.type).toBe('ended')
    }
  })
})
