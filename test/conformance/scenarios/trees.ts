/** Trees: objects from a publisher to those who want them, each over each link once (RFC 1, sections 7 and 8). */
import { line } from '../../sim/topologies.ts'
import { atLeast, atMost, demand, equal } from '../demand.ts'
import { complete, gapless, isFed } from '../listening.ts'
import type { Scenario } from '../scenario.ts'

const delayMs = 10

export const trees: readonly Scenario[] = [
  {
    name: 'line',
    demands: 'a listener at the end of a line gets every object, once and in order, as fast as the links are',
    given: { skewMs: 0 },
    run: network => {
      line(network, 5, delayMs)
      const listener = network.subscribe('n4', 'news')
      network.run(3_000)
      const run = network.publish('n0', 'news')
      network.run(3_000)
      network.end('n0', 'news')
      network.run(500)
      complete(listener, run)
      for (const object of listener.objects.slice(10)) {
        atMost(`the delay of object ${object.seq} in ms`, object.delayMs, 4 * delayMs + 0.01)
      }
    }
  },
  {
    name: 'late-publisher',
    demands: 'who waits for a publisher has its stream from the first object, however long that takes',
    run: network => {
      line(network, 4, delayMs)
      const listener = network.subscribe('n3', 'news')
      network.run(120_000)
      equal('what the application was told before', listener.events.length, 0)
      const run = network.publish('n0', 'news')
      // The announcement and its row go down, the SUB goes up, and the objects come down.
      const tookMs = network.within(1_000, 'n3 is fed', () => listener.objects.length > 0)
      atMost('until the first object, in ms', tookMs, 3 * 3 * (delayMs + 2) + 20)
      network.run(2_000)
      network.end('n0', 'news')
      network.run(500)
      complete(listener, run)
    }
  },
  {
    name: 'late-listener',
    demands: 'who comes late is fed from then on, two passes over the line after asking',
    given: { skewMs: 0 },
    run: network => {
      line(network, 5, delayMs)
      const run = network.publish('n0', 'news')
      network.run(5_000)
      const before = run.written
      const listener = network.subscribe('n4', 'news')
      const tookMs = network.within(1_000, 'n4 is fed', () => listener.objects.length > 0)
      atMost('until the first object, in ms', tookMs, 2 * 4 * delayMs + 20 + 2)
      atLeast('the first object', listener.objects[0]?.seq ?? -1, before)
      network.run(2_000)
      gapless(listener)
      demand(isFed(listener), 'n4 does not have the newest objects')
    }
  },
  {
    name: 'beginning-of-a-run',
    demands:
      'who waits for a run gets its beginning, and who comes to one that goes on gets what comes from then on',
    run: network => {
      line(network, 4, delayMs)
      network.add('late')
      network.connect('n2', 'late', { delayMs })
      const waiting = network.subscribe('n3', 'news')
      network.run(500)
      const run = network.publish('n0', 'news')
      network.run(1_500)
      const before = run.written
      const late = network.subscribe('late', 'news')
      network.run(2_000)
      network.end('n0', 'news')
      network.run(500)
      complete(waiting, run)
      gapless(late)
      // Some were on their way when it came.
      atLeast('the first object of who came late', late.objects[0]?.seq ?? 0, before - 5)
    }
  },
  {
    name: 'one-copy-per-link',
    demands:
      'an object crosses each link of its tree once, however many listen behind it, and the end does, too',
    run: network => {
      line(network, 3, delayMs)
      const names = ['a', 'b', 'c', 'd', 'e']
      network.add(...names)
      for (const name of names) network.connect('n2', name, { delayMs: 5 })
      const listeners = names.map(name => network.subscribe(name, 'news'))
      network.run(500)
      const run = network.publish('n0', 'news')
      network.run(4_000)
      network.end('n0', 'news')
      network.run(500)
      for (const listener of listeners) complete(listener, run)
      equal('copies', network.counts.objectCopies, (2 + names.length) * (run.written + 1))
      const { objectsReceived, objectsSent } = network.node('n2').overlay.counters
      equal('the counters of n2', [objectsReceived, objectsSent], [run.written + 1, 5 * (run.written + 1)])
    }
  },
  {
    name: 'join-in-any-order',
    demands: 'each later listener on a line adds one link to the tree, and none before it',
    run: network => {
      line(network, 6, 5)
      const run = network.publish('n0', 'news')
      for (const name of ['n5', 'n2', 'n3', 'n1', 'n4']) {
        network.subscribe(name, 'news')
        network.settle(2_000)
      }
      const { objectCopies } = network.counts
      const written = run.written
      network.run(10_000)
      const copies = network.counts.objectCopies - objectCopies
      atMost('copies per object', copies / (run.written - written), 5.05)
    }
  },
  {
    name: 'local-and-remote-subscriber',
    demands: 'a relay that listens itself goes on for whoever stays: its child, or its own application',
    run: network => {
      line(network, 3, delayMs)
      const run = network.publish('n0', 'news')
      const local = network.subscribe('n1', 'news')
      const remote = network.subscribe('n2', 'news')
      network.settle(2_000)
      equal('the children of n1', network.children('n1', run), ['n2'])
      network.unsubscribe('n1', 'news')
      network.run(2_000)
      demand(isFed(remote), 'n2 is not fed once n1 does not listen')
      gapless(remote)
      gapless(local)
      const again = network.subscribe('n1', 'news')
      network.within(100, 'n1 listens again, to what passes through it', () => again.live)
      network.unsubscribe('n2', 'news')
      network.run(2_000)
      demand(isFed(again), 'n1 is not fed once n2 does not listen')
      equal('the children of n1', network.children('n1', run), [])
    }
  },
  {
    name: 'last-subscriber-leaves',
    demands: 'when nobody listens any more, the tree is gone after one pass over it, and nothing is sent',
    run: network => {
      line(network, 5, delayMs)
      const run = network.publish('n0', 'news')
      network.subscribe('n4', 'news')
      network.settle(2_000)
      network.unsubscribe('n4', 'news')
      network.within(4 * (delayMs + 1), 'n0 has no child', () => network.children('n0', run).length === 0)
      equal('streams kept', network.streamsAt('n1', 'n2', 'n3', 'n4'), [0, 0, 0, 0])
      const { objectCopies } = network.counts
      network.run(2_000)
      equal('copies of objects that nobody wants', network.counts.objectCopies - objectCopies, 0)
    }
  },
  {
    name: 'one-of-two-leaves',
    demands: 'when one of two listeners leaves, what only it needed goes, and the other misses nothing',
    run: network => {
      line(network, 5, delayMs)
      network.publish('n0', 'news')
      const stays = network.subscribe('n2', 'news')
      network.subscribe('n4', 'news')
      network.settle(2_000)
      network.unsubscribe('n4', 'news')
      network.run(1_000)
      equal('streams kept by n0 to n4', network.streamsAt('n0', 'n1', 'n2', 'n3', 'n4'), [1, 1, 1, 0, 0])
      gapless(stays)
      demand(isFed(stays), 'n2 is not fed')
    }
  },
  {
    name: 'unsub-race',
    demands:
      'UNSUB may cross SUB_OK and objects: who comes and goes quickly ends up fed, or with nothing kept',
    given: { skewMs: 15 },
    run: network => {
      network.add('a', 'b', 'c')
      network.connect('a', 'b', { delayMs, jitterMs: 15 })
      network.connect('b', 'c', { delayMs, jitterMs: 15 })
      network.publish('a', 'news')
      network.run(1_000)
      for (let i = 0; i < 60; i++) {
        network.subscribe('c', 'news')
        network.run(network.random.between(0, 90))
        network.unsubscribe('c', 'news')
        network.run(network.random.between(0, 90))
      }
      const listener = network.subscribe('c', 'news')
      network.settle(3_000)
      network.run(200)
      // What was on its way for the subscription before comes first, and what was not sent meanwhile is missing.
      const settledAt = network.now
      network.run(2_000)
      gapless(listener, settledAt)
      demand(isFed(listener), 'c is not fed')
      network.unsubscribe('c', 'news')
      network.run(200)
      equal('streams kept by b and c', network.streamsAt('b', 'c'), [0, 0])
    }
  },
  {
    name: 'objects-before-sub-ok',
    demands: 'objects may come before the SUB_OK of their stream: none is lost, and the start is told first',
    given: { skewMs: 30 },
    run: network => {
      line(network, 4, delayMs)
      for (let i = 0; i < 3; i++) network.delayObjects(`n${i}`, `n${i + 1}`, -20)
      const listener = network.subscribe('n3', 'news')
      network.run(1_000)
      const run = network.publish('n0', 'news', { everyMs: 2 })
      network.run(2_000)
      network.end('n0', 'news')
      network.run(1_000)
      complete(listener, run)
    }
  },
  {
    name: 'two-tracks',
    demands: 'a listener gets the tracks that it asked for and no other, though it relays them',
    run: network => {
      line(network, 3, delayMs)
      const second = network.subscribe('n1', 'news', [1])
      const first = network.subscribe('n2', 'news', [0])
      const run = network.publish('n0', 'news', { tracks: [0, 1] })
      network.run(3_000)
      network.end('n0', 'news')
      network.run(500)
      for (const [listener, track] of [
        [first, 0],
        [second, 1]
      ] as const) {
        complete(listener, run)
        equal('the tracks', [...new Set(listener.objects.map(object => object.track))], [track])
      }
    }
  },
  {
    name: 'own-channel',
    demands: 'a publisher that listens to itself hears itself, without a neighbour',
    run: network => {
      network.add('a')
      const listener = network.subscribe('a', 'news')
      const run = network.publish('a', 'news')
      network.run(1_000)
      network.end('a', 'news')
      network.run(1_000)
      complete(listener, run)
    }
  },
  {
    name: 'flash-crowd',
    demands:
      '200 listeners that come within a second are fed after two round trips of their way, each copied once',
    run: network => {
      const relays = ['r0', 'r1', 'r2', 'r3']
      network.add('p', ...relays)
      for (const relay of relays) network.connect('p', relay, { delayMs: 15 })
      const crowd = Array.from({ length: 200 }, (_, i) => `viewer${i}`)
      network.add(...crowd)
      for (const [i, name] of crowd.entries()) {
        for (const relay of [relays[i % 4], relays[(i + 1) % 4]]) {
          network.connect(name, relay as string, { delayMs: network.random.between(2, 40) })
        }
      }
      const run = network.publish('p', 'news')
      network.run(3_000)
      const joins: number[] = []
      for (const name of crowd) {
        network.after(network.random.between(0, 1_000), () => {
          const asked = network.now
          const way = network.way(name, 'p').split(' ')
          const listener = network.subscribe(name, 'news')
          const delays = way.slice(1).map((hop, i) => network.link(way[i] as string, hop).options.delayMs)
          const roundTripMs = 2 * delays.reduce((sum, delay) => sum + delay, 0)
          network.after(1_000, () => {
            const first = listener.objects[0]?.at ?? Number.POSITIVE_INFINITY
            joins.push((first - asked - 50) / roundTripMs)
          })
        })
      }
      network.run(2_500)
      joins.sort((a, b) => a - b)
      equal('listeners', joins.length, crowd.length)
      atMost('95 % join, less 50 ms, within so many round trips', joins[189] ?? Number.POSITIVE_INFINITY, 2)
      atMost('all join, less 50 ms, within so many round trips', joins[199] ?? Number.POSITIVE_INFINITY, 4)
      // Those that came last have found their places by then.
      network.run(3_000)
      const { objectCopies } = network.counts
      const { written } = run
      network.run(2_000)
      const copies = (network.counts.objectCopies - objectCopies) / (run.written - written)
      atMost('copies per object', copies, crowd.length + relays.length + 1)
      atMost('children of the publisher', network.children('p', run).length, relays.length)
    }
  }
]
