/** Publishers: announcements, the choice between several, ends and returns (RFC 1, section 6). */
import { line } from '../../sim/topologies.ts'
import { atMost, demand, equal } from '../demand.ts'
import { complete, gapless, isFed, told } from '../listening.ts'
import type { Scenario } from '../scenario.ts'

export const publishers: readonly Scenario[] = [
  {
    name: 'publisher-ends',
    demands:
      'when a run ends its listeners have all of it, are told within one pass, and nobody keeps anything',
    run: network => {
      line(network, 4, 10)
      const listener = network.subscribe('n3', 'news')
      const run = network.publish('n0', 'news')
      network.run(3_000)
      network.end('n0', 'news')
      network.within(3 * 12, 'n3 is told', () => !listener.live)
      equal('what n3 was told', told(listener), 'started ended')
      complete(listener, run)
      network.run(100)
      network.settle(1_000)
      equal('streams kept', network.streamsAt('n0', 'n1', 'n2', 'n3'), [0, 0, 0, 0])
      equal('channels known to n3', network.channelsAt('n3'), [])
      equal('ways known to n3', [...network.node('n3').overlay.routes()].length, 0)
    }
  },
  {
    name: 'withdrawal-overtakes-the-end',
    demands:
      'the withdrawal of a run may come before its last object, which is waited for: nothing is cut off',
    given: { skewMs: 40 },
    run: network => {
      network.add('a', 'b', 'c')
      for (const [from, to] of [
        ['a', 'b'],
        ['b', 'c']
      ] as const) {
        network.connect(from, to, { delayMs: 10, jitterMs: 15, loss: 0.02 })
        network.delayObjects(from, to, 20)
      }
      const listener = network.subscribe('c', 'news')
      // A withdrawal that is lost and sent again comes later than the end.
      for (let times = 0; times < 4; times++) {
        const run = network.publish('a', 'news')
        network.run(2_000)
        network.end('a', 'news')
        network.run(3_000)
        complete(listener, run)
        equal('the last that c was told', listener.events.at(-1)?.type, 'ended')
      }
    }
  },
  {
    name: 'publisher-begins-again',
    demands: 'who listens goes on by itself with the next run of the publisher, from its first object',
    run: network => {
      line(network, 4, 10)
      const listener = network.subscribe('n3', 'news')
      network.publish('n0', 'news')
      network.run(3_000)
      network.end('n0', 'news')
      network.run(2_000)
      const second = network.publish('n0', 'news')
      network.run(3_000)
      network.end('n0', 'news')
      network.run(500)
      equal('what n3 was told', told(listener), 'started ended started ended')
      complete(listener, second)
    }
  },
  {
    name: 'publisher-crashes-and-returns',
    demands:
      'when a publisher crashes its listeners are told at once, and go on with its new run when it is back',
    run: network => {
      line(network, 4, 10)
      const listener = network.subscribe('n3', 'news')
      network.publish('n0', 'news')
      network.run(3_000)
      network.crash('n0')
      network.within(40, 'n3 is told', () => !listener.live)
      network.run(10_000)
      network.restart('n0')
      const second = network.publish('n0', 'news')
      network.within(200, 'n3 is fed', () => listener.live)
      network.run(1_000)
      equal('what n3 was told', told(listener), 'started interrupted ended started')
      equal('the first object', listener.objects.find(({ run }) => run === second)?.seq, 0)
      demand(isFed(listener), 'n3 is not fed')
    }
  },
  {
    name: 'publisher-forgot-its-run',
    demands: 'a publisher that starts again and hears of a run that it knows nothing of withdraws it',
    run: network => {
      line(network, 4, 10)
      const listener = network.subscribe('n3', 'news')
      network.publish('n0', 'news')
      network.run(3_000)
      network.crash('n0')
      network.run(1_000)
      equal('channels known to n3', network.channelsAt('n3'), ['news'])
      network.restart('n0')
      network.publish('n0', 'music')
      network.run(2_000)
      equal('channels known to n3', network.channelsAt('n3'), ['music'])
      equal('what n3 was told', told(listener), 'started interrupted ended')
      network.settle(1_000)
    }
  },
  {
    name: 'several-publishers',
    demands: 'of several publishers of a channel a listener follows the nearest, alone, and does not waver',
    run: network => {
      line(network, 5, 10)
      network.publish('n0', 'news')
      const near = network.publish('n4', 'news')
      network.run(2_000)
      const listener = network.subscribe('n3', 'news')
      network.run(10_000)
      demand(
        listener.objects.every(({ run }) => run === near),
        'n3 had objects of the farther publisher'
      )
      gapless(listener)
      equal('what n3 was told', told(listener), 'started')
    }
  },
  {
    name: 'failover-after-the-end',
    demands: 'when the publisher in use ends, the listener goes over to another one within 700 ms',
    run: network => {
      line(network, 5, 10)
      const listener = network.subscribe('n3', 'news')
      const near = network.publish('n4', 'news')
      network.run(2_000)
      const far = network.publish('n0', 'news')
      network.run(1_000)
      network.end('n4', 'news')
      network.within(700, 'n3 has objects of n0', () => listener.objects.at(-1)?.run === far)
      network.run(3_000)
      complete(listener, near)
      equal('what n3 was told', told(listener), 'started ended started')
      network.settle(1_000)
    }
  },
  {
    name: 'failover-after-a-crash',
    demands:
      'when the publisher in use crashes the listener takes another within 200 ms, and stays with that one',
    run: network => {
      line(network, 5, 10)
      const far = network.publish('n0', 'news')
      network.publish('n4', 'news')
      network.run(2_000)
      const listener = network.subscribe('n3', 'news')
      network.run(2_000)
      network.crash('n4')
      network.within(200, 'n3 has objects of n0', () => listener.objects.at(-1)?.run === far)
      network.restart('n4')
      network.publish('n4', 'news')
      network.run(5_000)
      demand(listener.objects.at(-1)?.run === far, 'n3 went back')
      equal('what n3 was told', told(listener), 'started interrupted started')
      network.settle(1_000)
    }
  },
  {
    name: 'id-collision',
    demands:
      'two publishers with one channel, epoch and track are two streams: their objects are never mixed',
    run: network => {
      line(network, 4, 10)
      network.add('left', 'right')
      network.connect('left', 'n1', { delayMs: 1 })
      network.connect('right', 'n2', { delayMs: 1 })
      const [first, second] = [network.publish('n0', 'news'), network.publish('n3', 'news')]
      equal('the epochs', first.epoch, second.epoch)
      network.run(1_000)
      const listeners = ['left', 'right', 'n1', 'n2'].map(name => network.subscribe(name, 'news'))
      network.settle(3_000)
      network.run(3_000)
      for (const listener of listeners) {
        gapless(listener)
        equal(`runs that ${listener} had`, new Set(listener.objects.map(({ run }) => run)).size, 1)
      }
      equal('streams at n1 and n2', network.streamsAt('n1', 'n2'), [1, 1])
      // What one node relays of both stays apart, too.
      network.crash('n0')
      network.settle(8_000)
      network.run(1_000)
      demand(listeners.every(isFed), 'a listener is not fed')
      demand(
        listeners.every(({ objects }) => objects.at(-1)?.run === second),
        'an object of nobody'
      )
    }
  },
  {
    name: 'announced-once',
    demands:
      'an announcement crosses each link of a clique once in either direction at most, and then it is quiet',
    run: network => {
      const names = ['a', 'b', 'c', 'd', 'e', 'f']
      network.clique(names, 5)
      network.run(1_000)
      network.publish('a', 'news', { everyMs: 0 })
      network.run(1_000)
      for (const name of names) equal(`channels known to ${name}`, network.channelsAt(name), ['news'])
      // Each passes it on to all but the one that it has it from.
      atMost('announcements sent', network.said('announce', 0).length, (names.length - 1) ** 2)
      const since = network.now
      network.run(30_000)
      equal('announcements sent later', network.said('announce', since).length, 0)
    }
  },
  {
    name: 'announcement-renewed',
    demands:
      'a run that goes on for longer than an announcement is valid is announced anew, and not interrupted',
    given: { config: { announceTtlMs: 60_000, announceIntervalMs: 20_000 } },
    run: network => {
      line(network, 3, 10)
      network.publish('n0', 'news', { everyMs: 100 })
      const listener = network.subscribe('n2', 'news')
      network.run(200_000)
      equal('channels known to n2', network.channelsAt('n2'), ['news'])
      equal('what n2 was told', told(listener), 'started')
      gapless(listener)
    }
  },
  {
    name: 'announcement-expires',
    demands: 'an announcement that is not renewed is forgotten when its time is over, and not before',
    given: { config: { announceTtlMs: 60_000, announceIntervalMs: 20_000 } },
    run: network => {
      line(network, 3, 10)
      network.publish('n0', 'news', { everyMs: 0 })
      network.run(1_000)
      network.crash('n0')
      network.run(50_000)
      equal('channels known to n2', network.channelsAt('n2'), ['news'])
      network.run(20_000)
      equal('channels known to n2', network.channelsAt('n2'), [])
    }
  },
  {
    name: 'announcement-replayed',
    demands:
      'what is older than the announcement at hand is nothing new: it changes nothing, and is not passed on',
    run: network => {
      line(network, 2, 5)
      network.addStranger('x')
      network.connect('x', 'n0', { delayMs: 5 })
      network.run(500)
      network.announce('x', 'n0', 'news', { epoch: 5, seqno: 3 })
      network.run(500)
      equal('channels known to n1', network.channelsAt('n1'), ['news'])
      const since = network.now
      network.announce('x', 'n0', 'news', { epoch: 5, seqno: 3 })
      network.announce('x', 'n0', 'news', { epoch: 5, seqno: 2, ended: true })
      network.announce('x', 'n0', 'news', { epoch: 4, seqno: 9, ended: true })
      network.run(500)
      equal('channels known to n1', network.channelsAt('n1'), ['news'])
      equal('announcements passed on', network.said('announce', since, 'n0').length, 0)
    }
  },
  {
    name: 'withdrawal-stays',
    demands:
      'a run that was withdrawn does not come back because somebody repeats an older announcement of it',
    run: network => {
      line(network, 2, 5)
      network.addStranger('x')
      network.connect('x', 'n0', { delayMs: 5 })
      network.run(500)
      network.announce('x', 'n0', 'news', { epoch: 5, seqno: 0 })
      network.announce('x', 'n0', 'news', { epoch: 5, seqno: 1, ended: true })
      network.run(500)
      network.announce('x', 'n0', 'news', { epoch: 5, seqno: 0 })
      network.run(500)
      equal('channels known to n0', network.channelsAt('n0'), [])
      equal('channels known to n1', network.channelsAt('n1'), [])
      // A later run is another matter.
      network.announce('x', 'n0', 'news', { epoch: 6, seqno: 0 })
      network.run(500)
      equal('channels known to n1', network.channelsAt('n1'), ['news'])
    }
  }
]
