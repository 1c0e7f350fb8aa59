import { describe, expect, it } from 'vitest'
import { reachable } from '../oracle.ts'
import { Random } from '../random.ts'
import { settle } from '../schedule.ts'
import { isComplete, isGapless, seeds, simulation } from '../seeded.ts'
import type { Simulation } from '../simulation.ts'
import { Access } from './access.ts'
import { Neighbourhood } from './neighbourhood.ts'
import { NodeClock } from './node-clock.ts'
import { Paths } from './paths.ts'
import { populate } from './population.ts'
import { draw, exponential, lognormal } from './quantiles.ts'
import { regions, roundTripMs } from './regions.ts'

describe('An uplink', () => {
  it('sends at its rate, whoever the frames are for, after a short burst', () => {
    // 1,000 kbit/s: 1,250 bytes, of which 80 are overhead, take 10 ms.
    const access = new Access({ uplinkKbps: 1_000, lastMileMs: 5 })
    expect([0, 0, 0, 0].map(now => access.departure(1_170, now))).toEqual([0, 10, 20, 30])
    expect(access.departure(1_170, 35)).toBe(40)
    expect(access.departure(1_170, 1_000)).toBe(1_000)
  })

  it('makes objects wait in the queue of their neighbour, where audio is first and what waits for too long is dropped', () => {
    const sim = simulation()
    sim.addNode('a', { access: new Access({ uplinkKbps: 10_000, lastMileMs: 5 }) })
    sim.addNode('b')
    sim.connect('a', 'b', { delayMs: 20 })
    const run = sim.publish('a', 'news', { everyMs: 0, tracks: [0, 1] })
    const reception = sim.subscribe('b', 'news', [0, 1])
    sim.run(1_000)
    // Three seconds of video at twice the rate of the uplink, and audio.
    for (let frame = 0; frame < 60; frame++) {
      for (let part = 0; part < 4; part++) sim.write(run, { track: 1, bytes: 31_250, priority: 1 })
      sim.write(run, { track: 0 })
      sim.run(50)
    }
    sim.run(2_000)
    const ofTrack = (track: number) => reception.objects.filter(object => object.track === track)
    expect(ofTrack(0).length).toBe(60)
    // Behind what the transport has taken already.
    expect(Math.max(...ofTrack(0).map(({ delayMs }) => delayMs))).toBeLessThan(100)
    expect(ofTrack(1).length).toBeGreaterThan(110)
    expect(ofTrack(1).length).toBeLessThan(140)
    // Some were asked for again, and dropped again.
    expect(sim.counts.dropped).toBeGreaterThanOrEqual(240 - ofTrack(1).length)
  })
})

describe('A last mile with bursts of loss', () => {
  it('loses the share that its two states come to, many packets in a row', () => {
    const random = new Random(seeds(1)[0] as number)
    const access = new Access({
      uplinkKbps: 1_000,
      lastMileMs: 5,
      bursts: { goodMs: 900, badMs: 100, loss: 0.5 }
    })
    const lost: boolean[] = []
    for (let now = 0; now < 1_000_000; now++) lost.push(access.loses(now, random))
    const count = lost.filter(Boolean).length
    expect(count / lost.length).toBeGreaterThan(0.04)
    expect(count / lost.length).toBeLessThan(0.06)
    const after = lost.filter((isLost, i) => isLost && lost[i - 1]).length
    expect(after / count).toBeGreaterThan(0.4)
  })

  it('delays what goes over it, and what is behind, but loses nothing', () => {
    const sim = simulation()
    const bursts = { goodMs: 2_000, badMs: 200, loss: 0.5 }
    sim.addNode('a')
    sim.addNode('b', { access: new Access({ uplinkKbps: 10_000, lastMileMs: 5, bursts }) })
    sim.connect('a', 'b', { delayMs: 20 })
    sim.publish('a', 'news')
    const reception = sim.subscribe('b', 'news')
    sim.run(30_000)
    expect(isGapless(reception)).toBe(true)
    const delays = reception.objects.map(object => object.delayMs)
    expect(Math.min(...delays)).toBeLessThan(21)
    expect(Math.max(...delays)).toBeGreaterThan(100)
  })
})

