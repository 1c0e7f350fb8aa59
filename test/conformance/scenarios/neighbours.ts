/** Neighbours: who is one, how far, and who is sent away (RFC 1, section 4; RFC 2, sections 3 and 10). */
import { atLeast, atMost, demand, equal } from '../demand.ts'
import { isFed } from '../listening.ts'
import type { Network } from '../network.ts'
import type { Scenario } from '../scenario.ts'

export const neighbours: readonly Scenario[] = [
  {
    name: 'measured-at-once',
    demands: 'the first beat is answered at once: both ends know the round trip as soon as one has passed',
    given: { skewMs: 0 },
    run: network => {
      network.add('a', 'b')
      network.connect('a', 'b', { delayMs: 40 })
      network.run(79)
      equal('the round trip before one has passed', roundTripMs(network, 'a'), undefined)
      network.run(2)
      for (const name of ['a', 'b']) {
        const ms = roundTripMs(network, name) ?? 0
        atLeast(`the round trip measured by ${name}`, ms, 79.9)
        atMost(`the round trip measured by ${name}`, ms, 80.1)
      }
    }
  },
  {
    name: 'cost-follows-the-delay',
    demands: 'the cost of a link follows what is measured, within seconds, up and down',
    given: { skewMs: 0 },
    run: network => {
      network.add('a', 'b')
      network.connect('a', 'b', { delayMs: 5 })
      network.run(5_000)
      const low = costUs(network, 'a')
      network.setDelay('a', 'b', 80)
      network.run(15_000)
      const high = costUs(network, 'a')
      network.setDelay('a', 'b', 5)
      network.run(30_000)
      const again = costUs(network, 'a')
      atLeast('the cost at 5 ms, in microseconds', low, 5_000)
      atLeast('the cost at 80 ms', high, 70_000)
      atMost('the cost at 5 ms again', again, 1.3 * low)
    }
  },
  {
    name: 'hello-comes-first',
    demands: 'who says something before HELLO is closed as unexpected, and what it said counts for nothing',
    run: network => {
      network.add('n')
      network.addStranger('x', { hello: undefined })
      network.connect('n', 'x', { delayMs: 5 })
      network.claim('x', 'n', network.id('x'), { metricUs: 0 })
      network.run(500)
      equal('the code', network.closeCode('n', 'x'), 'unexpected')
      equal('the next hop of n', network.nextHop('n', network.id('x')), undefined)
      equal('the neighbours of n', network.neighboursOf('n'), [])
    }
  },
  {
    name: 'one-hello',
    demands: 'a second HELLO closes the link as unexpected',
    run: network => {
      network.add('n')
      network.addStranger('x')
      network.connect('n', 'x', { delayMs: 5 })
      network.run(500)
      equal('the neighbours of n', network.neighboursOf('n'), ['x'])
      network.inject('x', 'n', { type: 'hello', version: 1, agent: 'again', server: false })
      network.run(500)
      equal('the code', network.closeCode('n', 'x'), 'unexpected')
      equal('the neighbours of n', network.neighboursOf('n'), [])
    }
  },
  {
    name: 'no-hello',
    demands:
      'who connects and never says anything is closed for its silence, and was never taken for a neighbour',
    run: network => {
      network.add('n')
      network.addStranger('x', { hello: undefined, beats: false })
      network.connect('n', 'x', { delayMs: 5 })
      network.run(2_000)
      network.publish('n', 'news', { everyMs: 0 })
      network.run(5_000)
      equal('the code', network.closeCode('n', 'x'), 'timeout')
      equal('rows that n told', network.said('sync', 0, 'n').length, 0)
      equal('announcements that n sent', network.said('announce', 0, 'n').length, 0)
    }
  },
  {
    name: 'version-skew',
    demands: 'a neighbour of another version is closed with the code for that, and the others notice nothing',
    run: network => {
      network.add('a', 'b')
      network.connect('a', 'b', { delayMs: 5 })
      network.publish('a', 'news')
      const listener = network.subscribe('b', 'news')
      for (const version of [0, 2, 1_000]) {
        const name = `version ${version}`
        network.addStranger(name, {
          hello: { type: 'hello', version, agent: 'of another time', server: false }
        })
        network.connect('a', name, { delayMs: 5 })
        network.run(500)
        equal(`the code for ${name}`, network.closeCode('a', name), 'version')
      }
      network.run(1_000)
      equal('the neighbours of a', network.neighboursOf('a'), ['b'])
      demand(isFed(listener), 'b is not fed')
    }
  },
  {
    name: 'too-many-neighbours',
    demands: 'past its limit a node closes the new neighbour with surplus, and keeps those that it has',
    given: { config: { neighboursMax: 3 } },
    run: network => {
      network.add('hub')
      for (let i = 0; i < 5; i++) {
        network.add(`leaf${i}`)
        network.connect('hub', `leaf${i}`, { delayMs: 5 })
        network.run(100)
      }
      equal('the code', network.closeCode('hub', 'leaf4'), 'surplus')
      equal('the neighbours', network.neighboursOf('hub'), ['leaf0', 'leaf1', 'leaf2'])
      network.publish('leaf0', 'news')
      const listener = network.subscribe('leaf2', 'news')
      network.run(2_000)
      demand(isFed(listener), 'leaf2 is not fed')
    }
  }
]

function roundTripMs(network: Network, name: string): number | undefined {
  const [neighbour] = network.node(name).overlay.neighbours()
  return neighbour?.rtt?.smoothedMs
}

function costUs(network: Network, name: string): number {
  const [neighbour] = network.node(name).overlay.neighbours()
  return neighbour?.costUs ?? 0
}
