import { describe, expect, test } from 'vitest'
import type { Config } from './config.ts'
import { defaultConfig } from './default-config.ts'
import type { Millis, PeerId } from './ids.ts'
import { Peers, type PeersEvent } from './peers.ts'
import { Timers } from './timers.ts'
import { peersMax } from './wire/limits.ts'
import type { PeerInfo } from './wire/messages.ts'

const self = 'self' as PeerId
const p = (name: string | number) => `peer ${name}` as PeerId
const info = (peer: PeerId, server = false): PeerInfo => ({ peer, addresses: [`/at/${peer}`], server })
const infos = (count: number, from = 0, server = false) =>
  Array.from({ length: count }, (_, i) => info(p(from + i), server))

/** With a world around it: dials are noted, and round trips and use are as set. */
class World {
  readonly timers = new Timers()
  readonly peers: Peers
  readonly rtts = new Map<PeerId, Millis>()
  readonly used = new Set<PeerId>()
  readonly dialled: PeerId[] = []
  readonly closed: PeerId[] = []
  readonly told: { at: Millis; peer: PeerId; peers: readonly PeerInfo[] }[] = []
  now: Millis = 0

  constructor(config: Partial<Config> = {}) {
    let chance = 7
    const rng = () => {
      chance = (chance * 16_807) % 2_147_483_647
      return chance / 2_147_483_647
    }
    const services = { config: { ...defaultConfig, ...config }, timers: this.timers, rng }
    this.peers = new Peers(self, services, {
      rttMs: peer => this.rtts.get(peer),
      isUsed: peer => this.used.has(peer)
    })
  }

  note(events: PeersEvent[]): void {
    for (const event of events) {
      if (event.type === 'dial') this.dialled.push(event.peer)
      else if (event.type === 'surplus') this.leave(event.peer, this.closed)
      else if (event.message.type === 'peers')
        this.told.push({ at: this.now, peer: event.peer, peers: event.message.peers })
    }
  }

  /** A neighbour that is up at once; returns why it was refused. */
  join(peer: PeerId, how: { outbound?: boolean; server?: boolean; rttMs?: Millis } = {}): string | undefined {
    const { outbound = false, server = false, rttMs = 50 } = how
    const refusal = this.peers.handleConnected(peer, outbound)
    if (refusal !== undefined) return refusal
    this.rtts.set(peer, rttMs)
    this.note(this.peers.handleUp(peer, server, this.now))
    this.note(this.peers.handleAddresses(peer, [`/at/${peer}`], this.now))
    return undefined
  }

  leave(peer: PeerId, list: PeerId[] = []): void {
    list.push(peer)
    this.note(this.peers.handleGone(peer, this.now))
  }

  hear(from: PeerId, peers: readonly PeerInfo[]): void {
    this.note(this.peers.handlePeers(from, peers, this.now))
  }

  /** Until then, with every dial answered by `answer`. */
  run(until: Millis, answer: (peer: PeerId) => void = peer => void this.join(peer)): void {
    for (;;) {
      for (let peer = this.dialled.shift(); peer !== undefined; peer = this.dialled.shift()) answer(peer)
      const next = this.timers.next()
      if (next === undefined || next > until) break
      this.now = next
      this.timers.takeDue(next)
      this.note(this.peers.handleTimeout(next))
    }
    this.now = until
  }

  /** When it was told of peers, or asked. */
  toldAt(receiver: PeerId): Millis[] {
    return this.told.filter(({ peer }) => peer === receiver).map(({ at }) => at)
  }

  in(slot: ReturnType<Peers['slot']>): PeerId[] {
    return [...this.rtts.keys()].filter(peer => this.peers.slot(peer) === slot)
  }

  get chosen(): PeerId[] {
    return [...this.rtts.keys()].filter(peer => ![undefined, 'inbound'].includes(this.peers.slot(peer)))
  }
}

/** Aims at 8, has dialled them, and knows of more. */
function settled(config: Partial<Config> = {}, more = 8): World {
  const world = new World({ neighboursTarget: 8, neighboursMax: 16, ...config })
  world.join(p('relay'), { outbound: true, server: true })
  world.hear(p('relay'), infos(7 + more))
  world.run(10_000)
  return world
}

