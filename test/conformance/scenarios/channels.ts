/** Channels: publishers of which clocks say nothing, all of a channel's, and those that no table has room for (RFC 1, section 6). */
import { openChannelId } from '@hopcast/protocol'
import type { Reception, Run } from '../../sim/node.ts'
import { line, ring } from '../../sim/topologies.ts'
import { wallStartMs } from '../../sim/underlay/node-clock.ts'
import { atLeast, atMost, demand, equal } from '../demand.ts'
import { gapless } from '../listening.ts'
import type { Scenario } from '../scenario.ts'

export const channels: readonly Scenario[] = [
  {
    name: 'clock-rollback',
    demands:
      'a publisher whose clock went back is heard again within a second: it goes on above what others remember of it',
    run: network => {
      line(network, 4, 10)
      const listener = network.subscribe('n3', 'news')
      const first = network.publish('n0', 'news')
      network.run(3_000)
      network.crash('n0')
      network.run(2_000)
      network.setClock('n0', -3_600_000)
      network.restart('n0')
      const run = network.publish('n0', 'news')
      demand(run.epoch < first.epoch, 'its clock has not gone back')
      network.within(1_000, 'n3 is fed', () => listener.objects.at(-1)?.run.epoch === first.epoch + 1)
      network.settle(2_000)
      const second = run.next ?? run
      equal('the first object', listener.objects.find(object => object.run === second)?.seq, 0)
      // Again, with a clock that is right.
      network.crash('n0')
      network.setClock('n0', 0)
      network.restart('n0')
      const third = network.publish('n0', 'news')
      network.within(1_000, 'n3 is fed again', () => listener.objects.at(-1)?.run === third)
      network.settle(2_000)
    }
  },
  {
    name: 'row-of-the-future',
    demands:
      'a publisher that is told of its own row of a greater epoch goes on above it, however old its announcement',
    run: network => {
      line(network, 4, 5)
      const publisher = network.node('n0')
      publisher.lastEpoch = 2_000_000_000_000
      const before = network.publish('n0', 'news', { everyMs: 0 })
      const isKnown = (): boolean => network.nextHop('n3', publisher.id) !== undefined
      network.within(1_000, 'n3 has a way', isKnown)
      network.crash('n0')
      network.within(1_000, 'n3 has none', () => !isKnown())
      publisher.lastEpoch = 0
      network.restart('n0')
      const after = network.publish('n0', 'news', { everyMs: 0 })
      demand(after.epoch < before.epoch, 'the second run is no earlier')
      network.within(2_000, 'n3 has a way', isKnown)
      const rows = network.said('sync', network.now - 2_000, 'n0').flatMap(sync => sync.rows)
      equal('its epoch', rows.at(-1)?.epoch, before.epoch + 1)
    }
  },
  {
    name: 'announcement-of-the-future',
    demands:
      'an announcement whose epoch is more than a day ahead is dropped, and not held against who passes it on',
    run: network => {
      line(network, 2, 5)
      network.addStranger('x')
      network.connect('x', 'n0', { delayMs: 5 })
      network.run(500)
      const dayMs = 86_400_000
      const nowMs = wallStartMs + 500
      network.announce('x', 'n0', 'far', { epoch: nowMs + dayMs + 60_000 })
      network.announce('x', 'n0', 'expired', { expiresAt: nowMs - 1 })
      network.announce('x', 'n0', 'near', { epoch: nowMs + dayMs - 60_000 })
      network.run(500)
      equal('channels known to n0', network.channelsAt('n0'), ['near'])
      equal('channels known to n1', network.channelsAt('n1'), ['near'])
      demand(network.neighboursOf('n0').includes('x'), 'x was closed')
    }
  },
  {
    name: 'all-publishers',
    demands:
      'who follows all publishers of a channel hears each of them whole, and the others on when one goes',
    run: network => {
      ring(network, 5, 10)
      const names = [0, 1, 2, 3].map(i => `n${i}`)
      network.run(1_000)
      const listener = network.subscribe('n4', 'room', [0], 'all')
      const runs = names.map(name => network.publish(name, 'room'))
      network.within(1_000, 'n4 hears all', () => heardBy(listener).size === 4)
      network.run(2_000)
      network.end('n1', 'room')
      network.crash('n2')
      const since = network.now
      network.run(3_000)
      for (const run of runs) {
        const seqs = listener.objects.filter(object => object.run === run).map(({ seq }) => seq)
        equal(`the objects of ${run.publisher.name}`, seqs, [...seqs.keys()])
        const isGone = ['n1', 'n2'].includes(run.publisher.name)
        if (!isGone) atLeast(`how many ${run.publisher.name} had said`, seqs.length, run.written - 5)
      }
      const later = listener.objects.filter(({ at }) => at > since + 500).map(({ run }) => run.publisher.name)
      equal('who is heard then', [...new Set(later)].sort(), ['n0', 'n3'])
      network.settle(8_000)
    }
  },
  {
    name: 'channel-that-is-searched-for',
    demands:
      'a channel that tables have no room for is found by who wants it, in two round trips, and by nobody else',
    given: { config: { announcementsMax: 4, originsMax: 4 } },
    run: network => {
      line(network, 8, 20)
      for (let i = 0; i < 6; i++) {
        network.build([`filler${i}`, 'n3', 1])
        network.publish(`filler${i}`, `filler${i}`, { everyMs: 0 })
      }
      network.build(['beside', 'n5', 5])
      network.run(3_000)
      network.publish('n0', 'news')
      network.run(3_000)
      equal('whether n7 knows it before', network.channelsAt('n7').includes('news'), false)
      const listener = network.subscribe('n7', 'news')
      const isFound = (): boolean => listener.objects.length > 0
      // The first two queries do not go as far, and come a second apart.
      network.within(1_000 + 2 * 2 * 7 * 21, 'n7 is fed', isFound)
      network.run(2_000)
      gapless(listener)
      equal('whether n5 knows it', network.channelsAt('n5').includes('news'), true)
      equal('whether beside knows it', network.channelsAt('beside').includes('news'), false)
      network.unsubscribe('n7', 'news')
      network.run(130_000)
      equal('whether n5 knows it later', network.channelsAt('n5').includes('news'), false)
    }
  },
  {
    name: 'first-neighbour',
    demands:
      'who comes while a run begins hears it from its first object; who comes later, after one round trip; who does not ask for what it had started, no longer than need be',
    run: network => {
      network.build(['n0', 'n1', 10], ['n0', 'n2', 10])
      network.subscribe('n1', 'news')
      network.publish('n0', 'news')
      network.run(300)
      network.add('early')
      const early = network.subscribe('early', 'news')
      network.connect('early', 'n1', { delayMs: 50 })
      network.run(2_000)
      equal('the first that early hears', early.objects[0]?.seq, 0)
      gapless(early)
      // The publisher, one that has the stream, and one that has to fetch it.
      for (const [by, fetchMs] of [
        ['n0', 0],
        ['n1', 0],
        ['n2', 20]
      ] as const) {
        const late = `late at ${by}`
        network.add(late)
        const listener = network.subscribe(late, 'news')
        network.connect(late, by, { delayMs: 100 })
        network.within(2 * 100 + fetchMs + 30, `${late} is fed`, () => listener.objects.length > 0)
        network.run(2_000)
        gapless(listener)
      }
      const stranger = network.addStranger('x')
      network.connect('x', 'n1', { delayMs: 5 })
      network.run(100)
      network.inject('x', 'n1', {
        type: 'route-query',
        channel: openChannelId('news'),
        hopsLeft: 1,
        start: true
      })
      network.within(100, 'x is fed', () => stranger.objects.length > 0)
      network.run(3_500)
      equal('what x is promised', stranger.heardOf('sub-ok').length, 0)
      const { length } = stranger.objects
      network.run(1_000)
      equal('what x is sent in the end', stranger.objects.length, length)
    }
  },
  {
    name: 'query-flood',
    demands: 'who asks for thousands of channels has some passed on, is closed by nobody, and hinders nobody',
    given: { config: { queriesRate: { burst: 20, perSecond: 10 }, queriesPerNeighbourMax: 50 } },
    run: network => {
      line(network, 4, 5)
      network.addStranger('x')
      network.connect('n1', 'x', { delayMs: 5 })
      network.run(500)
      for (let second = 0; second < 10; second++) {
        for (let i = 0; i < 500; i++) {
          const channel = openChannelId(`nothing ${second} ${i}`)
          network.inject('x', 'n1', { type: 'route-query', channel, hopsLeft: 60 })
        }
        network.run(1_000)
      }
      // To n0 and n2, each once.
      atMost('queries that n1 passed on', network.said('route-query', 0, 'n1').length, 2 * 50)
      demand(network.neighboursOf('n1').includes('x'), 'x was closed')
      const listener = network.subscribe('n0', 'news')
      network.publish('n3', 'news')
      network.within(1_000, 'n0 is fed', () => listener.objects.length > 0)
    }
  }
]

function heardBy({ objects }: Reception): Set<Run> {
  return new Set(objects.map(({ run }) => run))
}
