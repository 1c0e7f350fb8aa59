import { describe, expect, it } from 'vitest'
import type { Reception, Run } from './node.ts'
import { settle } from './schedule.ts'
import { isGapless, simulation } from './seeded.ts'
import type { Simulation } from './simulation.ts'
import { ring } from './topologies.ts'

const members = ['n0', 'n1', 'n2', 'n3', 'n4']

/** Five in a ring; each publishes, and takes what `mode` says. */
function meeting(mode: 'any' | 'all') {
  const sim = simulation()
  ring(sim, members.length, 10)
  sim.run(1_000)
  const receptions = members.map(name => sim.subscribe(name, 'room', [0], mode))
  const runs = members.map(name => sim.publish(name, 'room'))
  sim.run(1_000)
  return { sim, receptions, runs }
}

describe('A conference in which everyone takes all', () => {
  it('has everyone hear everyone, itself included, each run whole', () => {
    const { sim, receptions, runs } = meeting('all')
    sim.run(3_000)
    for (const reception of receptions) {
      expect(reception.heard.size).toBe(5)
      for (const run of runs) {
        const objects = of(reception, run)
        expect(objects[0]?.seq).toBe(0)
        expect(objects.length).toBeGreaterThan(run.written - 5)
        expect(isGapless({ objects })).toBe(true)
      }
    }
    settle(sim, 1_000)
  })

  it('loses one who leaves, one who crashes, and has back one who restarts, and no object of the others', () => {
    const { sim, receptions, runs } = meeting('all')
    sim.end('n1', 'room')
    sim.crash('n2')
    sim.crash('n3')
    sim.run(2_000)
    expect(heard(sim, receptions[0])).toEqual(['n0', 'n4'])
    sim.restart('n3')
    const again = sim.publish('n3', 'room')
    sim.subscribe('n3', 'room', [0], 'all')
    sim.run(2_000)
    const [first] = receptions as [Reception]
    expect(heard(sim, first)).toEqual(['n0', 'n3', 'n4'])
    expect(said(sim, first, 'n1')).toEqual(['started', 'ended'])
    expect(said(sim, first, 'n2')).toEqual(['started', 'interrupted'])
    expect(said(sim, first, 'n3')).toEqual(['started', 'interrupted', 'ended', 'started'])
    for (const i of [0, 4]) {
      expect(said(sim, first, `n${i}`)).toEqual(['started'])
      expect(isGapless({ objects: of(first, runs[i] as Run) })).toBe(true)
    }
    expect(of(first, again)[0]?.seq).toBe(0)
    settle(sim, 1_000)
  })

  it('follows no more than publishersFollowedMax, and takes the place that one leaves', () => {
    const sim = simulation({ config: { publishersFollowedMax: 2 } })
    ring(sim, members.length, 10)
    for (const name of members.slice(1)) sim.publish(name, 'room')
    sim.run(1_000)
    const reception = sim.subscribe('n0', 'room', [0], 'all')
    sim.run(1_000)
    expect(heard(sim, reception)).toEqual(['n1', 'n4'])
    sim.end('n1', 'room')
    sim.run(1_000)
    // The next two are as far as each other, but for the noise.
    const [next, stays] = heard(sim, reception)
    expect(['n2', 'n3']).toContain(next)
    expect(stays).toBe('n4')
  })
})

describe('The same channel with ANY', () => {
  it('fails over once, to one, and never mixes', () => {
    const sim = simulation()
    ring(sim, members.length, 10)
    const runs = members.slice(1).map(name => sim.publish(name, 'room'))
    sim.run(1_000)
    // That one is told of at a time, and objects come of that one only, is checked at every event.
    const reception = sim.subscribe('n0', 'room')
    sim.run(2_000)
    const [first] = heard(sim, reception)
    sim.crash(first as string)
    sim.run(3_000)
    sim.restart(first as string)
    sim.publish(first as string, 'room')
    sim.run(3_000)
    expect(reception.events.map(event => event.type).filter(type => type !== 'route')).toEqual([
      'started',
      'interrupted',
      'started'
    ])
    expect(runs.filter(run => of(reception, run).length > 0)).toHaveLength(2)
  })
})

const of = ({ objects }: Reception, run: Run) => objects.filter(object => object.run === run)

/** The names of those that come at present. */
function heard(sim: Simulation, reception: Reception | undefined): string[] {
  return [...(reception?.heard ?? [])].map(peer => sim.nodesById.get(peer)?.name ?? peer).toSorted()
}

/** What was said of one publisher. */
function said(sim: Simulation, reception: Reception, name: string): string[] {
  return reception.events
    .filter(event => event.publisher === sim.node(name).id && event.type !== 'route')
    .map(event => event.type)
}