describe('PEERS', () => {
  test('goes to a new neighbour, and again after peersPauseMs ± peersJitter', () => {
    const world = new World({ peersPauseMs: 60_000, peersJitter: 0.25 })
    world.join(p(1))
    world.join(p(2))
    expect(world.told).toEqual([{ at: 0, peer: p(2), peers: [info(p(1))] }])
    world.run(44_999)
    expect(world.told).toHaveLength(1)
    world.run(75_000)
    expect(world.told.map(({ peer }) => peer).toSorted()).toEqual([p(1), p(2), p(2)])
  })

  test('goes after twice as long each time, up to peersPauseLongestMs, from the first on that tells of somebody', () => {
    const world = new World({ peersPauseMs: 10, peersPauseLongestMs: 40, peersJitter: 0 })
    world.join(p(1))
    world.run(30)
    world.join(p(2))
    world.run(200)
    expect(world.toldAt(p(1))).toEqual([40, 50, 70, 110, 150, 190])
    expect(world.toldAt(p(2))).toEqual([30, 40, 60, 100, 140, 180])
    world.leave(p(2))
    world.join(p(2))
    world.run(230)
    expect(world.toldAt(p(2)).slice(6)).toEqual([200, 210, 230])
  })

  test('answers one of nobody, but not where the last one is younger than peersIntervalMs less the jitter', () => {
    const world = new World({ peersIntervalMs: 100, peersJitter: 0.25 })
    world.join(p(1))
    world.join(p(2))
    world.told.length = 0
    world.now = 74
    world.hear(p(2), [])
    expect(world.told).toEqual([])
    world.now = 75
    world.hear(p(2), [])
    world.hear(p(2), [])
    world.hear(p(1), infos(3, 3))
    world.hear(p('stranger'), [])
    expect(world.told).toEqual([{ at: 75, peer: p(2), peers: [info(p(1))] }])
  })

  test('of nobody goes to all each peersIntervalMs while a node lacks neighbours and knows nobody to dial', () => {
    const minuteMs = 60_000
    const world = new World({ neighboursTarget: 3, peersJitter: 0, dialBackoffMinMs: 100 * minuteMs })
    const asked = () => world.told.filter(({ peers }) => peers.length === 0).map(({ at, peer }) => [at, peer])
    for (let i = 1; i <= 3; i++) world.join(p(i), { outbound: true, server: true })
    world.run(5 * minuteMs)
    expect(asked()).toEqual([])
    world.leave(p(3))
    world.run(6.5 * minuteMs)
    expect(asked()).toEqual([5, 6].flatMap(at => [p(1), p(2)].map(peer => [at * minuteMs, peer])))
    world.hear(p(1), infos(1, 4))
    world.run(10 * minuteMs)
    expect(world.chosen).toEqual([p(1), p(2), p(4)])
    expect(asked()).toHaveLength(4)
  })

  test('has peersMax peers at most, of them serversToldMax servers or more, and never the receiver', () => {
    const world = new World({ serversToldMax: 4, peersPauseMs: 60_000 })
    for (let i = 0; i < 40; i++) world.join(p(i))
    for (let i = 40; i < 45; i++) world.join(p(i), { server: true })
    world.told.length = 0
    world.run(75_000)
    expect(world.told).toHaveLength(45)
    for (const { peer, peers } of world.told) {
      expect(peers).toHaveLength(peersMax)
      expect(new Set(peers.map(told => told.peer)).size).toBe(peersMax)
      expect(peers.filter(({ server }) => server).length).toBeGreaterThanOrEqual(4)
      expect(peers.map(told => told.peer)).not.toContain(peer)
    }
  })

  test('names nobody whose addresses are not known, nor anybody whom this node has not met', () => {
    const world = new World()
    world.peers.handleConnected(p(1), true)
    world.note(world.peers.handleUp(p(1), false, 0))
    world.hear(p(1), infos(5, 10))
    world.join(p(2))
    expect(world.told).toEqual([])
  })

  test('names a chosen neighbour that was lost, until a dial has failed', () => {
    const world = new World({ neighboursTarget: 1, dialBackoffMinMs: 1_000 })
    world.join(p(1), { outbound: true })
    world.run(10_000)
    world.leave(p(1))
    expect(world.peers.introduce(p(2))).toMatchObject([{ message: { peers: [info(p(1))] } }])
    world.run(80_000, peer => world.note(world.peers.handleDialFailed(peer, world.now)))
    expect(world.peers.introduce(p(2))).toEqual([])
  })
})

