/** Tables: what neighbours tell each other of ways, and how little of it (RFC 1, sections 5.1 and 5.5). */
import { peerIdOf } from '../../sim/node.ts'
import { line, randomGraph } from '../../sim/topologies.ts'
import { atMost, demand, equal } from '../demand.ts'
import { gapless, isFed, told } from '../listening.ts'
import type { Network } from '../network.ts'
import type { Scenario } from '../scenario.ts'

export const tables: readonly Scenario[] = [
  {
    name: 'one-row-per-publisher',
    demands: 'what a node tells of ways does not grow with the channels of a publisher',
    run: network => {
      line(network, 3, 5)
      for (let i = 0; i < 60; i++) network.publish('n0', `channel${i}`, { everyMs: 0 })
      network.run(2_000)
      equal('channels known to n2', network.channelsAt('n2').length, 60)
      equal('ways known to n2', [...network.node('n2').overlay.routes()].length, 1)
      const rows = network.said('sync', 0, 'n1').flatMap(sync => sync.rows)
      atMost('rows told by n1', rows.length, 20)
    }
  },
  {
    name: 'new-neighbour-hears-all',
    demands: 'a node that connects knows all channels and ways after one pass over the link',
    run: network => {
      line(network, 4, 5)
      for (const i of [0, 1, 3]) network.publish(`n${i}`, `channel${i}`, { everyMs: 0 })
      network.run(3_000)
      network.add('late')
      network.connect('late', 'n2', { delayMs: 20 })
      network.run(2 * 20 + 5)
      equal('the channels', network.channelsAt('late'), ['channel0', 'channel1', 'channel3'])
      equal('the ways', [...network.node('late').overlay.routes()].length, 3)
    }
  },
  {
    name: 'quiet-at-rest',
    demands: 'when nothing changes, nodes say that they are there, and nothing of ways, channels or streams',
    run: network => {
      randomGraph(network, { nodes: 15, degree: 4, delayMs: { from: 1, to: 30 }, jitterMs: 0 })
      network.publish('n0', 'news')
      const listeners = ['n5', 'n10', 'n14'].map(name => network.subscribe(name, 'news'))
      network.settle(5_000)
      // A way that is a little better is taken after 10 to 20 s, and then those behind it may find one.
      network.run(80_000)
      const since = network.now
      network.run(30_000)
      demand(listeners.every(isFed), 'a listener is not fed')
      equal('rows', network.rowsSaid(since).length, 0)
      for (const type of ['announce', 'seqno-req', 'sub', 'sub-ok', 'sub-nack', 'unsub'] as const) {
        equal(`${type}s`, network.said(type, since).length, 0)
      }
    }
  },
  {
    name: 'claims-about-oneself',
    demands: 'what others claim about a publisher to itself is nothing to it, however new',
    run: network => {
      line(network, 2, 5)
      network.addStranger('x')
      network.connect('n0', 'x', { delayMs: 5 })
      network.publish('n0', 'news')
      const listener = network.subscribe('n1', 'news')
      network.run(2_000)
      const since = network.now
      const epoch = Number.MAX_SAFE_INTEGER
      network.claim('x', 'n0', network.id('n0'), { epoch, seqno: 7, metricUs: 1 })
      network.run(3_000)
      equal('the way of n0 to itself', network.nextHop('n0', network.id('n0')), undefined)
      const rows = network.said('sync', since, 'n0').flatMap(sync => sync.rows)
      equal('rows of n0 with that epoch', rows.filter(row => row.epoch === epoch).length, 0)
      demand(isFed(listener), 'n1 is not fed')
    }
  },
  {
    name: 'metrics-by-number',
    demands: "a metric that is told by the number of a row counts for that row, if its seqno is the row's",
    run: network => {
      network.add('n')
      network.addStranger('x')
      network.connect('n', 'x', { delayMs: 5 })
      const origin = peerIdOf('origin')
      network.run(1_000)
      network.claim('x', 'n', origin, { seqno: 3, metricUs: 100_000, number: 7 })
      network.run(500)
      const before = network.node('n').overlay.route(origin)?.metricUs ?? 0
      const gain = () => before - (network.node('n').overlay.route(origin)?.metricUs ?? 0)
      for (const over of [{ number: 8 }, { seqno: 4 }, { seqno: 2 }]) {
        const rows = [{ number: 7, seqno: 3, metricUs: 1_000, hops: 1, ...over }]
        network.inject('x', 'n', { type: 'metrics', rows })
      }
      network.run(500)
      equal('what was gained by rows that were not told', gain(), 0)
      network.inject('x', 'n', {
        type: 'metrics',
        rows: [{ number: 7, seqno: 3, metricUs: 60_000, hops: 1 }]
      })
      network.run(500)
      equal('what was gained', gain(), 40_000)
      equal('closed links', network.counts.closes, 0)
    }
  },
  {
    name: 'metric-overflow',
    demands:
      'ways at the ends of their ranges are no ways, or no harm: none wraps round, none is asked past its end',
    run: network => {
      network.add('n')
      for (const name of ['x', 'y']) {
        network.addStranger(name)
        network.connect('n', name, { delayMs: 5 })
      }
      network.run(1_000)
      const last = Number.MAX_SAFE_INTEGER
      const [far, deep, old] = [peerIdOf('far'), peerIdOf('deep'), peerIdOf('old')]
      network.claim('x', 'n', far, { metricUs: last })
      network.claim('x', 'n', deep, { metricUs: 1_000, hops: 255 })
      network.run(1_000)
      equal('the way of the greatest metric', network.nextHop('n', far), undefined)
      equal('the way of the most hops', network.nextHop('n', deep), undefined)
      network.claim('y', 'n', far, { metricUs: 1_000 })
      network.claim('y', 'n', deep, { metricUs: 1_000 })
      network.run(1_000)
      equal('the way beside the greatest metric', network.nextHop('n', far), 'y')
      equal('the way beside the most hops', network.nextHop('n', deep), 'y')
      // After the last seqno of the last epoch there is none to ask for.
      network.claim('x', 'n', old, { epoch: last, seqno: last, metricUs: 1_000 })
      network.claim('y', 'n', old, { epoch: last, seqno: last, metricUs: 500_000 })
      network.run(1_000)
      equal('the way of the last seqno', network.nextHop('n', old), 'x')
      network.cut('n', 'x')
      network.run(5_000)
      equal('a way that is not feasible', network.nextHop('n', old), undefined)
    }
  },
  {
    name: 'the-same-question',
    demands: 'a question for a seqno that was passed on a moment ago is not passed on again',
    run: network => {
      network.add('n')
      const x = network.addStranger('x')
      const way = network.addStranger('way')
      for (const name of ['x', 'way']) network.connect('n', name, { delayMs: 5 })
      network.run(500)
      const origin = peerIdOf('origin')
      network.claim('way', 'n', origin, { metricUs: 1_000 })
      network.run(500)
      for (let i = 0; i < 200; i++) {
        network.inject('x', 'n', { type: 'seqno-req', origin, epoch: 1, seqno: 1, hopsLeft: 9 })
      }
      network.run(500)
      equal('questions passed on', way.heardOf('seqno-req').length, 1)
      equal('how much further they go', way.heardOf('seqno-req')[0]?.hopsLeft, 8)
      // The last hop of a question is where it ends; and what is known is answered, not asked.
      network.run(2_000)
      network.inject('x', 'n', { type: 'seqno-req', origin, epoch: 1, seqno: 1, hopsLeft: 0 })
      // Nobody needs a seqno that is more than one ahead.
      network.inject('x', 'n', { type: 'seqno-req', origin, epoch: 1, seqno: 6, hopsLeft: 9 })
      const rows = x.heardOf('sync').length
      network.inject('x', 'n', { type: 'seqno-req', origin, epoch: 1, seqno: 0, hopsLeft: 9 })
      network.run(500)
      equal('questions passed on', way.heardOf('seqno-req').length, 1)
      equal('answers', x.heardOf('sync').length - rows, 1)
    }
  },
  {
    name: 'seqno-storm',
    demands:
      'whoever asks for newer seqnos without end makes a publisher say sixteen rows, and then one in two seconds',
    run: network => {
      line(network, 3, 5)
      const x = network.addStranger('x')
      network.connect('n0', 'x', { delayMs: 5 })
      const run = network.publish('n0', 'news')
      const listener = network.subscribe('n2', 'news')
      network.run(2_000)
      const since = network.now
      const origin = network.id('n0')
      for (let i = 1; i <= 2_000; i++) {
        const seqno = (x.heardOf('sync').at(-1)?.rows[0]?.seqno ?? 0) + 1
        network.inject('x', 'n0', { type: 'seqno-req', origin, epoch: run.epoch, seqno, hopsLeft: 64 })
        network.run(5)
      }
      atMost(
        'messages with rows of n0 in 10 s, to two neighbours',
        network.said('sync', since, 'n0').length,
        44
      )
      network.run(1_000)
      gapless(listener)
      equal('what n2 was told', told(listener), 'started')
    }
  },
  {
    name: 'same-inputs-same-run',
    demands: 'a core is a function of its inputs: the same seed gives the same run, to the last byte',
    run: network => {
      const trace = (again: Network): string => {
        randomGraph(again, { nodes: 8, degree: 3, delayMs: { from: 0, to: 20 }, jitterMs: 5 })
        again.publish('n0', 'news')
        const listeners = ['n3', 'n7'].map(name => again.subscribe(name, 'news'))
        again.run(3_000)
        again.crash('n1')
        again.run(2_000)
        return `${again.traceHash} ${listeners.map(({ objects }) => objects.length)}`
      }
      equal('the second run', trace(network.again()), trace(network))
    }
  }
]
