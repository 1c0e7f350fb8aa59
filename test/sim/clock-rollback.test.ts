import { defaultConfig } from '@hopcast/protocol'
import { describe, expect, it } from 'vitest'
import { settle } from './schedule.ts'
import { isGapless, simulation } from './seeded.ts'
import { line } from './topologies.ts'

const yearMs = 365 * 24 * 3_600_000

describe('A publisher whose clock went back a year', () => {
  it.each(['before', 'after'])(
    'is heard within a second of its restart, when it publishes %s it has met its neighbours',
    order => {
      const sim = simulation()
      line(sim, 5, 10)
      const reception = sim.subscribe('n4', 'news')
      const first = sim.publish('n0', 'news')
      sim.run(3_000)
      sim.crash('n0')
      sim.run(2_000)
      sim.setClock('n0', -yearMs)
      sim.restart('n0')
      if (order === 'after') sim.run(200)
      const run = sim.publish('n0', 'news')
      const tookMs = sim.runUntil(() => reception.objects.at(-1)?.run.epoch === first.epoch + 1, 1_000)
      expect(tookMs).toBeLessThan(500)
      const second = run.next ?? run
      const objects = reception.objects.filter(object => object.run === second)
      expect(objects[0]?.seq).toBe(0)
      settle(sim, 1_000)
      expect(isGapless({ objects })).toBe(true)
    }
  )

  it('goes on being heard: what it signs has not expired for those whose clocks are right', () => {
    const sim = simulation()
    line(sim, 3, 10)
    const reception = sim.subscribe('n2', 'news')
    sim.publish('n0', 'news', { everyMs: 1_000 })
    sim.run(9 * 60_000)
    sim.crash('n0')
    sim.setClock('n0', -yearMs)
    sim.restart('n0')
    sim.publish('n0', 'news', { everyMs: 1_000 })
    sim.run(40 * 60_000)
    expect(reception.live).toBe(true)
    expect(reception.events.map(event => event.type).filter(type => type !== 'route')).toEqual([
      'started',
      'interrupted',
      'ended',
      'started'
    ])
  })

  it('is heard on a channel on which it had not been, too', () => {
    const sim = simulation()
    line(sim, 5, 10)
    sim.publish('n0', 'news')
    const reception = sim.subscribe('n4', 'music')
    sim.run(3_000)
    sim.crash('n0')
    sim.setClock('n0', -yearMs)
    sim.restart('n0')
    sim.publish('n0', 'music')
    sim.runUntil(() => reception.live, 1_000)
    settle(sim, 1_000)
  })

  it('hears others, though they are of the future, once it has met what it had said itself', () => {
    const sim = simulation()
    line(sim, 3, 10)
    sim.publish('n0', 'news')
    sim.run(1_000)
    sim.crash('n0')
    sim.setClock('n0', -yearMs)
    sim.restart('n0')
    const reception = sim.subscribe('n0', 'music')
    sim.run(1_000)
    sim.publish('n2', 'music')
    sim.runUntil(() => reception.live, 1_000)
  })
})

describe('A publisher whose clock is more than a day ahead', () => {
  it('is heard by nobody, and leaves nothing behind once its clock is right and its row forgotten', () => {
    const sim = simulation()
    line(sim, 3, 10)
    sim.setClock('n0', 25 * 3_600_000)
    const reception = sim.subscribe('n2', 'news')
    sim.publish('n0', 'news')
    sim.run(5_000)
    expect(reception.events).toEqual([])
    sim.crash('n0')
    sim.setClock('n0', 0)
    sim.run(defaultConfig.feasibilityHoldMs + 2_000)
    sim.restart('n0')
    sim.publish('n0', 'news')
    sim.runUntil(() => reception.live, 1_000)
  })
})
