/** Leaving: who goes, or carries nothing for a while, moves its children first (RFC 1, section 7.5). */
import { diamond, line } from '../../sim/topologies.ts'
import { atMost, demand, equal } from '../demand.ts'
import { gapless, isFed, longestPauseMs, told } from '../listening.ts'
import type { Network } from '../network.ts'
import { streamOf, subTo } from '../said.ts'
import type { Scenario } from '../scenario.ts'

export const leaving: readonly Scenario[] = [
  {
    name: 'clean-leave',
    demands:
      'a relay that leaves retracts its ways and moves its children first: nobody misses an object, or waits for one',
    run: network => {
      diamond(network, { left: 5, right: 10 })
      const run = network.publish('a', 'news')
      const listener = network.subscribe('b', 'news')
      network.settle(3_000)
      network.run(4_000)
      equal('the parent of b', network.parent('b', run), 'left')
      const since = network.now
      network.withdraw('left')
      const [move] = network.said('move', since, 'left')
      equal('what left asks of b', move, { type: 'move', withinMs: 2_000, redirect: [network.id('a')] })
      network.within(500, 'b has another parent', () => network.parent('b', run) === 'right')
      equal('the next hop of b', network.nextHop('b', network.id('a')), 'right')
      network.run(1_500)
      equal('streams at left', network.streamsAt('left'), [0])
      const rows = network.said('sync', since, 'left').flatMap(sync => sync.rows)
      demand(rows.length > 0, 'left retracted nothing')
      equal('ways that left still claims', rows.filter(row => row.metricUs !== undefined).length, 0)
      network.crash('left')
      network.run(3_000)
      gapless(listener)
      atMost('the longest pause in ms', longestPauseMs(listener), 45)
      equal('what b was told', told(listener), 'started')
    }
  },
  {
    name: 'leave-without-another-way',
    demands: 'those who have no other way are fed by a relay that leaves until it is gone, and told then',
    run: network => {
      line(network, 4, 10)
      const run = network.publish('n0', 'news')
      const listener = network.subscribe('n3', 'news')
      network.settle(3_000)
      network.withdraw('n1')
      network.run(4_000)
      demand(isFed(listener), 'n3 is not fed on')
      gapless(listener)
      equal('what n3 was told', told(listener), 'started')
      equal('the children of n1', network.children('n1', run), ['n2'])
      network.crash('n1')
      network.within(100, 'n3 is told', () => !listener.live)
    }
  },
  {
    name: 'leaver-names-another',
    demands:
      'a child that has no other way connects to whom its parent names when it leaves, and misses nothing',
    given: { dials: true },
    run: network => {
      network.add('a', 'left')
      // It has as many neighbours as it aims at: it dials nobody for the lack of them.
      network.addNode('b', { config: { neighboursTarget: 1, neighboursMax: 4 } })
      network.dial('left', 'a')
      network.run(1_000)
      network.dial('b', 'left')
      const run = network.publish('a', 'news')
      const listener = network.subscribe('b', 'news')
      network.run(4_000)
      equal('the neighbours of b', network.neighboursOf('b'), ['left'])
      network.withdraw('left')
      network.within(1_500, 'b has the named one as its parent', () => network.parent('b', run) === 'a')
      network.crash('left')
      network.run(3_000)
      gapless(listener)
      equal('what b was told', told(listener), 'started')
    }
  },
  {
    name: 'withdrawn-takes-who-insists',
    demands: 'a node that has withdrawn is full for those who have a parent, and takes a child that has none',
    run: network => {
      line(network, 2, 5)
      const [x, y] = [network.addStranger('x'), network.addStranger('y')]
      for (const name of ['x', 'y']) network.connect('n1', name, { delayMs: 5 })
      const run = network.publish('n0', 'news')
      network.run(2_000)
      network.withdraw('n1')
      network.run(500)
      network.inject('x', 'n1', subTo(run))
      network.inject('y', 'n1', { ...subTo(run), insist: true })
      network.run(500)
      equal('the answer to x', x.heardOf('sub-nack')[0]?.reason, 'full')
      equal('the children of n1', network.children('n1', run), ['y'])
      demand(y.objects.length > 10, 'y is not fed')
      demand(x.heardOf('beat').at(-1)?.full === true, 'its beats do not say that it is full')
    }
  },
  {
    name: 'background-tab',
    demands:
      'a page that is hidden goes on with what it publishes and listens to, carries nothing for others, and does so again later',
    run: network => {
      diamond(network, { left: 5, right: 10 })
      const run = network.publish('a', 'news')
      const music = network.publish('left', 'music')
      const listeners = [
        network.subscribe('b', 'news'),
        network.subscribe('left', 'news'),
        network.subscribe('b', 'music')
      ]
      network.settle(3_000)
      network.run(4_000)
      for (let times = 0; times < 3; times++) {
        network.withdraw('left')
        network.within(1_000, 'b has another parent', () => network.parent('b', run) === 'right')
        network.run(9_000)
        equal('the children of left', network.children('left', run), [])
        equal('who listens to left itself', network.children('left', music), ['b'])
        network.withdraw('left', false)
        network.within(12_000, 'b comes back', () => network.parent('b', run) === 'left')
        network.run(1_000)
      }
      for (const listener of listeners) {
        gapless(listener)
        equal(`what ${listener} was told`, told(listener), 'started')
      }
    }
  },
  {
    name: 'everybody-leaves-in-turn',
    demands: 'relays that are replaced one after the other cost their listeners no object and no pause',
    run: network => {
      network.build(['p', 'r0', 10], ['p', 'r1', 10], ['p', 'r2', 10])
      const names = ['a', 'b', 'c', 'd']
      for (const name of names) network.build(['r0', name, 10], ['r1', name, 10], ['r2', name, 10])
      network.publish('p', 'news')
      const listeners = names.map(name => network.subscribe(name, 'news'))
      network.settle(3_000)
      network.run(4_000)
      for (const relay of ['r0', 'r1', 'r2']) replace(network, relay)
      for (const listener of listeners) {
        gapless(listener)
        atMost('the longest pause in ms', longestPauseMs(listener), 60)
        equal(`what ${listener} was told`, told(listener), 'started')
      }
    }
  },
  {
    name: 'asked-to-leave-in-vain',
    demands: 'MOVE of a neighbour that is no parent, or about an unknown stream, changes nothing',
    run: network => {
      network.build(['n0', 'n1', 5], ['n1', 'n2', 5], ['n0', 'm', 20], ['m', 'n2', 20])
      network.addStranger('x')
      network.connect('n2', 'x', { delayMs: 5 })
      const run = network.publish('n0', 'news')
      const listener = network.subscribe('n2', 'news')
      network.run(3_000)
      const since = network.now
      const redirect = [network.id('x')]
      for (const name of ['x', 'm']) {
        network.inject(name, 'n2', { type: 'move', stream: streamOf(run), withinMs: 0, redirect })
      }
      network.inject('x', 'n2', { type: 'move', withinMs: 100, redirect })
      network.inject('n1', 'n2', { type: 'move', stream: '00'.repeat(16) as never, withinMs: 0, redirect })
      network.run(3_000)
      equal('the parent of n2', network.parent('n2', run), 'n1')
      equal('SUBs of n2', network.said('sub', since, 'n2').length, 0)
      gapless(listener)
    }
  }
]

/** A relay leaves, is gone for a while, and is there again. */
function replace(network: Network, relay: string): void {
  network.withdraw(relay)
  network.run(2_000)
  network.crash(relay)
  network.run(1_000)
  network.restart(relay)
  network.run(6_000)
}
