/** Limits: what a neighbour can fill has an end, and those who were there go on (RFC 1, section 9). */
import type { PeerId } from '@hopcast/protocol'
import { peerIdOf } from '../../sim/node.ts'
import { line } from '../../sim/topologies.ts'
import { atMost, demand, equal } from '../demand.ts'
import { gapless, isFed } from '../listening.ts'
import { subTo } from '../said.ts'
import type { Scenario } from '../scenario.ts'

export const limits: readonly Scenario[] = [
  {
    name: 'row-bomb',
    demands:
      'rows about thousands of publishers fill a table to its limit, and the ways that were there stay',
    given: { config: { originsMax: 300, originsOnDemandMax: 0 } },
    run: network => {
      line(network, 3, 5)
      network.addStranger('x')
      network.connect('n1', 'x', { delayMs: 5 })
      network.publish('n0', 'news')
      const listener = network.subscribe('n2', 'news')
      network.run(2_000)
      const since = network.now
      for (let i = 0; i < 20; i++) {
        const rows = Array.from({ length: 200 }, (_, j) => {
          return { origin: peerIdOf(`${i} ${j}`), epoch: 1, seqno: 0, metricUs: 1_000, hops: 1 }
        })
        network.inject('x', 'n1', { type: 'sync', rows })
        network.run(10)
      }
      network.run(3_000)
      for (const name of ['n1', 'n2']) {
        atMost(`ways at ${name}`, [...network.node(name).overlay.routes()].length, 300)
      }
      const rows = network.said('sync', since, 'n1').flatMap(sync => sync.rows)
      atMost('rows that n1 told', rows.length, 3 * 300 * 2)
      equal('the way', network.way('n2', 'n0'), 'n2 n1 n0')
      gapless(listener)
      demand(isFed(listener), 'n2 is not fed')
    }
  },
  {
    name: 'announcement-bomb',
    demands: 'announcements past the limit are not kept and not passed on; those that were there stay',
    given: { config: { announcementsMax: 50, announcementsPerPublisherMax: 20 } },
    run: network => {
      line(network, 3, 5)
      network.addStranger('x')
      network.connect('n1', 'x', { delayMs: 5 })
      network.publish('n0', 'news')
      const listener = network.subscribe('n2', 'news')
      network.run(2_000)
      for (let publisher = 0; publisher < 10; publisher++) {
        for (let i = 0; i < 30; i++) {
          network.announce('x', 'n1', `${publisher}/${i}`, { publisher: peerIdOf(`bomb ${publisher}`) })
        }
      }
      network.run(3_000)
      const known = network.channelsAt('n1')
      // What its neighbour n0 publishes itself is kept beside them.
      atMost('channels known to n1', known.length, 50 + 1)
      atMost('channels of one publisher', known.filter(name => name.startsWith('0/')).length, 20)
      demand(known.includes('news'), 'n1 forgot the channel that it relays')
      atMost('announcements passed on to n2', network.channelsAt('n2').length, 50)
      demand(isFed(listener), 'n2 is not fed')
    }
  },
  {
    name: 'too-many-children',
    demands: 'past its children a stream takes no more: full. The next is taken when one leaves',
    given: { config: { childrenPerStreamMax: 2 } },
    run: network => {
      network.add('hub', 'p')
      network.connect('hub', 'p', { delayMs: 5 })
      network.publish('p', 'news')
      const listeners = ['a', 'b', 'c'].map(name => {
        network.add(name)
        network.connect('hub', name, { delayMs: 5 })
        network.run(200)
        const listener = network.subscribe(name, 'news')
        network.run(200)
        return listener
      })
      network.run(3_000)
      equal('who is fed', listeners.map(isFed), [true, true, false])
      demand(
        network.said('sub-nack', 0, 'hub').every(({ reason }) => reason === 'full'),
        'another reason was given'
      )
      network.unsubscribe('a', 'news')
      network.run(3_000)
      demand(listeners.slice(1).every(isFed), 'a listener is not fed')
    }
  },
  {
    name: 'greedy-neighbour',
    demands: 'past its share a neighbour is given no more streams, and the others are served all the same',
    given: { config: { subscriptionsPerNeighbourMax: 10 } },
    run: network => {
      network.add('hub', 'p', 'modest')
      const x = network.addStranger('x')
      for (const name of ['p', 'modest', 'x']) network.connect('hub', name, { delayMs: 5 })
      const runs = Array.from({ length: 30 }, (_, i) =>
        network.publish('p', `channel${i}`, { everyMs: i === 0 ? 20 : 0 })
      )
      network.run(1_000)
      for (const run of runs) {
        network.inject('x', 'hub', subTo(run))
      }
      network.run(1_000)
      equal('confirmed', new Set(x.heardOf('sub-ok').map(({ stream }) => stream)).size, 10)
      equal('refused as full', x.heardOf('sub-nack').filter(({ reason }) => reason === 'full').length, 20)
      // What the hub has already: at the publisher, the hub is such a neighbour itself.
      const listener = network.subscribe('modest', 'channel0')
      network.run(1_000)
      demand(isFed(listener), 'the other neighbour is not fed')
    }
  },
  {
    name: 'too-many-streams',
    demands: 'past its streams a node refuses new ones, and takes them once there is room',
    given: { config: { streamsMax: 1 } },
    run: network => {
      network.add('hub', 'p', 'a', 'b')
      for (const name of ['p', 'a', 'b']) network.connect('hub', name, { delayMs: 5 })
      for (const channel of ['first', 'second']) network.publish('p', channel)
      network.run(1_000)
      const first = network.subscribe('a', 'first')
      network.run(1_000)
      const second = network.subscribe('b', 'second')
      network.run(3_000)
      equal('who is fed', [first, second].map(isFed), [true, false])
      network.unsubscribe('a', 'first')
      network.run(3_000)
      demand(isFed(second), 'b is not fed though there is room')
    }
  },
  {
    name: 'row-bomb-leaves-room',
    demands:
      'who tells of hundreds of publishers crowds out its own rows: those of others stay, and new ones get in',
    given: { config: { originsMax: 100 } },
    run: network => {
      network.add('hub')
      const leaves = Array.from({ length: 20 }, (_, i) => `leaf${i}`)
      for (const name of leaves) network.build(['hub', name, 5])
      network.addStranger('x')
      network.connect('hub', 'x', { delayMs: 5 })
      const publish = (name: string) => network.publish(name, `channel of ${name}`, { everyMs: 0 })
      for (const name of leaves.slice(0, 10)) publish(name)
      network.run(500)
      const madeUp = Array.from({ length: 180 }, (_, i) => peerIdOf(`bomb ${i}`))
      const rows = madeUp.map(origin => ({ origin, epoch: 1, seqno: 0, metricUs: 1, hops: 0 }))
      network.inject('x', 'hub', { type: 'sync', rows })
      network.run(500)
      for (const name of leaves.slice(10)) publish(name)
      network.run(15_000)
      const known = [...network.node('hub').overlay.routes()].map(({ origin }) => origin)
      atMost('ways at the hub', known.length, 100)
      const missing = leaves.filter(name => !known.includes(network.id(name)))
      equal('publishers without a way at the hub', missing, [])
      equal('whether x is still a neighbour', network.neighboursOf('hub').includes('x'), true)
    }
  },
  {
    name: 'too-many-origins',
    demands: 'who tells of more publishers than there can be is closed with quota, and what it told is gone',
    given: { config: { originsMax: 100, originsPerNeighbourMax: 200 } },
    run: network => {
      line(network, 3, 5)
      network.addStranger('x')
      network.connect('n1', 'x', { delayMs: 5 })
      network.publish('n0', 'news')
      const listener = network.subscribe('n2', 'news')
      network.run(2_000)
      for (let i = 0; i < 200; i++) network.claim('x', 'n1', peerIdOf(`bomb ${i}`), { metricUs: 1_000 })
      network.run(1_000)
      equal('the code at the quota', network.closeCode('n1', 'x'), undefined)
      network.claim('x', 'n1', peerIdOf('one more'), { metricUs: 1_000 })
      network.run(1_000)
      equal('the code past the quota', network.closeCode('n1', 'x'), 'quota')
      equal('ways at n2', [...network.node('n2').overlay.routes()].length, 1)
      gapless(listener)
    }
  },
  {
    name: 'rows-too-fast',
    demands:
      'rows past the rate of a neighbour are not heard, and not passed on, until a digest brings them up',
    given: { config: { rowsRate: { burst: 50, perSecond: 10 } } },
    run: network => {
      network.add('n', 'far')
      const x = network.addStranger('x')
      network.connect('n', 'far', { delayMs: 5 })
      network.connect('n', 'x', { delayMs: 5 })
      network.run(500)
      const since = network.now
      const origin = peerIdOf('origin')
      for (let seqno = 0; seqno < 1_000; seqno++) {
        network.claim('x', 'n', origin, { seqno, metricUs: 1_000 })
        network.run(1)
      }
      network.run(100)
      const rows = network.said('sync', since, 'n').flatMap(sync => sync.rows)
      // To two neighbours.
      atMost('rows that n told', rows.length, 2 * (50 + 12))
      const last = rows.at(-1)?.seqno ?? 0
      demand(last < 999, 'n heard the last row of a thousand')
      const sums = new Array<number>(16).fill(1)
      network.inject('x', 'n', { type: 'digest', routes: sums, subscriptions: new Array(16).fill(0) })
      network.run(100)
      equal('the buckets that n asks for', x.heardOf('resync').at(-1)?.routes, 0xffff)
      network.claim('x', 'n', origin, {})
      network.run(100)
      equal('the next hop of n after a retraction', network.nextHop('n', origin), undefined)
    }
  },
  {
    name: 'questions-too-fast',
    demands:
      'questions past the rate of a neighbour are dropped, and those of another are passed on all the same',
    given: { config: { seqnoRequestsRate: { burst: 30, perSecond: 10 } } },
    run: network => {
      network.add('n')
      const way = network.addStranger('way')
      for (const name of ['x', 'y']) network.addStranger(name)
      for (const name of ['way', 'x', 'y']) network.connect('n', name, { delayMs: 5 })
      network.run(500)
      const origins = Array.from({ length: 300 }, (_, i) => peerIdOf(`origin ${i}`))
      for (const origin of origins) network.claim('way', 'n', origin, { metricUs: 1_000 })
      network.run(500)
      const ask = (from: string, origin: PeerId): void =>
        network.inject(from, 'n', { type: 'seqno-req', origin, epoch: 1, seqno: 1, hopsLeft: 9 })
      for (const origin of origins.slice(0, 299)) ask('x', origin)
      network.run(500)
      atMost('questions of x that were passed on', way.heardOf('seqno-req').length, 36)
      const before = way.heardOf('seqno-req').length
      ask('y', origins.at(-1) as PeerId)
      network.run(100)
      equal('questions of y that were passed on', way.heardOf('seqno-req').length - before, 1)
    }
  }
]
