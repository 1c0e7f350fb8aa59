/** Loops: there are none, not even for a moment, and a way that is lost is lost for all (RFC 1, sections 5.2 and 5.4). */
import { playSchedule } from '../../sim/schedule.ts'
import { line, randomGraph, ring } from '../../sim/topologies.ts'
import { atMost, demand, equal } from '../demand.ts'
import { gapless, isFed, whole } from '../listening.ts'
import type { Scenario } from '../scenario.ts'

export const loops: readonly Scenario[] = [
  {
    name: 'babel-starvation-triangle',
    demands:
      'who lost a cheap way, and hears only of dearer ones, asks the publisher: a way after one round trip',
    given: { skewMs: 0 },
    run: network => {
      network.build(['s', 'a', 10], ['s', 'b', 20], ['a', 'b', 10])
      network.publish('s', 'news')
      const listener = network.subscribe('a', 'news')
      network.settle(3_000)
      network.run(3_000)
      network.cut('s', 'a')
      equal('the next hop of a at once', network.nextHop('a', network.id('s')), undefined)
      network.within(2 * (10 + 20) + 5, 'a goes over b', () => network.way('a', 's') === 'a b s')
      network.settle(5_000)
      network.run(1_000)
      gapless(listener)
    }
  },
  {
    name: 'starvation-further-on',
    demands:
      'a question for a newer seqno is answered though the neighbour that is asked has to look for a way first',
    given: { skewMs: 0 },
    run: network => {
      network.build(['s', 'a', 5], ['a', 'b', 5], ['b', 'c', 5], ['c', 's', 40])
      network.publish('s', 'news')
      const listener = network.subscribe('a', 'news')
      network.settle(3_000)
      network.run(3_000)
      network.cut('s', 'a')
      network.within(2 * (5 + 5 + 40) + 5, 'a goes round', () => network.way('a', 's') === 'a b c s')
      network.settle(5_000)
      network.run(1_000)
      gapless(listener)
    }
  },
  {
    name: 'count-to-infinity-clique',
    demands: 'in a clique that has lost its only way out, all know it at once, and nobody counts up',
    run: network => {
      const clique = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
      network.clique(clique, 5)
      network.build(['s', 'a', 5])
      network.publish('s', 'news')
      const listener = network.subscribe('g', 'news')
      network.settle(3_000)
      network.run(3_000)
      const cutAt = network.now
      network.cut('s', 'a')
      network.run(100)
      const origin = network.id('s')
      const believers = clique.filter(name => network.nextHop(name, origin) !== undefined)
      equal('nodes that still have a way after 100 ms', believers, [])
      demand(!listener.live, 'g was not told that there is no way')
      network.run(10_000)
      const rows = network.rowsSaid(cutAt)
      equal('rows with a way', rows.filter(row => row.metricUs !== undefined).length, 0)
      // Each tells each other one once.
      atMost('retractions', rows.length, clique.length * (clique.length - 1))
    }
  },
  {
    name: 'row-disappears',
    demands:
      'the loss of a way is told at once, hop by hop, to those who relied on it and to their listeners',
    given: { skewMs: 0 },
    run: network => {
      line(network, 5, 10)
      network.publish('n0', 'news')
      const listener = network.subscribe('n4', 'news')
      network.settle(2_000)
      network.run(2_000)
      network.cut('n0', 'n1')
      const lost = () => network.nextHop('n4', network.id('n0')) === undefined
      atMost('until n4 knows, in ms', network.within(100, 'n4 knows', lost), 3 * 10 + 1)
      demand(!listener.live, 'n4 was not told')
      equal('the last that n4 was told', listener.events.at(-1)?.type, 'interrupted')
    }
  },
  {
    name: 'only-way-through-the-neighbour',
    demands:
      'what a neighbour only has from this node is no way: two nodes do not keep a publisher alive between them',
    run: network => {
      network.build(['s', 'a', 5], ['a', 'b', 5])
      network.publish('s', 'news')
      const listeners = ['a', 'b'].map(name => network.subscribe(name, 'news'))
      network.settle(2_000)
      network.cut('s', 'a')
      for (let i = 0; i < 5_000; i++) {
        network.run(1)
        equal('the next hop of a', network.nextHop('a', network.id('s')), undefined)
      }
      demand(
        listeners.every(({ live }) => !live),
        'a listener was not told'
      )
      // Nobody is woken by hope alone; a real way is used by both.
      network.connect('s', 'b', { delayMs: 5 })
      network.within(500, 'a goes over b', () => network.way('a', 's') === 'a b s')
      network.settle(8_000)
      network.run(500)
      demand(listeners.every(isFed), 'a listener is not fed again')
    }
  },
  {
    name: 'relay-forgot-its-past',
    demands:
      'a relay that starts anew has forgotten its feasibility distance: there is no loop, and its way is back',
    run: network => {
      ring(network, 4, 5)
      network.connect('n3', 'n0', { delayMs: 40 })
      network.publish('n0', 'news')
      const listener = network.subscribe('n2', 'news')
      network.settle(3_000)
      network.run(3_000)
      equal('the way', network.way('n2', 'n0'), 'n2 n1 n0')
      for (let i = 0; i < 5; i++) {
        network.crash('n1')
        network.run(network.random.between(0, 300))
        network.restart('n1')
        network.run(network.random.between(0, 300))
      }
      network.within(15_000, 'the old way is back', () => network.way('n2', 'n0') === 'n2 n1 n0')
      network.settle(8_000)
      network.run(1_000)
      whole(listener)
      demand(isFed(listener), 'n2 is not fed')
    }
  },
  {
    name: 'hops-have-an-end',
    demands: 'a way over too many links is none: further out than that nobody has one',
    given: { config: { hopsMax: 4 } },
    run: network => {
      line(network, 7, 2)
      network.publish('n0', 'news')
      network.run(3_000)
      const hops = [1, 2, 3, 4, 5, 6].map(i => network.node(`n${i}`).overlay.route(network.id('n0'))?.hops)
      equal('the hops of n1 to n6', hops, [1, 2, 3, 4, undefined, undefined])
    }
  },
  {
    name: 'any-life',
    demands:
      'whatever happens to a random network, there is never a loop, and left alone it feeds everyone again',
    run: network => {
      const { random } = network
      const nodes = random.integer(6, 14)
      const jitterMs = random.pick([0, 2, 10])
      randomGraph(network, { nodes, degree: random.between(2, 5), delayMs: { from: 0, to: 40 }, jitterMs })
      playSchedule(network, { steps: 120, channels: ['red', 'blue'], pauseMs: 300 })
      network.settle(20_000)
      network.run(2_000)
      network.settle(1_000)
    }
  }
]
