/** Repair: what was lost is found by digests, and where nothing was lost they ask for nothing (RFC 1, section 5.6). */
import { defaultConfig, type PeerId } from '@hopcast/protocol'
import { bucketOf } from '../../../packages/protocol/src/digest.ts'
import { peerIdOf } from '../../sim/node.ts'
import { line, randomGraph } from '../../sim/topologies.ts'
import { atLeast, atMost, demand, equal } from '../demand.ts'
import { isFed, told } from '../listening.ts'
import type { Network } from '../network.ts'
import { streamOf } from '../said.ts'
import type { Scenario } from '../scenario.ts'
import type { Stranger } from '../stranger.ts'

/** Two rounds of digests, each as late as it may be. */
const twoRoundsMs = 2 * defaultConfig.digestIntervalMs * (1 + defaultConfig.digestJitter)
const zeros: readonly number[] = new Array<number>(16).fill(0)

export const repair: readonly Scenario[] = [
  {
    name: 'lost-row',
    demands: 'a row that was lost between two neighbours is known within two rounds of digests',
    run: network => {
      line(network, 3, 5)
      network.run(1_000)
      const isLost = network.loseNext('n2', 'n1', 'sync')
      network.publish('n0', 'news')
      network.within(1_000, 'the row is told', isLost)
      network.run(500)
      equal('the next hop of n2', network.nextHop('n2', network.id('n0')), undefined)
      network.within(twoRoundsMs, 'n2 has a way', () => network.nextHop('n2', network.id('n0')) === 'n1')
      // Not before: a subscription asks for the way by itself.
      const listener = network.subscribe('n2', 'news')
      network.within(200, 'n2 is fed', () => listener.objects.length > 0)
      network.settle(3_000)
    }
  },
  {
    name: 'lost-retraction',
    demands:
      'a way that is gone is believed in for two rounds of digests at most, though its retraction was lost',
    run: network => {
      line(network, 3, 5)
      network.publish('n0', 'news')
      network.settle(5_000)
      const isLost = network.loseNext('n2', 'n1', 'sync')
      network.cut('n0', 'n1')
      network.within(1_000, 'the retraction is told', isLost)
      equal('the next hop of n2', network.nextHop('n2', network.id('n0')), 'n1')
      const isGone = (): boolean => network.nextHop('n2', network.id('n0')) === undefined
      network.within(twoRoundsMs, 'n2 has no way', isGone)
    }
  },
  {
    name: 'lost-sub',
    demands: 'a SUB that was lost is said again, and feeds its subscriber within two rounds of digests',
    run: network => {
      line(network, 3, 5)
      network.publish('n0', 'news')
      network.settle(5_000)
      const isLost = network.loseNext('n1', 'n2', 'sub')
      const listener = network.subscribe('n2', 'news')
      network.within(100, 'n1 is asked', isLost)
      network.within(twoRoundsMs, 'n2 is fed', () => listener.objects.length > 0)
      network.settle(5_000)
    }
  },
  {
    name: 'lost-unsub',
    demands: 'a child that has left, and whose UNSUB was lost, is fed for three rounds of digests at most',
    run: network => {
      line(network, 3, 5)
      network.publish('n0', 'news')
      network.subscribe('n2', 'news')
      network.settle(5_000)
      const isLost = network.loseNext('n1', 'n2', 'unsub')
      network.unsubscribe('n2', 'news')
      network.within(100, 'n1 is told', isLost)
      equal('streams at n1', network.streamsAt('n1'), [1])
      network.within(1.5 * twoRoundsMs, 'n1 lets go', () => network.streamsAt('n1')[0] === 0)
      network.run(100)
      equal('streams at n0', network.streamsAt('n0'), [1])
    }
  },
  {
    name: 'forgotten-child',
    demands: 'a child that its parent has forgotten is its child again within two rounds of digests',
    run: network => {
      line(network, 3, 5)
      const run = network.publish('n0', 'news')
      const listener = network.subscribe('n2', 'news')
      network.settle(5_000)
      // So n1 takes it.
      network.inject('n2', 'n1', { type: 'unsub', stream: streamOf(run) })
      network.run(100)
      equal('the children of n1', network.children('n1', run), [])
      network.within(twoRoundsMs, 'n1 has its child', () => network.children('n1', run).includes('n2'))
      network.settle(5_000)
      network.run(500)
      demand(isFed(listener), 'n2 is not fed')
      equal('what n2 was told', told(listener), 'started')
    }
  },
  {
    name: 'digests-agree',
    demands:
      'each neighbour is sent digests, more and more seldom, and where nothing was lost nothing is asked for',
    run: network => {
      randomGraph(network, { nodes: 12, degree: 4, delayMs: { from: 1, to: 30 }, jitterMs: 10 })
      for (const i of [0, 4, 8]) network.publish(`n${i}`, `channel${i}`)
      for (const [i, channel] of [
        [2, 0],
        [5, 0],
        [7, 4],
        [11, 8]
      ])
        network.subscribe(`n${i}`, `channel${channel}`)
      network.settle(10_000)
      const since = network.now
      network.run(60_000)
      equal('RESYNCs', network.said('resync', since).length, 0)
      const ends = 2 * network.links.size
      const perEnd = network.said('digest', since).length / ends
      // In the 9 to 17 rounds after the first, the second, fourth and eighth after one another have one.
      atLeast('digests to a neighbour in 60 s', perEnd, 2)
      atMost('digests to a neighbour in 60 s', perEnd, 5)
    }
  },
  {
    name: 'only-what-differs',
    demands: 'a digest that differs is answered by one RESYNC, for the buckets that differ and no others',
    run: network => {
      const { n, x } = withStranger(network)
      network.inject('x', n, { type: 'digest', routes: zeros, subscriptions: zeros })
      network.run(100)
      equal('RESYNCs while nothing differs', x.heardOf('resync').length, 0)
      const origins = ['a', 'b'].map(name => peerIdOf(`origin ${name}`))
      for (const origin of origins) network.claim('x', n, origin, { metricUs: 1_000 })
      network.inject('x', n, { type: 'digest', routes: zeros, subscriptions: zeros })
      network.run(100)
      equal('RESYNCs', x.heardOf('resync'), [{ type: 'resync', routes: bits(origins), subscriptions: 0 }])
      const [gone, kept] = origins as [PeerId, PeerId]
      network.inject('x', n, { type: 'sync', rows: [], bucket: bucketOf(gone) })
      network.run(100)
      equal('the next hop of what is gone', network.nextHop(n, gone), undefined)
      const isSame = bucketOf(gone) === bucketOf(kept)
      equal('the next hop of the other', network.nextHop(n, kept), isSame ? undefined : 'x')
    }
  },
  {
    name: 'bucket-nobody-asked-for',
    demands: 'a SYNC that claims to be a whole bucket, and was not asked for, takes nothing away',
    run: network => {
      const { n } = withStranger(network)
      const [old, other] = [peerIdOf('old'), peerIdOf('other')]
      network.claim('x', n, old, { metricUs: 1_000 })
      const row = { origin: other, epoch: 1, seqno: 0, metricUs: 1_000, hops: 0 }
      for (let bucket = 0; bucket < 16; bucket++) {
        network.inject('x', n, { type: 'sync', rows: bucket === bucketOf(other) ? [row] : [], bucket })
      }
      network.run(100)
      equal('the next hop that was there', network.nextHop(n, old), 'x')
      equal('the next hop that came', network.nextHop(n, other), 'x')
    }
  },
  {
    name: 'resync-without-digest',
    demands: 'RESYNC is answered once for each digest that its sender was sent, however often it comes',
    run: network => {
      const { n, x } = withStranger(network)
      network.addStranger('y')
      network.connect(n, 'y', { delayMs: 5 })
      network.run(100)
      for (let i = 0; i < 50; i++) network.claim('y', n, peerIdOf(`origin ${i}`), { metricUs: 1_000 })
      network.run(500)
      const since = network.now
      for (let i = 0; i < 2_000; i++) {
        network.inject('x', n, { type: 'resync', routes: 0xffff, subscriptions: 0xffff })
        network.run(10)
      }
      network.run(100)
      const answers = x.heard.filter(({ at, message }) => at > since && message.type === 'sync')
      const digests = x.heard.filter(({ message }) => message.type === 'digest').length
      atLeast('digests in 20 s', digests, 3)
      // A message for each bucket.
      atLeast('messages with rows', answers.length, 16)
      atMost('messages with rows', answers.length, 16 * digests)
    }
  }
]

/** n0, alone, with the neighbour x. */
function withStranger(network: Network): { n: string; x: Stranger } {
  network.add('n0')
  const x = network.addStranger('x')
  network.connect('n0', 'x', { delayMs: 5 })
  network.run(500)
  return { n: 'n0', x }
}

function bits(origins: readonly PeerId[]): number {
  return origins.reduce((set, origin) => set | (1 << bucketOf(origin)), 0)
}
