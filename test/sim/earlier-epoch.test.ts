/**
 * A publisher starts again with a clock that has gone back: what it says is older than what others know of it. Its
 * announcements are too far ahead to be kept, so nothing but its row says so.
 */
import { expect, it } from 'vitest'
import { settle } from './schedule.ts'
import { simulation } from './seeded.ts'
import { line } from './topologies.ts'

it('A publisher whose clock has gone back since its last run is found again within two seconds', () => {
  const sim = simulation()
  line(sim, 4, 5)
  const publisher = sim.node('n0')
  publisher.lastEpoch = 2_000_000_000_000
  const before = sim.publish('n0', 'news')
  settle(sim, 5_000)
  sim.crash('n0')
  sim.run(1_000)
  publisher.lastEpoch = 0
  sim.restart('n0')
  const after = sim.publish('n0', 'news')
  expect(after.epoch).toBeLessThan(before.epoch)
  sim.runUntil(() => sim.node('n3').overlay.route(publisher.id) !== undefined, 2_000)
})
