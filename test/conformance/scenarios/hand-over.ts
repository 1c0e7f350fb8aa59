/** Hand-over: from one parent to another without a gap, and away from one that does not deliver (RFC 1, 7.2 and 7.3). */
import type { Reception, Run } from '../../sim/node.ts'
import { diamond, line } from '../../sim/topologies.ts'
import { atMost, demand, equal } from '../demand.ts'
import { gapless, longestPauseMs, told } from '../listening.ts'
import type { Network } from '../network.ts'
import type { Scenario } from '../scenario.ts'
import type { Manners, Stranger } from '../stranger.ts'

export const handOver: readonly Scenario[] = [
  {
    name: 'make-before-break',
    demands:
      'the old parent is left when the new one has sent its first object, not before, and both are heard',
    run: network => {
      const { run, x, y, listener, endOfX } = fedByX(network, { costOfX: 500_000 })
      network.claim('y', 'n', network.id('x'), { metricUs: 0, hops: 1 })
      network.within(10_000, 'n asks y', () => y.heardOf('sub').length > 0)
      network.run(100)
      equal('UNSUBs to x before y has answered', x.heardOf('unsub').length, 0)
      const [sub] = y.heardOf('sub')
      demand(sub?.startSeq !== undefined, 'y was not asked for what comes next')
      network.inject('y', 'n', y.subOk(sub))
      network.run(100)
      equal('UNSUBs to x before y has sent anything', x.heardOf('unsub').length, 0)
      equal('the parent of n', network.parent('n', run), 'x')
      network.feed('y', 'n', run, sub.startSeq)
      network.run(20)
      equal('the parent of n', network.parent('n', run), 'y')
      equal('UNSUBs to x after that', x.heardOf('unsub').length, 1)
      endOfX()
      network.run(1_000)
      gapless(listener)
      equal('what the application was told', told(listener), 'started')
    }
  },
  {
    name: 'mute-new-parent',
    demands:
      'a new parent that promises the stream and sends nothing for 500 ms is given up, and the route leaves it',
    run: network => {
      const { run, x, y, listener } = fedByX(network, { costOfX: 40_000 })
      y.manners.confirms = true
      network.claim('y', 'n', network.id('x'), { metricUs: 0, hops: 1 })
      network.within(10_000, 'n asks y', () => y.heardOf('sub').length > 0)
      network.within(700, 'n gives y up', () => y.heardOf('unsub').length > 0)
      equal('UNSUBs to x', x.heardOf('unsub').length, 0)
      equal('the parent of n', network.parent('n', run), 'x')
      equal('the next hop of n', network.nextHop('n', network.id('x')), 'x')
      network.run(1_000)
      gapless(listener)
      atMost('the longest pause in ms', longestPauseMs(listener), 25)
      equal('what the application was told', told(listener), 'started')
    }
  },
  {
    name: 'silent-parent',
    demands: 'a parent that beats and delivers no more is replaced by a backup where its objects are missed',
    run: network => {
      const { run, x, y, listener, endOfX } = fedByX(network, { costOfX: 20_000 })
      y.manners.confirms = true
      network.claim('y', 'n', network.id('x'), { metricUs: 40_000, hops: 1 })
      network.run(1_000)
      equal('SUBs to the backup while the parent delivers', y.heardOf('sub').length, 0)
      endOfX()
      network.within(200, 'n asks y', () => y.heardOf('sub').length > 0)
      network.feed('y', 'n', run, y.heardOf('sub')[0]?.startSeq)
      network.within(300, 'y is the parent', () => network.parent('n', run) === 'y')
      equal('the next hop of n', network.nextHop('n', network.id('x')), 'y')
      network.run(1_000)
      demand(x.heardOf('unsub').length > 0, 'x was not told')
      gapless(listener)
      atMost('the longest pause in ms', longestPauseMs(listener), 250)
      equal('what the application was told', told(listener), 'started')
    }
  },
  {
    name: 'pause-is-no-fault',
    demands: 'when the publisher itself pauses, nobody is at fault: a backup is asked once, and let go again',
    run: network => {
      const { run, x, y, listener, endOfX } = fedByX(network, { costOfX: 20_000 })
      y.manners.confirms = true
      network.claim('y', 'n', network.id('x'), { metricUs: 40_000, hops: 1 })
      network.run(1_000)
      const last = network.seqNow
      endOfX()
      network.run(5_000)
      atMost('SUBs to the backup', y.heardOf('sub').length, 1)
      equal('UNSUBs to it', y.heardOf('unsub').length, y.heardOf('sub').length)
      equal('the parent of n', network.parent('n', run), 'x')
      equal('the next hop of n', network.nextHop('n', network.id('x')), 'x')
      equal('UNSUBs to x', x.heardOf('unsub').length, 0)
      network.feed('x', 'n', run, last + 1)
      network.run(1_000)
      gapless(listener)
      equal('what the application was told', told(listener), 'started')
    }
  },
  {
    name: 'black-hole',
    demands:
      'a neighbour that claims to be next to the publisher, and answers nobody, keeps no subscriber from the stream',
    run: network => blackHole(network, {})
  },
  {
    name: 'mute-black-hole',
    demands:
      'a neighbour that claims the way, promises the stream and sends nothing keeps no subscriber from it',
    run: network => blackHole(network, { confirms: true })
  },
  {
    name: 'doubt',
    demands:
      'when a parent dies silently, and no other way is feasible, one is asked for at once, and nothing is missed',
    given: { skewMs: 0 },
    run: network => {
      network.build(['s', 'r', 5], ['r', 'a', 5], ['s', 'b', 25], ['b', 'a', 25])
      const run = network.publish('s', 'news')
      const listener = network.subscribe('a', 'news')
      network.settle(3_000)
      network.run(4_000)
      equal('the parent of a', network.parent('a', run), 'r')
      network.crash('r', { silently: true })
      network.within(600, 'a is fed by b', () => network.parent('a', run) === 'b')
      network.settle(10_000)
      network.run(1_000)
      gapless(listener)
      // The silence, a round trip to the publisher for its seqno, and one to b for the stream.
      atMost('the longest pause in ms', longestPauseMs(listener), 120 + 2 * 50 + 2 * 25 + 100)
      equal('what a was told', told(listener), 'started')
    }
  },
  {
    name: 'publisher-pauses',
    demands: 'when a publisher speaks with pauses no relay is at fault: ways and parents are what they were',
    run: network => {
      diamond(network, { left: 10, right: 12 })
      const run = network.publish('a', 'news', { everyMs: 0 })
      const listener = network.subscribe('b', 'news')
      speak(network, run)
      network.settle(1_000)
      // The better of the two is found by then.
      network.run(30_000)
      speak(network, run)
      const [parent, since] = [network.parent('b', run), network.now]
      for (const pauseMs of [300, 1_000, 5_000, 20_000]) {
        network.run(pauseMs)
        equal(`the parent of b after ${pauseMs} ms`, network.parent('b', run), parent)
        equal(`the next hop of b after ${pauseMs} ms`, network.nextHop('b', network.id('a')), parent)
        speak(network, run)
      }
      const rows = network.said('sync', since).flatMap(sync => sync.rows)
      equal('ways that were taken for lost', rows.filter(row => row.metricUs === undefined).length, 0)
      gapless(listener)
      equal('the last object', listener.objects.at(-1)?.seq, run.written - 1)
      equal('what b was told', told(listener), 'started')
    }
  }
]