describe('A node', () => {
  test('with neighboursTarget 0 dials nobody', () => {
    const world = new World({ neighboursTarget: 0 })
    world.join(p('relay'), { outbound: true, server: true })
    world.hear(p('relay'), infos(20))
    world.peers.suggest(p('relay'), [p(1)], 0)
    world.run(600_000)
    expect(world.peers.slot(p('relay'))).toBe('named')
    expect(world.chosen).toEqual([p('relay')])
  })

  test('dials up to neighboursTarget, dialIntervalMs apart, dialsMax at a time', () => {
    const world = new World({ neighboursTarget: 8, dialsMax: 2, dialIntervalMs: 500 })
    world.join(p('relay'), { outbound: true, server: true })
    world.hear(p('relay'), infos(20))
    expect(world.dialled).toHaveLength(1)
    const answered: Millis[] = []
    const open: PeerId[] = []
    world.run(3_000, peer => open.push(peer))
    expect(open).toHaveLength(2)
    for (const peer of open) world.join(peer)
    world.run(20_000, peer => {
      answered.push(world.now)
      world.join(peer)
    })
    expect(world.chosen).toHaveLength(8)
    for (const [i, at] of answered.entries()) if (i > 0) expect(at - (answered[i - 1] as number)).toBe(500)
    expect(world.in('near')).toHaveLength(4)
    expect(world.in('random')).toHaveLength(3)
  })

  test('has half of neighboursTarget of its own choice though more dial in, and refuses those past their share', () => {
    const world = new World({ neighboursTarget: 8, neighboursMax: 16 })
    const refused: unknown[] = []
    for (let i = 0; i < 50; i++) refused.push(world.join(p(`sybil ${i}`)))
    expect(world.in('inbound')).toHaveLength(7)
    expect(refused.slice(7)).toEqual(new Array(43).fill('more than 7 that dialled'))
    world.join(p('relay'), { outbound: true, server: true })
    world.hear(p('relay'), infos(20))
    world.run(20_000)
    expect(world.chosen).toHaveLength(4)
    for (let i = 0; i < 5; i++) expect(world.join(p(`named ${i}`), { outbound: true })).toBe(undefined)
    expect(world.join(p('late'), { outbound: true })).toBe('more than 16 neighbours')
  })

  test('does not try one again that failed before dialBackoffMinMs, and goes on with others', () => {
    const world = new World({ neighboursTarget: 4, dialBackoffMinMs: 30_000 })
    world.join(p('relay'), { outbound: true, server: true })
    world.hear(p('relay'), infos(3))
    const tried: PeerId[] = []
    world.run(29_000, peer => {
      tried.push(peer)
      world.note(world.peers.handleDialFailed(peer, world.now))
    })
    expect(tried.toSorted()).toEqual([p(0), p(1), p(2)])
    world.run(120_000)
    expect(world.chosen).toHaveLength(4)
  })

  test('replaces a neighbour that is lost', () => {
    const world = settled()
    const [lost] = world.in('near')
    world.leave(lost as PeerId)
    world.run(world.now + 5_000)
    expect(world.chosen).toHaveLength(8)
    expect(world.peers.slot(lost as PeerId)).toBe(undefined)
  })

  test('looks for a server first when it has none, though it has neighbours enough', () => {
    const world = new World({ neighboursTarget: 2 })
    world.join(p(1), { outbound: true })
    world.join(p(2), { outbound: true })
    world.hear(p(1), [...infos(10, 10), info(p('server'), true)])
    expect(world.dialled).toEqual([p('server')])
    // It is being dialled: one is enough.
    world.dialled.length = 0
    world.run(5_000)
    world.join(p('server'), { server: true })
    world.run(30_000)
    expect(world.chosen).toContain(p('server'))
  })

  test('dials one of those suggested that it has addresses of, in a place of its own', () => {
    const world = settled({ tryIntervalMs: 10_000_000 })
    const other = [...world.peers.known()].find(({ peer }) => world.peers.slot(peer) === undefined)?.peer
    world.note(world.peers.suggest(p('relay'), [p('unknown'), other as PeerId], world.now))
    world.run(world.now + 1_000)
    expect(world.in('wanted')).toEqual([other])
    expect(world.chosen).toHaveLength(8)
    world.note(world.peers.suggest(p('relay'), [p('another')], world.now))
    expect(world.in('wanted')).toEqual([])
  })

  test('remembers wantedPeersMax of those suggested, the newest', () => {
    const world = new World({ neighboursTarget: 1, wantedPeersMax: 2, dialIntervalMs: 1 })
    world.join(p('relay'), { outbound: true, server: true })
    world.hear(p('relay'), infos(9))
    world.note(world.peers.suggest(p('relay'), [p(1), p(2), p(3), self], 0))
    const tried: PeerId[] = []
    world.run(1_000, peer => {
      tried.push(peer)
      world.note(world.peers.handleDialFailed(peer, world.now))
    })
    expect(tried.toSorted()).toEqual([p(2), p(3)])
  })
})

