/** Finding neighbours: whom a node chooses, whom it tells of, and who cannot get in its way (RFC 1, 4.3 to 4.5). */
import type { Place } from '../../sim/node.ts'
import { atLeast, atMost, demand, equal } from '../demand.ts'
import { gapless, isFed, longestPauseMs, told } from '../listening.ts'
import type { Network } from '../network.ts'
import type { Scenario } from '../scenario.ts'

const minuteMs = 60_000
const page: Place = { config: { neighboursTarget: 8, neighboursMax: 16 } }
const server: Place = { isServer: true, config: { neighboursTarget: 32, neighboursMax: 128 } }

export const finding: readonly Scenario[] = [
  {
    name: 'pages-find-each-other',
    demands:
      'pages that know one relay have other neighbours within half a minute, and go on when the relay dies',
    given: { dials: true },
    run: network => {
      const pages = aroundRelay(network, 16)
      network.run(30_000)
      const counts = pages.map(name => network.neighboursOf(name).length)
      atLeast('neighbours of a page, on average', counts.reduce((a, b) => a + b) / pages.length, 8)
      atLeast('neighbours of the page with the fewest', Math.min(...counts), 4)
      network.publish('page0', 'news', { everyMs: 40 })
      const listeners = pages.slice(1).map(name => network.subscribe(name, 'news'))
      network.run(5_000)
      network.crash('relay')
      network.run(20_000)
      for (const listener of listeners) atMost('the longest pause in ms', longestPauseMs(listener), 2_000)
      demand(listeners.every(isFed), 'a page is not fed')
    }
  },
  {
    name: 'halves-heal',
    demands:
      'two halves that know of each other by what one page has told are one again two minutes after they can be',
    given: { dials: true },
    run: network => {
      for (const side of ['a', 'b']) {
        network.addNode(`${side}-relay`, server)
        for (let i = 0; i < 6; i++) {
          network.add(`${side}${i}`)
          network.dial(`${side}${i}`, `${side}-relay`)
        }
      }
      network.dial('a0', 'b-relay')
      network.run(30_000)
      network.border(name => name.charAt(0))
      network.publish('a1', 'news')
      const listener = network.subscribe('b1', 'news')
      network.run(5 * minuteMs)
      equal('objects that crossed the border', listener.objects.length, 0)
      network.border()
      network.within(2 * 1.25 * minuteMs, 'b1 is fed', () => listener.objects.length > 0)
      network.run(minuteMs)
      demand(isFed(listener), 'b1 is not fed')
    }
  },
  {
    name: 'eclipse-by-sybils',
    demands:
      'fifty nodes that dial one, and tell of each other as servers, take none of its own places and cut it off from nobody',
    given: { dials: true },
    run: network => {
      const honest = aroundRelay(network, 12)
      network.addNode('victim', page)
      network.dial('victim', 'relay')
      network.run(minuteMs)
      network.publish('page7', 'news', { everyMs: 40 })
      const listener = network.subscribe('victim', 'news')
      network.run(1_000)
      const sybils = Array.from({ length: 50 }, (_, i) => `sybil${i}`)
      network.add(...sybils)
      for (let minute = 0; minute < 3; minute++) {
        for (const [i, name] of sybils.entries()) {
          network.dial(name, 'victim')
          network.run(100)
          const others = Array.from({ length: 16 }, (_, j) => network.id(`sybil${(i + j + 1) % 50}`))
          const peers = others.map(peer => ({ peer, addresses: [peer], server: true }))
          network.inject(name, 'victim', { type: 'peers', peers })
        }
        network.run(minuteMs - 5_000)
        const neighbours = network.neighboursOf('victim')
        atMost('neighbours', neighbours.length, 16)
        atLeast('honest neighbours', neighbours.filter(name => !sybils.includes(name)).length, 4)
      }
      atMost('the longest pause in ms', longestPauseMs(listener), 1_000)
      demand(isFed(listener), 'the victim is not fed')
      equal(
        'who is left of the others',
        honest.filter(name => network.neighboursOf(name).length === 0),
        []
      )
    }
  },
  {
    name: 'refused-with-peers',
    demands:
      'a connection past the limit is told HELLO, whom it may try instead, and CLOSE with surplus, in this order',
    given: { config: { neighboursMax: 3 } },
    run: network => {
      for (const name of ['a', 'b', 'c']) network.build(['hub', name, 5])
      network.run(500)
      const x = network.addStranger('x')
      network.connect('x', 'hub', { delayMs: 5 })
      network.run(100)
      const heard = x.heard.map(({ message }) => message)
      equal(
        'what x heard',
        heard.map(({ type }) => type),
        ['hello', 'peers', 'close']
      )
      equal('the code', x.heardOf('close')[0]?.code, 'surplus')
      const ids = ['a', 'b', 'c'].map(name => network.id(name)).sort()
      equal(
        'whom it was told of',
        x
          .heardOf('peers')[0]
          ?.peers.map(({ peer }) => peer)
          .sort(),
        ids
      )
      equal('the neighbours of the hub', network.neighboursOf('hub'), ['a', 'b', 'c'])
    }
  },
  {
    name: 'peers-are-met',
    demands:
      'a node tells of up to 16 peers that it has met, of nobody that it was only told of, and not of the asker',
    run: network => {
      network.add('hub')
      const names = Array.from({ length: 24 }, (_, i) => `leaf${i}`)
      for (const name of names) network.build(['hub', name, 5])
      network.addStranger('liar')
      network.connect('hub', 'liar', { delayMs: 5 })
      network.add('rumour')
      const [rumour] = [network.id('rumour')]
      network.inject('liar', 'hub', {
        type: 'peers',
        peers: [{ peer: rumour, addresses: [rumour], server: true }]
      })
      network.run(500)
      const x = network.addStranger('x')
      network.connect('hub', 'x', { delayMs: 5 })
      network.run(30 * minuteMs)
      const messages = x.heardOf('peers')
      for (const { peers } of messages) equal('how many are told of', peers.length, 16)
      const told = new Set(messages.flatMap(({ peers }) => peers.map(({ peer }) => peer)))
      equal('whether x was told of itself', told.has(network.id('x')), false)
      equal('whether x was told of a rumour', told.has(rumour), false)
      // Drawn at random, each time.
      atLeast('how many were told of', told.size, 20)
    }
  },
  {
    name: 'peers-become-rare',
    demands:
      'a node tells a neighbour of peers after twice as long each time, up to a limit, and in between when it asks',
    given: { config: { peersPauseMs: 2_000, peersPauseLongestMs: 16_000, peersIntervalMs: 2_000 } },
    run: network => {
      for (const name of ['a', 'b', 'c']) network.build(['hub', name, 5])
      network.run(500)
      const x = network.addStranger('x')
      network.connect('x', 'hub', { delayMs: 5 })
      const heard = () => x.heardOf('peers').length
      const ask = () => network.inject('x', 'hub', { type: 'peers', peers: [] })
      network.run(1_000)
      equal('PEERS at first', heard(), 1)
      // After 2 s, 6 and 14; the next one after 30, or a quarter less.
      network.run(20_000)
      equal('PEERS after three pauses', heard(), 4)
      network.run(100_000)
      const before = heard()
      atLeast('PEERS in two minutes', before, 9)
      atMost('PEERS in two minutes', before, 14)
      network.within(20_000, 'x is told by itself', () => heard() === before + 1)
      network.run(2_000)
      ask()
      network.run(20)
      equal('PEERS once it has asked', heard(), before + 2)
      for (let i = 0; i < 10; i++) ask()
      network.run(20)
      equal('PEERS once it has asked too often', heard(), before + 2)
    }
  },
  {
    name: 'close-is-read',
    demands:
      'who says CLOSE is a neighbour no more, without an answer, and why is told to the people of the node',
    run: network => {
      network.build(['n', 'p', 5])
      const run = network.publish('p', 'news')
      const x = network.addStranger('x')
      network.connect('n', 'x', { delayMs: 5 })
      network.run(1_000)
      for (const code of ['leaving', 'surplus', undefined] as const) {
        network.connect('n', 'x', { delayMs: 5 })
        network.run(500)
        network.claim('x', 'n', network.id('p'), { epoch: run.epoch, metricUs: 1 })
        network.inject('x', 'n', { type: 'close', code })
        const before = x.heard.length
        network.run(6)
        equal('the neighbours of n', network.neighboursOf('n'), ['p'])
        equal('the next hop of n', network.nextHop('n', network.id('p')), 'p')
        network.run(1_000)
        const answers = x.heard.slice(before).filter(({ message }) => message.type === 'close')
        equal('answers', answers.length, 0)
        const reason = network.whyLost('n', 'x') ?? ''
        demand(
          reason.includes(code ?? 'closed'),
          `the reason that n told its people, ${reason}, is not ${code}`
        )
      }
    }
  },
  {
    name: 'surplus-is-no-blow',
    demands:
      'a neighbour in use is closed for nobody, however many pages try each other, and a listener loses nothing',
    given: { dials: true },
    run: network => {
      const pages = aroundRelay(network, 14)
      network.run(30_000)
      network.publish('page0', 'news', { everyMs: 100 })
      const listeners = pages.slice(1).map(name => network.subscribe(name, 'news'))
      network.run(5_000)
      const since = network.now
      network.run(3 * minuteMs)
      for (const name of pages) atMost(`neighbours of ${name}`, network.neighboursOf(name).length, 16)
      const closed = network.said('close', since).length
      atLeast('neighbours that made room for others', closed, 1)
      for (const listener of listeners) {
        gapless(listener)
        equal(`what ${listener} was told`, told(listener), 'started')
      }
    }
  }
]

/** Pages that have dialled one relay, half a second apart. */
function aroundRelay(network: Network, count: number): string[] {
  network.addNode('relay', server)
  const pages = Array.from({ length: count }, (_, i) => `page${i}`)
  for (const name of pages) {
    network.addNode(name, page)
    network.dial(name, 'relay')
    network.run(500)
  }
  return pages
}
