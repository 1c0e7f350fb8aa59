/** Choice: of all ways that are free of loops the best, and no move without a gain (RFC 1, sections 4.2 and 5.3). */
import { peerIdOf } from '../../sim/node.ts'
import { stretches } from '../../sim/oracle.ts'
import { diamond, line, randomGraph, ring } from '../../sim/topologies.ts'
import { atLeast, atMost, equal } from '../demand.ts'
import { gapless, longestPauseMs } from '../listening.ts'
import { metricTold } from '../row-names.ts'
import type { Scenario } from '../scenario.ts'

export const choice: readonly Scenario[] = [
  {
    name: 'metric-adds-up',
    demands: 'the metric of a way is the sum of the measured costs of its links, and its hops are counted',
    given: { skewMs: 0 },
    run: network => {
      line(network, 5, 10)
      network.run(2_000)
      network.publish('n0', 'news')
      network.run(3_000)
      let sumUs = 0
      for (let i = 1; i < 5; i++) {
        const { overlay } = network.node(`n${i}`)
        const before = network.id(`n${i - 1}`)
        sumUs += [...overlay.neighbours()].find(({ peer }) => peer === before)?.costUs ?? 0
        const route = overlay.route(network.id('n0'))
        equal(`the hops of n${i}`, route?.hops, i)
        // What is told may lag by the share that is not worth telling.
        atLeast(`the metric of n${i}`, route?.metricUs ?? 0, 0.9 * sumUs)
        atMost(`the metric of n${i}`, route?.metricUs ?? 0, 1.1 * sumUs)
      }
      atLeast('the cost of a link of 10 ms, in microseconds', sumUs / 4, 10_000)
    }
  },
  {
    name: 'nearly-shortest-ways',
    demands: 'in a random network every node is fed over ways that are nearly the best there are',
    run: network => {
      randomGraph(network, { nodes: 30, degree: 8, delayMs: { from: 1, to: 100 }, jitterMs: 0 })
      // Until the links are measured, every way is a guess.
      network.run(2_000)
      network.publish('n0', 'news')
      const listeners = [...network.nodes.keys()].map(name => network.subscribe(name, 'news'))
      network.settle(5_000)
      network.run(8_000)
      const ratios = stretches(network.node('n0'))
      equal('nodes with a way', ratios.length, 29)
      atMost('the mean stretch', ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length, 1.05)
      atMost('the worst stretch', ratios.at(-1) ?? 0, 1.5)
      for (const listener of listeners) gapless(listener)
    }
  },
  {
    name: 'diamond-equal-costs',
    demands: 'between two equal ways a node keeps to one, though what it measures wavers',
    given: { skewMs: 0 },
    run: network => {
      diamond(network, { left: 10, right: 10 })
      const ends = ['b', 'c', 'd']
      network.add('c', 'd')
      for (const side of ['left', 'right']) {
        network.connect('a', side, { delayMs: 10, jitterMs: 2 })
        for (const end of ends) network.connect(side, end, { delayMs: 10, jitterMs: 2 })
      }
      network.publish('a', 'news')
      const listeners = ends.map(end => network.subscribe(end, 'news'))
      network.settle(3_000)
      // By then each has found which of the two was measured as the better one.
      network.run(30_000)
      const before = listeners.map(({ events }) => events.length)
      network.run(60_000)
      for (const [i, listener] of listeners.entries()) {
        // One that is a little better for long enough is taken.
        atMost('changes of the way', listener.events.length - (before[i] ?? 0), 1)
        gapless(listener)
      }
    }
  },
  {
    name: 'equal-choice',
    demands: 'of two ways that are equal in all, the one over the smaller peer id is taken',
    run: network => {
      const names = ['x', 'y', 'z']
      network.add('n')
      for (const name of names) {
        network.addStranger(name)
        network.connect('n', name, { delayMs: 5 })
      }
      network.run(1_000)
      const origin = peerIdOf('origin')
      network.claim('z', 'n', origin, { metricUs: 20_000 })
      network.run(100)
      network.claim('x', 'n', origin, { metricUs: 21_000, hops: 3 })
      network.claim('y', 'n', origin, { metricUs: 21_000, hops: 3 })
      network.run(1_000)
      equal('the next hop of n', network.nextHop('n', origin), 'z')
      network.cut('n', 'z')
      const smaller = network.id('x') < network.id('y') ? 'x' : 'y'
      equal('the next hop of n', network.nextHop('n', origin), smaller)
    }
  },
  {
    name: 'ring-zero-rtt',
    demands:
      'links without any delay cost something all the same: the shorter way round, and the other once it is cut',
    given: { skewMs: 0 },
    run: network => {
      ring(network, 7, 0)
      network.publish('n0', 'news')
      const listener = network.subscribe('n3', 'news')
      network.settle(5_000)
      network.run(2_000)
      equal('the way', network.way('n3', 'n0'), 'n3 n2 n1 n0')
      network.cut('n1', 'n2')
      network.settle(5_000)
      network.run(1_000)
      equal('the way', network.way('n3', 'n0'), 'n3 n4 n5 n6 n0')
      gapless(listener)
    }
  },
  {
    name: 'hysteresis',
    demands: 'a way that is a little better is not worth moving for',
    given: { skewMs: 0 },
    run: network => {
      diamond(network, { left: 20, right: 60 })
      network.publish('a', 'news')
      const listener = network.subscribe('b', 'news')
      network.run(5_000)
      const events = listener.events.length
      // 2 × 19.5 ms and twice the base cost are 2 % less than 2 × 20 ms and that.
      network.setDelay('a', 'right', 19.5)
      network.setDelay('right', 'b', 19.5)
      network.run(30_000)
      equal('the way', network.way('b', 'a'), 'b left a')
      equal('changes of the way', listener.events.length - events, 0)
    }
  },
  {
    name: 'hysteresis-in-time',
    demands:
      'a better way moves nobody before it has been better for 3 s, or less if it is much better, and everybody who has only just begun',
    run: network => {
      network.add('n')
      for (const name of ['x', 'y']) {
        network.addStranger(name)
        network.connect('n', name, { delayMs: 5 })
      }
      network.run(1_000)
      const [old, young] = [peerIdOf('old'), peerIdOf('young')]
      network.claim('x', 'n', old, { metricUs: 100_000 })
      network.run(10_000)
      for (let i = 0; i < 5; i++) {
        network.claim('y', 'n', old, { metricUs: 74_000 })
        network.run(2_000)
        equal('the next hop of n', network.nextHop('n', old), 'x')
        network.claim('y', 'n', old, { metricUs: 99_000 })
        network.run(1_000)
      }
      network.claim('y', 'n', old, { metricUs: 74_000 })
      const heldMs = network.within(4_000, 'n moves to y', () => network.nextHop('n', old) === 'y')
      atLeast('until n moved for 17 %, in ms', heldMs, 2_200)
      network.claim('x', 'n', old, { metricUs: 4_000 })
      const soonMs = network.within(500, 'n moves back', () => network.nextHop('n', old) === 'x')
      atLeast('until n moved for 55 %, in ms', soonMs, 150)
      network.claim('x', 'n', young, { metricUs: 100_000 })
      network.run(1_000)
      network.claim('y', 'n', young, { metricUs: 10_000 })
      network.within(20, 'n moves at once', () => network.nextHop('n', young) === 'y')
    }
  },
  {
    name: 'drift-to-the-best',
    demands:
      'a way that is a little better moves nobody for 10 s, and everybody whom it stays better for within 20 s',
    run: network => {
      network.add('n')
      for (const name of ['x', 'y']) {
        network.addStranger(name)
        network.connect('n', name, { delayMs: 5 })
      }
      const origin = peerIdOf('origin')
      network.run(1_000)
      network.claim('x', 'n', origin, { metricUs: 100_000 })
      network.run(10_000)
      for (let i = 0; i < 3; i++) {
        network.claim('y', 'n', origin, { metricUs: 90_000 })
        network.run(9_900)
        equal('the next hop of n', network.nextHop('n', origin), 'x')
        network.claim('y', 'n', origin, { metricUs: 99_000 })
        network.run(1_000)
      }
      network.claim('y', 'n', origin, { metricUs: 90_000 })
      network.within(20_100, 'n moves to y', () => network.nextHop('n', origin) === 'y')
    }
  },
  {
    name: 'hysteresis-versus-advert',
    demands: 'a node tells its neighbours of the way that it uses, not of a better one that it has not taken',
    run: network => {
      network.add('n')
      for (const name of ['x', 'y']) {
        network.addStranger(name)
        network.connect('n', name, { delayMs: 5 })
      }
      const ear = network.addStranger('ear')
      network.connect('n', 'ear', { delayMs: 5 })
      const origin = peerIdOf('origin')
      const told = () =>
        metricTold(
          ear.heard.map(({ message }) => message),
          origin
        )
      const used = () => network.node('n').overlay.route(origin)?.metricUs
      network.run(1_000)
      network.claim('x', 'n', origin, { metricUs: 100_000 })
      network.run(1_000)
      network.claim('y', 'n', origin, { metricUs: 98_000 })
      network.run(20_000)
      equal('the next hop of n', network.nextHop('n', origin), 'x')
      equal('what n told', told(), used())
      network.claim('y', 'n', origin, { metricUs: 10_000 })
      network.within(15_000, 'n moves to y', () => network.nextHop('n', origin) === 'y')
      network.run(1_000)
      equal('what n told', told(), used())
    }
  },
  {
    name: 'better-route',
    demands:
      'a better way is taken without a lost, a repeated or a late object, and nobody is told of a break',
    run: network => {
      diamond(network, { left: 20, right: 60 })
      const run = network.publish('a', 'news')
      const listener = network.subscribe('b', 'news')
      network.settle(3_000)
      network.run(2_000)
      equal('the way', network.way('b', 'a'), 'b left a')
      network.setDelay('a', 'right', 3)
      network.setDelay('right', 'b', 3)
      network.within(30_000, 'b is fed by right', () => network.parent('b', run) === 'right')
      network.run(3_000)
      gapless(listener)
      equal('interruptions', listener.events.filter(({ type }) => type === 'interrupted').length, 0)
      // The old parent feeds until the new one does: what makes a pause is only that the new way is shorter.
      atMost('the longest pause in ms', longestPauseMs(listener), 40)
      atMost('the delay of the last object in ms', listener.objects.at(-1)?.delayMs ?? 0, 10)
      equal('the children of left', network.children('left', run), [])
    }
  },
  {
    name: 'worse-way-is-left',
    demands:
      'who could use a better way, were it only surely free of loops, asks the publisher and then takes it',
    given: { skewMs: 0 },
    run: network => {
      network.build(['s', 'a', 2], ['s', 'b', 10], ['a', 'b', 5])
      network.publish('s', 'news')
      const listener = network.subscribe('a', 'news')
      network.settle(3_000)
      network.run(3_000)
      network.setDelay('s', 'a', 80)
      network.within(15_000, 'a goes over b', () => network.way('a', 's') === 'a b s')
      network.settle(5_000)
      network.run(1_000)
      gapless(listener)
    }
  }
]