describe('A neighbour that suggests without end', () => {
  /** One known peer after the other, each second; returns who was dialled for it. */
  function insist(world: World, fromWhom: (i: number) => PeerId, seconds: number): PeerId[] {
    const tried: PeerId[] = []
    for (let i = 0; i < seconds; i++) {
      world.note(world.peers.suggest(fromWhom(i), [p(100 + i)], world.now))
      world.run(world.now + 1_000, peer => {
        tried.push(peer)
        world.join(peer)
      })
    }
    return tried
  }

  /** Knows sixty more, and has all places taken. */
  function insistedOn(): World {
    const world = settled({ suggestionsRate: { burst: 3, perSecond: 0.1 }, tryIntervalMs: 10_000_000 }, 0)
    world.hear(p(0), infos(60, 100))
    return world
  }

  test('has suggestionsRate dials, and no more neighbours closed than that', () => {
    const world = insistedOn()
    const tried = insist(world, () => p('relay'), 40)
    expect(tried).toHaveLength(3 + 3)
    expect(world.closed.length).toBeLessThanOrEqual(tried.length)
    expect(world.chosen).toHaveLength(8)
    world.note(world.peers.suggest(p(1), [p(159)], world.now))
    expect(world.dialled).toHaveLength(1)
  })

  test('has no more by being many that dial in', () => {
    const world = insistedOn()
    for (let i = 0; i < 7; i++) world.join(p(`sybil ${i}`))
    const tried = insist(world, i => p(`sybil ${i % 7}`), 40)
    expect(tried).toHaveLength(3 + 3)
  })
})

