/** Nodes that find their neighbours by themselves. */
import type { Overlay } from '@hopcast/protocol'
import { describe, expect, test } from 'vitest'
import type { LinkOptions } from './link.ts'
import type { Place, SimNode } from './node.ts'
import { longestPauseMs, simulation } from './seeded.ts'
import type { Simulation } from './simulation.ts'

const page: Place = { config: { neighboursTarget: 8, neighboursMax: 16 } }
const server: Place = { isServer: true, config: { neighboursTarget: 32, neighboursMax: 128 } }
const minuteMs = 60_000

/** Every pair can connect, at a distance that is theirs, unless `blocked` says otherwise. */
function internet(blocked: (a: SimNode, b: SimNode) => boolean = () => false) {
  const place = ({ id }: SimNode) => (id.charCodeAt(20) + 7 * id.charCodeAt(30)) % 60
  return (a: SimNode, b: SimNode): LinkOptions | undefined =>
    blocked(a, b) ? undefined : { delayMs: 2 + Math.abs(place(a) - place(b)) / 2 }
}

function connect(sim: Simulation, from: string, to: string): void {
  sim.connect(from, to, sim.reach(sim.node(from), sim.node(to)) as LinkOptions)
}

function neighboursOf(sim: Simulation, name: string) {
  const overlay = sim.node(name).overlay as Overlay
  return Array.from(overlay.neighbours(), ({ peer, rtt }) => ({ peer, rtt, slot: overlay.slot(peer) }))
}

const chosenBy = (sim: Simulation, name: string) =>
  neighboursOf(sim, name).filter(({ slot }) => slot !== 'inbound')

describe('Pages that know one relay', () => {
  test('have neighbours among themselves within half a minute, and lose nothing when the relay dies', () => {
    const sim = simulation({ reach: internet() })
    sim.addNode('relay', server)
    const pages = Array.from({ length: 16 }, (_, i) => `page ${i}`)
    for (const name of pages) sim.addNode(name, page)
    for (const name of pages) {
      connect(sim, name, 'relay')
      sim.run(500)
    }
    sim.run(30_000)
    const counts = pages.map(name => neighboursOf(sim, name).length)
    expect(counts.reduce((sum, count) => sum + count, 0) / counts.length).toBeGreaterThanOrEqual(8)
    // One that came late may find the others full, and looks on.
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(5)
    sim.publish('page 0', 'news')
    const receptions = pages.slice(1).map(name => sim.subscribe(name, 'news'))
    sim.run(5_000)
    sim.crash('relay')
    sim.run(2 * minuteMs)
    for (const reception of receptions) {
      expect(reception.live).toBe(true)
      expect(longestPauseMs(reception)).toBeLessThan(2_000)
    }
  })

  test('come to have near neighbours', () => {
    const sim = simulation({ reach: internet() })
    sim.addNode('relay', server)
    const pages = Array.from({ length: 24 }, (_, i) => `page ${i}`)
    for (const name of pages) {
      sim.addNode(name, page)
      connect(sim, name, 'relay')
    }
    sim.run(30_000)
    const meanNearMs = () => {
      const near = pages.flatMap(name => neighboursOf(sim, name).filter(({ slot }) => slot === 'near'))
      return near.reduce((sum, { rtt }) => sum + (rtt?.smoothedMs ?? 0), 0) / near.length
    }
    const before = meanNearMs()
    sim.run(10 * minuteMs)
    expect(meanNearMs()).toBeLessThan(0.8 * before)
  })
})

describe('Two halves of a network', () => {
  test('find together within two minutes after ten apart, though only the servers dial, and know each other by hearsay', () => {
    let isApart = false
    const sideOf = ({ name }: SimNode) => name[0]
    const sim = simulation({ reach: internet((a, b) => isApart && sideOf(a) !== sideOf(b)) })
    for (const side of ['a', 'b']) {
      sim.addNode(`${side} relay`, server)
      for (let i = 0; i < 6; i++) {
        sim.addNode(`${side}${i}`)
        connect(sim, `${side}${i}`, `${side} relay`)
      }
    }
    // One page has been with both, and each server was told of the other by it.
    connect(sim, 'a0', 'b relay')
    sim.run(30_000)
    isApart = true
    for (const link of sim.links.values()) {
      const [one, other] = link.ends
      if (link.isWhole && sideOf(one.node) !== sideOf(other.node)) sim.cut(one.node.name, other.node.name)
    }
    sim.publish('a1', 'news')
    const reception = sim.subscribe('b1', 'news')
    sim.run(10 * minuteMs)
    expect(reception.objects).toEqual([])
    isApart = false
    sim.runUntil(() => reception.live, 2 * minuteMs)
    sim.run(3 * minuteMs)
    expect(longestPauseMs(reception)).toBeLessThan(2_000)
  })
})

describe('Fifty Sybils that dial a node', () => {
  test('fill no more than the places for those that dial, and neither its own neighbours nor its way is lost', () => {
    const sim = simulation({ reach: internet() })
    sim.addNode('relay', server)
    const honest = Array.from({ length: 12 }, (_, i) => `honest ${i}`)
    for (const name of honest) {
      sim.addNode(name, page)
      connect(sim, name, 'relay')
    }
    sim.addNode('victim', page)
    connect(sim, 'victim', 'relay')
    sim.run(minuteMs)
    sim.publish('honest 7', 'news')
    const reception = sim.subscribe('victim', 'news')
    sim.run(1_000)

    const sybils = Array.from({ length: 50 }, (_, i) => `sybil ${i}`)
    for (const name of sybils) sim.addNode(name)
    for (let minute = 0; minute < 6; minute++) {
      for (const [i, name] of sybils.entries()) {
        connect(sim, name, 'victim')
        sim.run(100)
        // Each tells of others of its kind, and claims that all are servers.
        const peers = Array.from({ length: 16 }, (_, j) => sim.node(`sybil ${(i + j + 1) % 50}`).id)
        const told = peers.map(peer => ({ peer, addresses: [peer], server: true }))
        sim.inject(name, 'victim', { type: 'peers', peers: told })
      }
      sim.run(minuteMs - 5_000)
      const isSybil = ({ peer }: { peer: string }) =>
        sim.nodesById.get(peer as never)?.name.startsWith('sybil') === true
      expect(neighboursOf(sim, 'victim').length).toBeLessThanOrEqual(16)
      const chosen = chosenBy(sim, 'victim')
      expect(chosen.length).toBeGreaterThanOrEqual(4)
      expect(chosen.filter(neighbour => !isSybil(neighbour)).length).toBeGreaterThanOrEqual(4)
    }
    expect(reception.live).toBe(true)
    expect(longestPauseMs(reception)).toBeLessThan(1_000)
  })
})
