/** A world of more channels than anybody can know: each node pays for what it wants (RFC 1, sections 5.7, 6 and 6.1). */
import { peerIdOf } from '../../sim/node.ts'
import { randomGraph } from '../../sim/topologies.ts'
import { atMost } from '../demand.ts'
import { gapless } from '../listening.ts'
import type { Network } from '../network.ts'
import type { Scenario } from '../scenario.ts'

/** Of each table. */
const room = 6
const nodes = Array.from({ length: 30 }, (_, i) => `n${i}`)
const wanted = nodes.slice(1, 11)

export const world: readonly Scenario[] = [
  {
    name: 'million-channels',
    demands:
      'who wants ten channels finds them in a world that no table has room for, and a world ten times as large costs no more',
    given: { config: { announcementsMax: room, originsMax: room } },
    run: network => {
      const few = costOfTen(network.again(), 200)
      const many = costOfTen(network, 2_000)
      atMost('messages and rows in a world ten times as large', many, 1.2 * few + 50)
    }
  }
]

/** How many messages and rows it takes to find ten channels beside so many others, and to listen for ten seconds. */
function costOfTen(network: Network, others: number): number {
  randomGraph(network, { nodes: nodes.length, degree: 4, delayMs: { from: 5, to: 20 }, jitterMs: 0 })
  fill(network, others)
  for (const name of wanted) network.publish(name, `news of ${name}`)
  network.run(5_000)
  const since = network.now
  const listeners = wanted.map(name => network.subscribe('n0', `news of ${name}`))
  const areFound = (): boolean => listeners.every(({ objects }) => objects.length > 0)
  // The first query may wait a second for the way to come by itself; the next one, a second later, goes far enough.
  network.within(2_500, 'n0 has found all ten', areFound)
  network.run(10_000)
  for (const listener of listeners) gapless(listener)
  for (const name of nodes) {
    const unwanted = network.channelsAt(name).filter(channel => !channel.startsWith('news'))
    atMost(`channels at ${name} that nobody wants`, unwanted.length, room)
    const ways = [...network.node(name).overlay.routes()].length
    atMost(`ways at ${name}`, ways, room + wanted.length)
  }
  const types = ['announce', 'route-query', 'seqno-req', 'sub', 'sub-ok', 'sub-nack', 'unsub'] as const
  const rows = network.rowsSaid(since).length
  return types.reduce((sum, type) => sum + network.said(type, since).length, rows)
}

/** Four neighbours each know of a part of the world, which is a publisher for each channel. */
function fill(network: Network, channels: number): void {
  for (const at of nodes.slice(-4)) {
    const name = `world behind ${at}`
    network.addStranger(name)
    network.connect(name, at, { delayMs: 5 })
    network.run(500)
    for (let i = 0; i < channels / 4; i++) {
      const publisher = peerIdOf(`${name} ${i}`)
      network.announce(name, at, `${name}/${i}`, { publisher })
      network.claim(name, at, publisher, { metricUs: 1_000 })
    }
  }
}
