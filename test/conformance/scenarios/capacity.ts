/** Capacity: who has no room is on nobody's way, and the load is shared without a loss (RFC 1, sections 5.3 and 7.4). */
import { streamId } from '@hopcast/protocol'
import type { Message, Sub } from '../../../packages/protocol/src/wire/messages.ts'
import { peerIdOf } from '../../sim/node.ts'
import { atLeast, atMost, demand, equal } from '../demand.ts'
import { gapless, isFed, longestPauseMs, told } from '../listening.ts'
import type { Network } from '../network.ts'
import { subTo } from '../said.ts'
import type { Scenario } from '../scenario.ts'
import type { Stranger } from '../stranger.ts'

function wordsOfWays(stranger: Stranger): number {
  return (['sync', 'metrics', 'seqno-req'] as const).flatMap(type => stranger.heardOf<Message['type']>(type))
    .length
}

/** Objects of a simulated run: 120 bytes, and 80 of packets, fifty times a second. */
const streamBps = 80_000

export const capacity: readonly Scenario[] = [
  {
    name: 'full-neighbour',
    demands: 'who refuses for lack of room is left for another at once, and for 30 s, the next time for 60 s',
    run: network => {
      network.add('n')
      const [x, y] = [network.addStranger('x'), network.addStranger('y', { confirms: true })]
      for (const name of ['x', 'y']) network.connect('n', name, { delayMs: 5 })
      network.run(500)
      x.manners.refuses = { reason: 'full', redirect: [network.id('y')] }
      const run = network.pretend('x', 'n', 'news')
      network.claim('y', 'n', network.id('x'), { metricUs: 40_000, hops: 1 })
      network.run(100)
      const listener = network.subscribe('n', 'news')
      network.within(20, 'n asks y', () => y.heardOf('sub').length > 0)
      network.feed('y', 'n', run, y.heardOf('sub')[0]?.startSeq)
      network.run(29_000)
      equal('SUBs to x in 29 s', x.heardOf('sub').length, 1)
      network.within(6_000, 'x has another chance', () => x.heardOf('sub').length === 2)
      network.run(59_000)
      equal('SUBs to x in the next 59 s', x.heardOf('sub').length, 2)
      gapless(listener)
      equal('what the application was told', told(listener), 'started')
    }
  },
  {
    name: 'tried-before-taken',
    demands:
      'a nearer neighbour is claimed only once it feeds what the next hop feeds; one that refuses costs nobody a word',
    run: network => {
      network.add('n')
      const [x, y] = [network.addStranger('x'), network.addStranger('y', { confirms: true })]
      const z = network.addStranger('z')
      for (const name of ['x', 'y', 'z']) network.connect('n', name, { delayMs: 5 })
      network.run(500)
      const run = network.pretend('x', 'y', 'news')
      network.announce('x', 'n', 'news')
      network.claim('y', 'n', network.id('x'), { metricUs: 40_000, hops: 1 })
      const listener = network.subscribe('n', 'news')
      network.within(1_000, 'n asks y', () => y.heardOf('sub').length > 0)
      network.feed('y', 'n', run, y.heardOf('sub')[0]?.startSeq)
      network.run(10_000)
      const toldBefore = wordsOfWays(z)
      x.manners.refuses = { reason: 'full', redirect: [] }
      network.claim('x', 'n', network.id('x'), { metricUs: 0 })
      network.within(10_000, 'n asks x', () => x.heardOf('sub').length > 0)
      network.run(25_000)
      equal('SUBs to x that refuses', x.heardOf('sub').length, 1)
      equal('the next hop of n', network.nextHop('n', network.id('x')), 'y')
      equal('what z was told of it', wordsOfWays(z) - toldBefore, 0)
      x.manners.refuses = undefined
      x.manners.confirms = true
      network.within(10_000, 'n asks x again', () => x.heardOf('sub').length > 1)
      network.run(10)
      equal('the next hop before x has fed', network.nextHop('n', network.id('x')), 'y')
      network.feed('x', 'n', run, x.heardOf('sub')[1]?.startSeq)
      network.within(100, 'n moves to x', () => network.nextHop('n', network.id('x')) === 'x')
      network.within(5_000, 'z is told', () => wordsOfWays(z) > toldBefore)
      equal('UNSUBs to y', y.heardOf('unsub').length, 1)
      gapless(listener)
      equal('what the application was told', told(listener), 'started')
    }
  },
  {
    name: 'nothing-left-to-take',
    demands:
      'a next hop is left, too, when what it still fed is wanted no more, and is a way back when the new one falls silent',
    run: network => {
      network.add('n')
      const [x, y] = [network.addStranger('x'), network.addStranger('y', { confirms: true })]
      network.addStranger('z')
      for (const name of ['x', 'y', 'z']) network.connect('n', name, { delayMs: 5 })
      network.run(500)
      const run = network.pretend('x', 'y', 'news')
      network.announce('x', 'n', 'news')
      network.claim('y', 'n', network.id('x'), { metricUs: 40_000, hops: 1 })
      network.subscribe('n', 'news')
      network.within(1_000, 'n asks y', () => y.heardOf('sub').length > 0)
      network.feed('y', 'n', run, y.heardOf('sub')[0]?.startSeq)
      const second = subTo(run, 1)
      network.inject('z', 'n', second)
      network.run(10_000)
      network.claim('x', 'n', network.id('x'), { metricUs: 1_000 })
      network.within(10_000, 'n asks x for both', () => x.heardOf('sub').length === 2)
      const first = x.heardOf('sub').find(({ track }) => track === 0) as Sub
      network.inject('x', 'n', x.subOk(first))
      const fallSilent = network.feed('x', 'n', run, first.startSeq)
      network.within(1_000, 'x feeds the first', () => network.parent('n', run) === 'x')
      equal('the next hop while y feeds the second', network.nextHop('n', network.id('x')), 'y')
      network.inject('z', 'n', { type: 'unsub', stream: streamId(second) })
      network.within(2_000, 'n moves to x', () => network.nextHop('n', network.id('x')) === 'x')
      fallSilent()
      network.within(1_000, 'n goes back to y', () => network.parent('n', run) === 'y')
    }
  },
  {
    name: 'full-in-beat',
    demands: 'who says in BEAT that it is full is no new next hop, and stays one where it was taken before',
    run: network => {
      network.add('n')
      const [x] = [network.addStranger('x', { full: true }), network.addStranger('y')]
      for (const name of ['x', 'y']) network.connect('n', name, { delayMs: 5 })
      network.run(500)
      const origin = peerIdOf('origin')
      network.claim('x', 'n', origin, { metricUs: 10_000 })
      network.run(100)
      equal('the next hop where there is no other', network.nextHop('n', origin), 'x')
      network.claim('y', 'n', origin, { metricUs: 40_000 })
      network.run(100)
      equal('the next hop beside one that is full', network.nextHop('n', origin), 'y')
      x.manners.full = false
      network.within(5_000, 'n goes back to x', () => network.nextHop('n', origin) === 'x')
      x.manners.full = true
      network.run(10_000)
      equal('the next hop that had room when it was taken', network.nextHop('n', origin), 'x')
    }
  },
  {
    name: 'only-way-is-full',
    demands:
      'who has no parent insists, and is taken by one that has children enough: nobody waits for what there is',
    given: { config: { fanOutMax: 1 } },
    run: network => {
      const leaves = ['a', 'b', 'c', 'd']
      network.build(['p', 'hub', 10])
      for (const name of leaves) network.build(['hub', name, 10])
      const run = network.publish('p', 'news')
      network.run(1_000)
      const listeners = leaves.map(name => network.subscribe(name, 'news'))
      network.within(200, 'all are fed', () => listeners.every(({ objects }) => objects.length > 0))
      network.run(20_000)
      equal('the children of the hub', network.children('hub', run), leaves)
      for (const listener of listeners) {
        gapless(listener)
        equal('what the application was told', told(listener), 'started')
      }
      atMost('MOVEs in 20 s', network.said('move', 0, 'hub').length, leaves.length - 1)
    }
  },
  {
    name: 'weak-relay',
    demands:
      'a relay never has more children than its uplink carries, however near it is, and the others find another one',
    run: network => {
      network.addNode('weak', { config: { uplinkBps: 2.1 * streamBps } })
      network.build(['p', 'weak', 5], ['p', 'strong', 30])
      const names = Array.from({ length: 8 }, (_, i) => `viewer${i}`)
      for (const name of names) network.build(['weak', name, 5], ['strong', name, 30])
      const run = network.publish('p', 'news')
      network.run(3_000)
      const listeners = names.map(name => network.subscribe(name, 'news'))
      let most = 0
      for (let ms = 0; ms < 8_000; ms += 10) {
        network.run(10)
        most = Math.max(most, network.children('weak', run).length)
        if (ms === 1_000) demand(listeners.every(isFed), 'a listener is not fed after 1 s')
      }
      atMost('children of the weak relay', most, 2)
      atLeast('children of the weak relay at rest', network.children('weak', run).length, 1)
      for (const listener of listeners) gapless(listener)
      demand(listeners.every(isFed), 'a listener is not fed')
    }
  },
  {
    name: 'rate-told-at-the-start',
    demands:
      'what a publisher says that its stream will take counts for every uplink below it before an object has come',
    run: network => {
      network.addNode('hub', { config: { uplinkBps: 2_500_000 } })
      network.build(['p', 'hub', 5])
      const names = Array.from({ length: 6 }, (_, i) => `viewer${i}`)
      for (const name of names) network.build(['hub', name, 5])
      for (const name of names) network.subscribe(name, 'news')
      network.run(1_000)
      const rates = new Map([[0, { bitsPerSecond: 1_000_000, objectsPerSecond: 50 }]])
      const run = network.publish('p', 'news', { everyMs: 0, rates })
      network.run(100)
      equal('children of the hub', network.children('hub', run).length, 2)
    }
  },
  {
    name: 'uplink-has-an-end',
    demands:
      'a node without uplink for one child more refuses even who insists, and takes it once there is room',
    run: network => {
      network.addNode('hub', { config: { uplinkBps: 1.5 * streamBps } })
      network.build(['p', 'hub', 5], ['hub', 'a', 5], ['hub', 'b', 5])
      network.publish('p', 'news')
      network.run(1_000)
      const first = network.subscribe('a', 'news')
      network.run(3_000)
      const second = network.subscribe('b', 'news')
      network.run(5_000)
      equal('who is fed', [first, second].map(isFed), [true, false])
      const refusals = network.said('sub-nack', 0, 'hub')
      equal('the reasons', [...new Set(refusals.map(({ reason }) => reason))], ['full'])
      network.unsubscribe('a', 'news')
      network.within(3_000, 'b is fed', () => second.objects.length > 0)
    }
  },
  {
    name: 'redirect',
    demands: 'a refusal names up to eight of the stream’s children, and each time others',
    given: { config: { fanOutMax: 10 } },
    run: network => {
      network.build(['p', 'hub', 5])
      const run = network.publish('p', 'news')
      network.run(500)
      const strangers = Array.from({ length: 14 }, (_, i) => {
        const stranger = network.addStranger(`s${i}`)
        network.connect('hub', `s${i}`, { delayMs: 5 })
        network.run(20)
        network.inject(`s${i}`, 'hub', subTo(run))
        network.run(20)
        return stranger
      })
      const children = network.children('hub', run)
      equal('children', children.length, 10)
      const redirects = strangers.slice(10).map(stranger => {
        const [refusal] = stranger.heardOf('sub-nack')
        equal('the reason', refusal?.reason, 'full')
        return refusal?.redirect ?? []
      })
      const ids = new Set(children.map(name => network.id(name)))
      for (const redirect of redirects) {
        equal('how many are named', redirect.length, 8)
        demand(
          redirect.every(peer => ids.has(peer)),
          'a redirect names a node that is no child'
        )
      }
      equal('nodes that were named', new Set(redirects.flat()).size, 10)
    }
  },
  {
    name: 'fan-out',
    demands: 'children past the fan-out are asked to move, and do so without a loss: those below carry them',
    given: { config: { fanOutMax: 3 } },
    run: network => {
      network.build(['p', 'hub', 10])
      const names = Array.from({ length: 12 }, (_, i) => `viewer${i}`)
      for (const [i, name] of names.entries()) {
        network.build(['hub', name, 10])
        for (const other of names.slice(Math.max(0, i - 3), i)) network.build([other, name, 5])
      }
      const run = network.publish('p', 'news')
      network.run(1_000)
      const listeners = names.map(name => network.subscribe(name, 'news'))
      network.within(500, 'all are fed', () => listeners.every(({ objects }) => objects.length > 0))
      network.run(10_000)
      atMost('children of the hub', network.children('hub', run).length, 4)
      for (const listener of listeners) {
        gapless(listener)
        // A parent that finds its way through a child lets that child go, which then looks for another.
        atMost('the longest pause in ms', longestPauseMs(listener), 150)
      }
      demand(listeners.every(isFed), 'a listener is not fed')
    }
  },
  {
    name: 'moved-by-a-stranger',
    demands:
      'MOVE makes a parent crowded: another with a good way is asked, the parent feeds until then, and is not asked again',
    run: network => {
      network.add('n')
      const [x, y] = [
        network.addStranger('x', { confirms: true }),
        network.addStranger('y', { confirms: true })
      ]
      for (const name of ['x', 'y']) network.connect('n', name, { delayMs: 5 })
      network.run(500)
      const run = network.pretend('x', 'n', 'news')
      network.claim('y', 'n', network.id('x'), { metricUs: 40_000, hops: 1 })
      const listener = network.subscribe('n', 'news')
      network.within(200, 'n asks x', () => x.heardOf('sub').length > 0)
      network.feed('x', 'n', run)
      network.run(2_000)
      const stream = run.streams[0] as never
      network.inject('x', 'n', { type: 'move', stream, withinMs: 0, redirect: [network.id('y')] })
      network.within(50, 'n asks y', () => y.heardOf('sub').length > 0)
      equal('UNSUBs to x before y feeds', x.heardOf('unsub').length, 0)
      equal('whether it insists', y.heardOf('sub')[0]?.insist, undefined)
      network.feed('y', 'n', run, y.heardOf('sub')[0]?.startSeq)
      network.within(100, 'y is the parent', () => network.parent('n', run) === 'y')
      network.run(20_000)
      equal('SUBs to x', x.heardOf('sub').length, 1)
      gapless(listener)
      equal('what the application was told', told(listener), 'started')
    }
  },
  {
    name: 'everybody-is-full',
    demands: 'where nobody has room each asks once a second, and no answer makes anybody ask sooner',
    run: network => {
      const fed = crowd(network, { uplinkBps: 0.9 * streamBps })
      equal('who is fed', fed.filter(isFed).length, 0)
      const since = network.now
      network.run(20_000)
      const asked = network.said('sub', since).length + network.said('sub-nack', since).length
      atMost('SUBs and SUB_NACKs per node and second', asked / 20 / 11, 2.5)
    }
  },
  {
    name: 'everybody-has-enough',
    demands: 'where all have as many children as they like, all are fed, and nobody is sent to and fro',
    run: network => {
      const listeners = crowd(network, { fanOutMax: 1 })
      demand(listeners.every(isFed), 'a listener is not fed')
      const since = network.now
      network.run(60_000)
      const moves = ['sub', 'sub-nack', 'unsub', 'move'] as const
      const asked = moves.reduce((sum, type) => sum + network.said(type, since).length, 0)
      atMost('messages about parents per node and second', asked / 60 / 11, 0.5)
      for (const listener of listeners) gapless(listener)
      demand(listeners.every(isFed), 'a listener is not fed later')
    }
  }
]

/** A publisher and ten listeners, all connected to all, ten seconds after they have begun. */
function crowd(network: Network, config: { uplinkBps?: number; fanOutMax?: number }) {
  const names = Array.from({ length: 10 }, (_, i) => `viewer${i}`)
  for (const name of ['p', ...names]) network.addNode(name, { config })
  network.clique(['p', ...names], 10)
  network.publish('p', 'news')
  network.run(2_000)
  const listeners = names.map(name => network.subscribe(name, 'news'))
  network.run(10_000)
  return listeners
}