describe('Each minute a peer is tried', () => {
  /** The next one that is tried has this round trip; returns it. */
  function tryOne(world: World, rttMs: Millis, server = false): PeerId {
    let tried: PeerId | undefined
    while (tried === undefined) {
      world.run(world.now + 1_000, peer => {
        tried = peer
        world.join(peer, { rttMs, server })
      })
    }
    world.run(world.now + defaultConfig.trialMs)
    return tried
  }

  test('and takes the place of the farthest near one when it is clearly nearer', () => {
    const world = settled()
    const near = world.in('near')
    for (const [i, peer] of near.entries()) world.rtts.set(peer, 20 + 10 * i)
    const tried = tryOne(world, 39)
    expect(world.closed).toEqual([near.at(-1)])
    expect(world.peers.slot(tried)).toBe('near')
  })

  test('and otherwise that of the oldest random one', () => {
    const world = settled()
    const near = world.in('near')
    const random = world.in('random')
    const tried = tryOne(world, 45)
    expect(world.closed).toEqual([random[0]])
    expect(world.in('near')).toEqual(near)
    expect(world.peers.slot(tried)).toBe('random')
    expect(world.chosen).toHaveLength(8)
  })

  test('and goes when all others are in use, which are never closed', () => {
    const world = settled()
    for (const peer of world.chosen) world.used.add(peer)
    const tried = tryOne(world, 1)
    expect(world.closed).toEqual([tried])
  })

  test('and stays beside them when it is in use itself; there is one less when that is over', () => {
    const world = settled()
    const before = world.chosen
    for (const peer of before) world.used.add(peer)
    for (let i = 0; i < 50; i++) world.used.add(p(i))
    tryOne(world, 1)
    expect(world.closed).toEqual([])
    expect(world.chosen).toHaveLength(9)
    world.used.clear()
    world.run(world.now + 76_000)
    expect(world.closed).toHaveLength(1)
    expect(world.chosen).toHaveLength(8)
  })

  test('but the last server stays', () => {
    const world = new World({ neighboursTarget: 2, neighboursMax: 8 })
    world.join(p(1), { outbound: true })
    world.hear(p(1), [info(p('server'), true)])
    world.run(1_000, peer => void world.join(peer, { server: true, rttMs: 500 }))
    expect(world.chosen).toEqual([p(1), p('server')])
    world.hear(p(1), infos(9, 10))
    world.run(600_000)
    expect(world.closed.length).toBeGreaterThan(3)
    expect(world.closed).not.toContain(p('server'))
  })

  test('and a server tries servers first', () => {
    const world = settled({ server: true })
    world.hear(p('relay'), infos(2, 100, true))
    expect(tryOne(world, 500, true)).toMatch(/peer 10[01]/)
    expect(tryOne(world, 500, true)).toMatch(/peer 10[01]/)
  })

  describe('of whom only those that dialled in have told', () => {
    /** Knows nobody but a server and a page of which one that dialled in tells. */
    function told(config: Partial<Config> = {}): World {
      const world = settled(config, 0)
      world.join(p('inbound'))
      world.hear(p('inbound'), [info(p('told page')), info(p('told server'), true)])
      return world
    }

    test('not by a page', () => {
      const world = told()
      world.run(600_000)
      expect(world.rtts.has(p('told page'))).toBe(false)
      expect(world.rtts.has(p('told server'))).toBe(false)
      expect(world.closed).toEqual([])
    })

    test('by a server if it is a server, which takes nobody’s place, and is told of to nobody', () => {
      const world = told({ server: true })
      expect(tryOne(world, 1, true)).toBe(p('told server'))
      expect(world.closed).toEqual([p('told server')])
      expect(world.rtts.has(p('told page'))).toBe(false)
      const named = world.told.flatMap(({ peers }) => peers)
      expect(named.filter(({ peer }) => peer === p('told server'))).toEqual([])
    })

    test('but it stays when it is in use, as if it had dialled', () => {
      const world = told({ server: true })
      world.used.add(p('told server'))
      const { chosen } = world
      expect(world.peers.slot(tryOne(world, 1, true))).toBe('inbound')
      expect(world.closed).toEqual([])
      expect(world.chosen).toEqual(chosen)
    })

    test('and goes though it is in use where there is no room for one that dials', () => {
      const world = told({ server: true, neighboursMax: 10 })
      world.used.add(p('told server'))
      expect(tryOne(world, 1, true)).toBe(p('told server'))
      expect(world.closed).toEqual([p('told server')])
    })

    test('also when what was told of it is forgotten before it answers', () => {
      const world = told({ server: true, knownPeersPerSourceMax: 8 })
      const { chosen } = world
      let slow: PeerId | undefined
      while (slow === undefined) {
        world.run(world.now + 1_000, peer => {
          slow = peer
        })
      }
      expect(slow).toBe(p('told server'))
      world.hear(p('inbound'), infos(8, 100))
      expect([...world.peers.known()].map(({ peer }) => peer)).not.toContain(slow)
      world.join(slow, { server: true, rttMs: 1 })
      world.run(world.now + defaultConfig.trialMs)
      expect(world.closed).toEqual([slow])
      expect(world.chosen).toEqual(chosen)
    })

    test('nor a place of its own, when a redirect names it', () => {
      const world = told()
      const { chosen } = world
      world.note(world.peers.suggest(p('inbound'), [p('told page')], world.now))
      world.run(world.now + 3_000)
      expect(world.peers.slot(p('told page'))).toBe('trial')
      world.run(world.now + 10_000)
      expect(world.closed).toEqual([p('told page')])
      expect(world.chosen).toEqual(chosen)
    })

    test('and nobody is told of it while it is tried', () => {
      const world = told({ server: true })
      let tried: PeerId | undefined
      while (tried === undefined) {
        world.run(world.now + 1_000, peer => {
          tried = peer
          world.join(peer, { server: true })
        })
      }
      expect(world.peers.slot(tried)).toBe('trial')
      const [introduced] = world.peers.introduce(p('newcomer'))
      const message = introduced?.message as { peers: readonly PeerInfo[] }
      expect(message.peers.map(({ peer }) => peer)).not.toContain(p('told server'))
      expect(message.peers.map(({ peer }) => peer)).toContain(p('relay'))
    })

    test('and it takes a place that is free', () => {
      const world = told()
      for (const peer of [...world.chosen]) if (peer !== p('relay')) world.leave(peer)
      world.run(world.now + 3_000)
      expect(world.chosen).toContain(p('told page'))
    })
  })

  test('but neighbours that were named are not closed for it', () => {
    const world = new World({ neighboursTarget: 4, neighboursMax: 32 })
    const named = Array.from({ length: 6 }, (_, i) => p(`named ${i}`))
    for (const peer of named) world.join(peer, { outbound: true })
    world.hear(p('named 0'), infos(20))
    world.run(600_000)
    expect(world.closed.length).toBeGreaterThan(3)
    for (const peer of named) expect(world.peers.slot(peer)).toBe('named')
  })

  test('but a named one that was lost is named again, also when it was dialled by choice', () => {
    const world = new World({ neighboursTarget: 2, neighboursMax: 16 })
    world.join(p('relay'), { outbound: true, server: true })
    world.leave(p('relay'))
    world.run(200_000)
    expect(world.peers.slot(p('relay'))).toBe('named')
    // Of these, too, it remembers no more than it can have.
    world.leave(p('relay'))
    for (let i = 0; i < 16; i++) {
      world.peers.handleConnected(p(i), true)
      world.leave(p(i))
    }
    world.run(400_000)
    expect(world.peers.slot(p('relay'))).toBe('near')
  })
})