function blackHole(network: Network, manners: Manners): void {
  line(network, 3, 60)
  network.addStranger('x', manners)
  network.connect('n2', 'x', { delayMs: 1 })
  const run = network.publish('n0', 'news')
  network.run(3_000)
  // It is next to nobody, and says that it is next to the publisher.
  network.claim('x', 'n2', network.id('n0'), { epoch: run.epoch, seqno: 0, metricUs: 0, hops: 0 })
  network.run(10_000)
  const listener = network.subscribe('n2', 'news')
  network.within(6_000, 'n2 is fed', () => listener.objects.length > 0)
  network.run(2_000)
  equal('the next hop of n2', network.nextHop('n2', network.id('n0')), 'n1')
  gapless(listener)
}

/** n listens to x, the publisher, which feeds; y is another neighbour, which has claimed nothing yet. */
function fedByX(
  network: Network,
  { costOfX }: { costOfX: number }
): { run: Run; x: Stranger; y: Stranger; listener: Reception; endOfX: () => void } {
  network.add('n')
  const [x, y] = [network.addStranger('x', { confirms: true }), network.addStranger('y')]
  for (const name of ['x', 'y']) network.connect('n', name, { delayMs: 5 })
  network.run(500)
  const run = network.pretend('x', 'n', 'news')
  network.claim('x', 'n', network.id('x'), { metricUs: costOfX })
  const listener = network.subscribe('n', 'news')
  network.within(200, 'n asks x', () => x.heardOf('sub').length > 0)
  const endOfX = network.feed('x', 'n', run)
  network.run(2_000)
  return { run, x, y, listener, endOfX }
}

/** A second of speech, and its way to the listeners. */
function speak(network: Network, run: Run): void {
  for (let i = 0; i < 50; i++) {
    network.write(run)
    network.run(20)
  }
  network.run(50)
}
