/** Failures: links and nodes that go, return, waver or fall silent (RFC 1, sections 4.1, 5.3 and 7). */
import type { Reception } from '../../sim/node.ts'
import { diamond, line, ring } from '../../sim/topologies.ts'
import { atMost, demand, equal } from '../demand.ts'
import { gapless, isFed, longestPauseMs, told } from '../listening.ts'
import type { Network } from '../network.ts'
import type { Scenario } from '../scenario.ts'

export const failures: readonly Scenario[] = [
  {
    name: 'crash',
    demands:
      'when the process of a relay dies, its children go on over another one within 200 ms and miss nothing',
    run: network => {
      diamond(network, { left: 10, right: 10 })
      const run = network.publish('a', 'news')
      const listener = network.subscribe('b', 'news')
      network.settle(3_000)
      network.run(2_000)
      const parent = network.parent('b', run) ?? ''
      network.crash(parent)
      network.settle(10_000)
      network.run(1_000)
      equal('the parent of b', network.parent('b', run), parent === 'left' ? 'right' : 'left')
      gapless(listener)
      atMost('the longest pause in ms', longestPauseMs(listener), 200)
    }
  },
  {
    name: 'silent-crash',
    demands:
      'when the machine of a relay dies without a word, its children go on within 500 ms and miss nothing',
    run: network => {
      diamond(network, { left: 10, right: 10 })
      const run = network.publish('a', 'news')
      const listener = network.subscribe('b', 'news')
      network.settle(3_000)
      network.run(2_000)
      const parent = network.parent('b', run) ?? ''
      network.crash(parent, { silently: true })
      network.settle(10_000)
      network.run(1_000)
      equal('the parent of b', network.parent('b', run), parent === 'left' ? 'right' : 'left')
      gapless(listener)
      atMost('the longest pause in ms', longestPauseMs(listener), 500)
    }
  },
  {
    name: 'silent-link',
    demands:
      'a link on which all vanishes is found out by both its ends, and what goes over it takes another way',
    run: network => {
      ring(network, 7, 10)
      network.publish('n0', 'news')
      const listener = network.subscribe('n3', 'news')
      network.settle(5_000)
      network.silence('n1', 'n2')
      network.run(10_000)
      atMost('the longest pause in ms', longestPauseMs(listener), 1_500)
      gapless(listener)
      network.settle(1_000)
      demand(!network.neighboursOf('n1').includes('n2'), 'n1 still has its neighbour n2')
      demand(!network.neighboursOf('n2').includes('n1'), 'n2 still has its neighbour n1')
    }
  },
  {
    name: 'suspected-way-is-retracted',
    demands: 'a next hop that fell silent is kept where there is no other, but others are told of no way',
    run: network => {
      line(network, 3, 5)
      network.publish('n0', 'news')
      network.run(3_000)
      network.silence('n0', 'n1')
      network.run(1_500)
      equal('the next hop of n1', network.nextHop('n1', network.id('n0')), 'n0')
      equal('the next hop of n2', network.nextHop('n2', network.id('n0')), undefined)
      network.run(5_000)
      equal('the next hop of n1', network.nextHop('n1', network.id('n0')), undefined)
    }
  },
  {
    name: 'asymmetric-link-deaf-child',
    demands:
      'a link that carries nothing down to a child is as good as none: it takes another way within 1.5 s',
    run: network => {
      const listener = halfDead(network, 'child')
      atMost('the longest pause in ms', longestPauseMs(listener), 1_500)
    }
  },
  {
    name: 'asymmetric-link-deaf-parent',
    demands:
      'a link that carries nothing up to a parent is as good as none, though objects still come down it',
    run: network => {
      halfDead(network, 'parent')
    }
  },
  {
    name: 'woken-late',
    demands: 'a node that was stopped for seconds does not blame its neighbours for its own silence',
    run: network => {
      line(network, 3, 10)
      network.publish('n0', 'news')
      const listener = network.subscribe('n2', 'news')
      network.settle(2_000)
      network.run(2_000)
      const since = network.now
      network.sleep('n1', 4_000)
      equal('the neighbours of n1', network.neighboursOf('n1'), ['n0', 'n2'])
      equal('the next hop of n1', network.nextHop('n1', network.id('n0')), 'n0')
      network.run(3_000)
      const rows = network.said('sync', since, 'n1').flatMap(sync => sync.rows)
      equal('ways that n1 took for lost', rows.filter(row => row.metricUs === undefined).length, 0)
      equal('closed links', network.counts.closes, 0)
      network.settle(3_000)
      network.run(500)
      demand(isFed(listener), 'n2 is not fed')
    }
  },
  {
    name: 'lossy-links',
    demands: 'on links that lose and delay, each object comes once and in order',
    run: network => {
      network.add('a', 'b', 'c')
      network.connect('a', 'b', { delayMs: 10, jitterMs: 15, loss: 0.05 })
      network.connect('b', 'c', { delayMs: 10, jitterMs: 15, loss: 0.05 })
      const listener = network.subscribe('c', 'news')
      const run = network.publish('a', 'news')
      network.run(20_000)
      network.within(3_000, 'c has a thousand objects', () => listener.objects.length >= 1_000)
      equal('the first object', listener.objects[0]?.seq, 0)
      gapless(listener)
      demand(run.written >= 1_000, 'less was written than this scenario is about')
    }
  },
  {
    name: 'flapping-link',
    demands: 'a link that comes and goes twice a second does no harm where there is another way',
    run: network => {
      diamond(network, { left: 5, right: 30 })
      const run = network.publish('a', 'news')
      const listener = network.subscribe('b', 'news')
      network.settle(3_000)
      const [parents, flaps] = [new Set<string>(), 60]
      const since = network.now
      for (let i = 0; i < flaps; i++) {
        network.cut('a', 'left')
        network.run(200)
        network.connect('a', 'left', { delayMs: 5 })
        network.run(300)
        parents.add(network.parent('b', run) ?? 'none')
      }
      gapless(listener)
      demand(!parents.has('none'), 'b was without a parent long after a flap')
      const rows = network.rowsSaid(since)
      // Four nodes tell two neighbours each: some rows per change, not an avalanche of them.
      atMost('rows per flap', rows.length / flaps, 40)
      network.settle(10_000)
      network.run(1_000)
      demand(isFed(listener), 'b is not fed')
    }
  },
  {
    name: 'only-relay-restarts',
    demands:
      'when the only relay dies its listeners are told; once it is back they are fed without asking anew',
    run: network => {
      line(network, 3, 10)
      network.publish('n0', 'news')
      const listener = network.subscribe('n2', 'news')
      network.settle(3_000)
      network.crash('n1')
      network.within(50, 'n2 is told', () => !listener.live)
      network.run(10_000)
      network.restart('n1')
      network.within(1_000, 'n2 is fed', () => listener.live)
      network.settle(8_000)
      network.run(1_000)
      equal('what n2 was told', told(listener), 'started interrupted started')
      demand(isFed(listener), 'n2 is not fed')
    }
  },
  {
    name: 'partition-and-heal',
    demands:
      'two halves go on by themselves and join again: what was published meanwhile is known on both sides',
    run: network => {
      ring(network, 6, 5)
      const names = ['m0', 'm1', 'm2', 'm3']
      network.add(...names)
      for (const [i, name] of names.entries())
        network.connect(name, names[(i + 1) % 4] as string, { delayMs: 5 })
      const bridges = [
        ['n2', 'm0'],
        ['n4', 'm2']
      ] as const
      for (const [a, b] of bridges) network.connect(a, b, { delayMs: 20 })
      network.publish('n0', 'news')
      const near = network.subscribe('n3', 'news')
      const far = network.subscribe('m1', 'news')
      network.settle(5_000)
      for (const [a, b] of bridges) network.cut(a, b)
      network.within(200, 'm1 is told', () => !far.live)
      network.run(20_000)
      network.publish('m3', 'music')
      const music = network.subscribe('n5', 'music')
      network.run(2_000)
      equal('channels known beyond the cut', network.channelsAt('n0'), ['news'])
      for (const [a, b] of bridges) network.connect(a, b, { delayMs: 20 })
      network.within(1_000, 'both sides are fed', () => far.live && music.live)
      network.settle(8_000)
      network.run(2_000)
      equal('channels known to all', network.channelsAt('n0'), ['music', 'news'])
      demand([near, far, music].every(isFed), 'a listener is not fed')
      gapless(near)
    }
  },
  {
    name: 'cut-on-both-sides',
    demands: 'when the other way goes as well, the listener is told; and it is fed by the first that is back',
    run: network => {
      ring(network, 6, 5)
      network.publish('n0', 'news')
      const listener = network.subscribe('n3', 'news')
      network.settle(5_000)
      network.cut('n1', 'n2')
      network.cut('n4', 'n5')
      network.within(1_000, 'n3 is told', () => !listener.live)
      // A child that found no way here either is forgotten when it has not asked for five seconds.
      network.settle(8_000)
      network.connect('n4', 'n5', { delayMs: 5 })
      network.within(3_000, 'n3 is fed', () => listener.live)
      network.settle(8_000)
      network.run(500)
      demand(isFed(listener), 'n3 is not fed')
    }
  },
  {
    name: 'new-connection',
    demands:
      'a new connection in place of the one there was starts afresh: one neighbour, one child, nothing twice',
    run: network => {
      line(network, 3, 10)
      const run = network.publish('n0', 'news')
      const listener = network.subscribe('n2', 'news')
      network.settle(3_000)
      for (let i = 0; i < 10; i++) {
        network.run(network.random.between(0, 800))
        network.connect('n1', 'n2', { delayMs: 10 })
      }
      network.settle(3_000)
      network.run(1_000)
      gapless(listener)
      equal('the neighbours of n1', network.neighboursOf('n1'), ['n0', 'n2'])
      equal('the children of n1', network.children('n1', run), ['n2'])
    }
  },
  {
    name: 'two-connections',
    demands:
      'word of a second connection to a neighbour that is there changes nothing: no second HELLO, no second child',
    run: network => {
      line(network, 2, 10)
      const run = network.publish('n0', 'news')
      const listener = network.subscribe('n1', 'news')
      network.settle(3_000)
      network.run(1_000)
      const since = network.now
      for (const [name, peer] of [
        ['n0', 'n1'],
        ['n1', 'n0']
      ] as const) {
        network.hand(name, { type: 'connected', peer: network.id(peer), outbound: true })
      }
      network.run(3_000)
      equal('HELLOs', network.said('hello', since).length, 0)
      equal('closed links', network.counts.closes, 0)
      equal('the children of n0', network.children('n0', run), ['n1'])
      gapless(listener)
      equal('interruptions', told(listener), 'started')
    }
  }
]

/** A diamond, and one end of the link in use hears nothing of the other any more. */
function halfDead(network: Network, deaf: 'child' | 'parent'): Reception {
  diamond(network, { left: 10, right: 10 })
  const run = network.publish('a', 'news')
  const listener = network.subscribe('b', 'news')
  network.settle(3_000)
  network.run(3_000)
  const parent = network.parent('b', run) as string
  const other = parent === 'left' ? 'right' : 'left'
  if (deaf === 'child') network.deafen('b', parent)
  else network.deafen(parent, 'b')
  network.within(8_000, `b is fed by ${other}`, () => network.parent('b', run) === other)
  network.run(6_000)
  gapless(listener)
  demand(isFed(listener), 'b is not fed')
  equal(`the children of ${parent}`, network.children(parent, run), [])
  return listener
}