describe('The clock of a node', () => {
  it('comes to what it was asked for, neither early nor late', () => {
    const random = new Random(seeds(1)[0] as number)
    for (let i = 0; i < 10_000; i++) {
      const offsetMs = random.between(0, 1e6)
      const clock = new NodeClock({ offsetMs, driftPpm: random.between(-50, 50) })
      const local = offsetMs + random.between(0, 1e6)
      expect(clock.local(clock.when(local))).toBeGreaterThanOrEqual(local)
      expect(clock.local(clock.when(local))).toBeLessThan(local + 1e-5)
    }
  })
})

describe('Distributions', () => {
  it('have the mean and the median that they stand for', () => {
    const random = new Random(seeds(1)[0] as number)
    const drawn = Array.from({ length: 100_000 }, () => draw(exponential, random))
    expect(drawn.reduce((sum, x) => sum + x, 0) / drawn.length).toBeCloseTo(1, 1)
    const logs = Array.from({ length: 100_000 }, () => draw(lognormal, random)).toSorted((a, b) => a - b)
    expect(logs[50_000]).toBeCloseTo(1, 1)
    expect(logs[84_134]).toBeCloseTo(Math.exp(0.8), 0)
  })

  it('of round trips are the same in both directions, and least within a region', () => {
    for (const [a] of regions.entries()) {
      for (const [b] of regions.entries()) {
        expect(roundTripMs(a, b)).toBe(roundTripMs(b, a))
        expect(roundTripMs(a, b)).toBeGreaterThanOrEqual(roundTripMs(a, a))
      }
    }
  })
})

describe('A neighbourhood', () => {
  it('hangs together, has the degree that was asked for, and opens no link that a NAT prevents', () => {
    const sim = simulation()
    populate(sim, { nodes: 300, servers: 3, lossyShare: 0 })
    const paths = new Paths({ seed: sim.seed, connectableShare: 0.3 })
    new Neighbourhood(sim, { degree: 8, paths }).connectAll(0)
    sim.run(1_000)
    expect(reachable(sim.node('n0')).size).toBe(303)
    for (const { ends } of sim.links.values()) {
      expect(paths.canConnect(ends[0].node, ends[1].node)).toBe(true)
    }
    const nodes = [...sim.nodes.values()].filter(node => !node.isServer)
    const degrees = nodes.map(
      node => [...node.links.values()].filter(link => !link.other(node).node.isServer).length
    )
    expect(degrees.reduce((sum, degree) => sum + degree, 0) / nodes.length).toBeCloseTo(6, 0)
    const pairs = nodes.flatMap(a => nodes.map(b => paths.canConnect(a, b)))
    expect(pairs.filter(Boolean).length / pairs.length).toBeCloseTo(0.3, 1)
  })

  it('is the same for the same seed, and carries a stream to everyone', () => {
    const first = world()
    const receptions = [...first.nodes.keys()]
      .filter(name => name !== 'n0')
      .map(name => first.subscribe(name, 'news'))
    settle(first, 10_000)
    first.run(2_000)
    for (const reception of receptions) {
      expect(isComplete(reception)).toBe(true)
      expect(reception.objects.length).toBeGreaterThan(90)
    }
    const second = world()
    for (const name of second.nodes.keys()) if (name !== 'n0') second.subscribe(name, 'news')
    second.run(first.now - second.now)
    expect(second.traceHash).toBe(first.traceHash)
  })
})

function world(): Simulation {
  const sim = simulation()
  populate(sim, { nodes: 60, servers: 2, lossyShare: 0.1 })
  const paths = new Paths({ seed: sim.seed, connectableShare: 0.7 })
  new Neighbourhood(sim, { degree: 6, paths }).connectAll(0)
  sim.publish('n0', 'news')
  sim.run(1_000)
  return sim
}
