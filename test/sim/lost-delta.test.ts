/** A SYNC that is lost, as by a fault of either end: streams lose nothing by themselves. */
import { defaultConfig, type Input } from '@hopcast/protocol'
import { describe, expect, it } from 'vitest'
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
    const lost = loseNextSync(sim, 'n2')
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
    const lost = loseNextSync(sim, 'n2')
    sim.end('n0', 'news')
    sim.run(1_000)
    expect(lost()).toBe(true)
    const route = () => sim.node('n2').overlay.route(publisher)
    expect(route()).not.toBe(undefined)
    sim.runUntil(() => route() === undefined, twoRoundsMs)
  })
})

it('Digests find nothing to repair where nothing is lost, and cost each neighbour less than 30 bytes a second', () => {
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
  expect(perSecond).toBeGreaterThan(20)
  expect(perSecond).toBeLessThan(30)
})

/** The node does not hear of the next SYNC with rows; returns whether that has come. */
function loseNextSync(sim: Simulation, name: string): () => boolean {
  const { overlay } = sim.node(name)
  const handle = overlay.handle.bind(overlay)
  let lost = false
  overlay.handle = (input: Input, now) => {
    const isSync = input.type === 'message' && input.message.type === 'sync' && input.message.rows.length > 0
    if (lost || !isSync) return handle(input, now)
    lost = true
    return []
  }
  return () => lost
}
