import { describe, expect, test } from 'vitest'
import type { Config } from './config.ts'
import { defaultConfig } from './default-config.ts'
import type { PeerId } from './ids.ts'
import { KnownPeers, type Source } from './known-peers.ts'
import type { PeerInfo } from './wire/messages.ts'

const p = (name: string | number) => `peer ${name}` as PeerId
const info = (peer: PeerId, over: Partial<PeerInfo> = {}): PeerInfo => {
  return { peer, addresses: [`/at/${peer}`], server: false, ...over }
}

/** Chance takes the values given, then zero. */
function table(config: Partial<Config> = {}, chances: number[] = []) {
  return new KnownPeers({ ...defaultConfig, ...config }, () => chances.shift() ?? 0)
}

function hearMany(known: KnownPeers, source: Source, from: number, to: number): void {
  for (let i = from; i < to; i++) known.hear(source, info(p(i)), i)
}

const sourcesOf = (known: KnownPeers) => {
  const counts: Record<string, number> = {}
  for (const { source } of known.all()) counts[source] = (counts[source] ?? 0) + 1
  return counts
}

describe('Of peers', () => {
  test('those without an address are not kept', () => {
    const known = table()
    known.hear(p('a'), info(p(1), { addresses: [] }), 0)
    expect(known.size).toBe(0)
  })

  test('a source has room for knownPeersPerSourceMax, and its oldest gives way', () => {
    const known = table({ knownPeersPerSourceMax: 3 })
    hearMany(known, p('a'), 0, 5)
    expect(Array.from(known.all(), ({ peer }) => peer)).toEqual([p(2), p(3), p(4)])
  })

  test('one of which those that dialled in have told belongs to the next source that tells it', () => {
    const known = table()
    known.hear('inbound', info(p(1), { addresses: ['/at/first'] }), 0)
    known.hear(p('a'), info(p(1), { addresses: ['/at/second'] }), 1)
    known.hear('inbound', info(p(1), { addresses: ['/at/third'] }), 2)
    expect(known.get(p(1))).toMatchObject({ source: p('a'), addresses: ['/at/second'] })
  })

  test('knownPeersMax are kept in all: who told of the most gives way, what this node found out itself does not', () => {
    const known = table({ knownPeersMax: 10, knownPeersPerSourceMax: 6 })
    hearMany(known, 'own', 0, 5)
    hearMany(known, p('a'), 5, 9)
    known.hear(p('b'), info(p(9)), 9)
    expect(known.size).toBe(10)
    hearMany(known, 'inbound', 10, 40)
    expect(known.size).toBe(10)
    expect(sourcesOf(known)).toEqual({ own: 5, [p('a')]: 2, [p('b')]: 1, inbound: 2 })
    hearMany(known, 'own', 40, 60)
    expect(sourcesOf(known)).toEqual({ own: 6, [p('a')]: 2, [p('b')]: 1, inbound: 1 })
  })

  test('a place is refused when there is nothing that may give way', () => {
    const known = table({ knownPeersMax: 2, knownPeersPerSourceMax: 2 })
    hearMany(known, 'own', 0, 2)
    known.hear(p('a'), info(p(2)), 2)
    expect(sourcesOf(known)).toEqual({ own: 2 })
  })

  test('addresses stay those of the first source, until they have failed or this node knows better', () => {
    const known = table()
    const at = () => known.get(p(1))?.addresses[0]
    known.hear(p('a'), info(p(1), { addresses: ['first'] }), 0)
    known.hear('inbound', info(p(1), { addresses: ['other'] }), 1)
    expect(at()).toBe('first')
    known.hear(p('a'), info(p(1), { addresses: ['moved'] }), 2)
    expect(at()).toBe('moved')
    known.handleFailure(p(1), 3)
    known.hear('inbound', info(p(1), { addresses: ['other'] }), 4)
    expect(at()).toBe('other')
    expect(known.get(p(1))).toMatchObject({ failures: 1, retryAt: 3 + defaultConfig.dialBackoffMinMs })
    known.hear('own', info(p(1), { addresses: ['own'] }), 5)
    known.handleFailure(p(1), 6)
    known.hear(p('a'), info(p(1), { addresses: ['first'] }), 7)
    expect(at()).toBe('own')
  })

  test('pages are forgotten knownPeerTtlMs after anybody told of them, servers after knownServerTtlMs', () => {
    const known = table({ knownPeerTtlMs: 10, knownServerTtlMs: 100 })
    known.hear(p('a'), info(p(1)), 0)
    known.hear(p('a'), info(p(2), { server: true }), 0)
    known.hear(p('b'), info(p(1)), 5)
    known.expire(14)
    expect(known.size).toBe(2)
    known.expire(15)
    expect(Array.from(known.all(), ({ peer }) => peer)).toEqual([p(2)])
    known.expire(100)
    expect(known.size).toBe(0)
  })
})

describe('To be dialled', () => {
  test('a peer that failed is picked again after dialBackoffMinMs, and twice that up to dialBackoffMaxMs', () => {
    const known = table({ dialBackoffMinMs: 10, dialBackoffMaxMs: 35 })
    known.hear(p('a'), info(p(1)), 0)
    let now = 0
    for (const pauseMs of [10, 20, 35, 35]) {
      known.handleFailure(p(1), now)
      expect(known.pick(now + pauseMs - 1, () => true)).toBe(undefined)
      now += pauseMs
      expect(known.pick(now, () => true)?.peer).toBe(p(1))
    }
    known.handleLasted(p(1))
    known.handleFailure(p(1), now)
    expect(known.pick(now + 10, () => true)?.peer).toBe(p(1))
  })

  test('a server that failed is picked again after dialBackoffMinMs each time', () => {
    const known = table({ dialBackoffMinMs: 10 })
    known.hear(p('a'), info(p(1), { server: true }), 0)
    for (let now = 0; now < 100; now += 10) {
      expect(known.pick(now, () => true)?.peer).toBe(p(1))
      known.handleFailure(p(1), now)
      expect(known.pick(now + 9, () => true)).toBe(undefined)
    }
  })

  test('each source counts alike, however many peers it told of', () => {
    const known = table({}, [0.6, 0, 0.4, 0.99])
    hearMany(known, p('a'), 0, 50)
    known.hear(p('b'), info(p('b1')), 0)
    expect(known.pick(100, () => true)?.peer).toBe(p('b1'))
    expect(known.pick(100, () => true)?.peer).toBe(p(49))
  })

  test('what inbound neighbours told of comes last', () => {
    const known = table({}, [0.99, 0.99, 0.99, 0.99])
    hearMany(known, 'inbound', 0, 50)
    known.hear(p('b'), info(p('b1')), 0)
    expect(known.pick(100, () => true)?.peer).toBe(p('b1'))
    expect(known.pick(100, ({ peer }) => peer !== p('b1'))?.source).toBe('inbound')
  })
})
