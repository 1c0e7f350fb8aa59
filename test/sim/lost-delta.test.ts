/** A SYNC that is lost, as by a fault of either end: streams lose nothing by themselves. */
import { defaultConfig, type Input } from '@hopcast/protocol'
import { describe, expect, it } from 'vitest'
import type { StreamView } from '../../packages/protocol/src/streams.ts'
import { encodeControl } from '../../packages/protocol/src/wire/control.ts'
import { settle } from './schedule.ts'
import { simulation } from './seeded.ts'
import type { Simulation } from './simulation.ts'
import { line, ring } from './topologies.ts'

const twoRoundsMs = 2 * defaultConfig.digestIntervalMs * (1 + defaultConfig.digestJitter)

describe('A lost delta', () => {
  it('that was to tell of a new publisher is repaired within two rounds of digests', () => {
    const sim = simulation()
    line(sim, 3, 5)
    sim.run(1_000)
    const lost = loseNext(sim, 'n2', 'sync')
    const publisher = sim.publish('n0', 'news').publisher.id
    sim.run(1_000)
    expect(lost()).toBe(true)
    const route = () => sim.node('n2').overlay.route(publisher)
    expect(route()).toBe(undefined)
    sim.runUntil(() => route() !== undefined, twoRoundsMs)
    settle(sim, 5_000)
  })

  it('that was to retract a way is repaired within two rounds of digests', () => {
    const sim = simulation()
    line(sim, 3, 5)
    const publisher = sim.publish('n0', 'news').publisher.id
    settle(sim, 5_000)
    const lost = loseNext(sim, 'n2', 'sync')
    sim.end('n0', 'news')
    sim.run(1_000)
    expect(lost()).toBe(true)
    const route = () => sim.node('n2').overlay.route(publisher)
    expect(route()).not.toBe(undefined)
    sim.runUntil(() => route() === undefined, twoRoundsMs)
  })
})

describe('A subscription that one end has lost', () => {
  it('is asked for again within two rounds of digests, from where it stopped', () => {
    const sim = simulation()
    line(sim, 3, 5)
    sim.publish('n0', 'news')
    const reception = sim.subscribe('n2', 'news')
    settle(sim, 5_000)
    // The parent takes it that its child has left.
    const [view] = sim.node('n1').overlay.streams()
    sim.inject('n2', 'n1', { type: 'unsub', stream: (view as StreamView).stream })
    sim.run(500)
    const before = reception.objects.length
    sim.run(twoRoundsMs)
    settle(sim, 5_000)
    expect(reception.objects.length).toBeGreaterThan(before)
  })

  it('is forgotten within three rounds of digests by the end that still has it', () => {
    const sim = simulation()
    line(sim, 3, 5)
    sim.publish('n0', 'news')
    sim.subscribe('n2', 'news')
    settle(sim, 5_000)
    const lost = loseNext(sim, 'n1', 'unsub')
    sim.unsubscribe('n2', 'news')
    sim.run(500)
    expect(lost()).toBe(true)
    expect([...sim.node('n1').overlay.streams()]).toHaveLength(1)
    sim.runUntil(() => [...sim.node('n1').overlay.streams()].length === 0, 1.5 * twoRoundsMs)
  })
})

it('Digests find nothing to repair where nothing is lost, and cost each neighbour less than 10 bytes a second in the first minute', () => {
  const sim = simulation()
  ring(sim, 6, 5)
  for (const name of ['n0', 'n3']) sim.publish(name, `channel of ${name}`)
  sim.run(60_000)
  expect(sim.counts.control.get('resync')).toBe(undefined)
  const zeros = new Array<number>(16).fill(0)
  const sums = new Array<number>(16).fill(0xffffffff)
  const bytes = encodeControl({ type: 'digest', routes: sums, subscriptions: zeros }).length
  // Each of six nodes has two neighbours.
  const perSecond = (((sim.counts.control.get('digest') ?? 0) / 12) * (bytes + 2)) / 60
  expect(perSecond).toBeGreaterThan(3)
  expect(perSecond).toBeLessThan(10)
})

it('Digests ask for nothing when a full table has left rows out', () => {
  const sim = simulation({ config: { originsMax: 2 } })
  ring(sim, 5, 5)
  for (const name of ['n0', 'n1', 'n2', 'n3']) sim.publish(name, `channel of ${name}`, { everyMs: 0 })
  sim.run(60_000)
  expect(sim.counts.control.get('digest')).toBeGreaterThan(20)
  expect(sim.counts.control.get('resync')).toBe(undefined)
})

/** The node does not hear the next message of this kind, or the next SYNC with rows; returns whether that has come. */
function loseNext(sim: Simulation, name: string, type: 'sync' | 'unsub'): () => boolean {
  const { overlay } = sim.node(name)
  const handle = overlay.handle.bind(overlay)
  let lost = false
  overlay.handle = (input: Input, now) => {
    if (lost || input.type !== 'message' || input.message.type !== type) return handle(input, now)
    if (input.message.type === 'sync' && input.message.rows.length === 0) return handle(input, now)
    lost = true
    return []
  }
  return () => lost
}
