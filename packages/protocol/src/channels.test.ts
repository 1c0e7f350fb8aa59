import { describe, expect, test } from 'vitest'
import { type ChannelEvent, Channels, type VerifiedAnnouncement } from './channels.ts'
import type { Config } from './config.ts'
import { defaultConfig } from './default-config.ts'
import { type Micros, openChannelId, type PeerId } from './ids.ts'
import type { Publication } from './own-runs.ts'
import { Timers } from './timers.ts'
import type { Announcement } from './wire/messages.ts'

const self = 'self' as PeerId
const [a, b, c, neighbour] = ['a', 'b', 'c', 'neighbour'] as [PeerId, PeerId, PeerId, PeerId]
const name = 'demo'
const channel = openChannelId(name)
const publication: Publication = { channel, name, epoch: 5, catalog: new Uint8Array([1]) }

/** `metrics` is the way to each publisher, and may be changed. */
function channels(
  config: Partial<Config> = {},
  metrics: Map<PeerId, Micros> = new Map([
    [a, 10],
    [b, 20]
  ])
) {
  const timers = new Timers()
  const reach = (publisher: PeerId) => metrics.get(publisher)
  const lookups = { reach, takers: () => undefined, startsFirstTrack: () => true }
  return { timers, metrics, channels: new Channels(self, { ...defaultConfig, ...config }, timers, lookups) }
}

function announced(over: Partial<Announcement> = {}, validForMs = 60_000): VerifiedAnnouncement {
  const announcement: Announcement = {
    publisher: a,
    channel,
    name,
    epoch: 1,
    seqno: 0,
    expiresAt: 0,
    ended: false,
    catalog: new Uint8Array(),
    ...over
  }
  const signed = {
    body: new TextEncoder().encode(JSON.stringify(announcement)),
    signature: new Uint8Array(64)
  }
  return { announcement, signed, validForMs } as VerifiedAnnouncement
}

/** One on a channel of its own. */
const announcedOn = (text: string, publisher = a) =>
  announced({ name: text, channel: openChannelId(text), publisher })

/** Each event in a few words. */
function told(events: ChannelEvent[]): string[] {
  return events.map(event => {
    if (event.type === 'join') return `join ${event.announcement.publisher} ${event.announcement.epoch}`
    if (event.type === 'leave') return `${event.ended ? 'end' : 'leave'} ${event.announcement.publisher}`
    return event.type
  })
}

const names = (of: Channels) => [...of.channels()].map(row => row.name)

describe('Announcements', () => {
  test('go to every neighbour but the one they came from, once', () => {
    const made = channels()
    const verified = announced()
    const message = { type: 'announce', announcement: verified.signed }
    expect(made.channels.handleAnnouncement(neighbour, verified, 0)).toEqual([
      { type: 'flood', message, except: neighbour }
    ])
    expect(made.channels.handleAnnouncement(b, verified, 0)).toEqual([])
  })

  test('that are older than what is known go nowhere', () => {
    const made = channels()
    made.channels.handleAnnouncement(neighbour, announced({ epoch: 3, seqno: 3 }), 0)
    for (const old of [
      { epoch: 3, seqno: 2 },
      { epoch: 2, seqno: 9 }
    ]) {
      expect(made.channels.handleAnnouncement(neighbour, announced(old), 0)).toEqual([])
    }
    expect(told(made.channels.handleAnnouncement(neighbour, announced({ epoch: 4 }), 0))).toEqual(['flood'])
  })

  test('are all told to a new neighbour, the withdrawn ones too', () => {
    const made = channels()
    made.channels.handleAnnouncement(neighbour, announced(), 0)
    made.channels.handleAnnouncement(neighbour, announced({ publisher: b, ended: true }), 0)
    expect(made.channels.handleUp(neighbour, 0)).toHaveLength(2)
  })

  test('past announcementsMax are neither kept nor passed on, except this node’s own and its neighbours’', () => {
    const made = channels({ announcementsMax: 2 })
    made.channels.handleUp(b, 0)
    for (const text of ['one', 'two']) made.channels.handleAnnouncement(neighbour, announcedOn(text), 0)
    expect(made.channels.handleAnnouncement(neighbour, announcedOn('three'), 0)).toEqual([])
    expect(told(made.channels.handleAnnouncement(undefined, announcedOn('own', self), 0))).toEqual(['flood'])
    expect(told(made.channels.handleAnnouncement(b, announcedOn('near', b), 0))).toEqual(['flood'])
    expect(names(made.channels)).toEqual(['one', 'two', 'own', 'near'])
  })

  test('past announcementsRate close the neighbour with quota', () => {
    const made = channels({ announcementsRate: { burst: 3, perSecond: 1 } })
    const bring = (seqno: number, now: number) =>
      told(made.channels.handleAnnouncement(neighbour, announced({ seqno }), now))
    expect([0, 1, 2, 3].map(seqno => bring(seqno, 0))).toEqual([['flood'], ['flood'], ['flood'], ['close']])
    expect([bring(3, 1_000), bring(4, 1_000)]).toEqual([['flood'], ['close']])
    made.channels.handleDown(neighbour)
    expect(bring(4, 1_000)).toEqual(['flood'])
  })

  test('of one publisher past announcementsPerPublisherMax are not kept, those of another are', () => {
    const made = channels({ announcementsPerPublisherMax: 2 })
    for (const text of ['one', 'two', 'three'])
      made.channels.handleAnnouncement(neighbour, announcedOn(text), 0)
    made.channels.handleAnnouncement(neighbour, announcedOn('four', b), 0)
    expect(names(made.channels)).toEqual(['one', 'two', 'four'])
  })

  test('are forgotten when they expire, and make room', () => {
    const made = channels({ announcementsMax: 1, announcementsPerPublisherMax: 1 })
    made.channels.handleAnnouncement(neighbour, announced({}, 1_000), 0)
    expect(made.timers.takeDue(1_000)).toEqual(['announcements'])
    made.channels.handleTimeout(999)
    expect(names(made.channels)).toEqual(['demo'])
    made.channels.handleTimeout(1_000)
    expect(names(made.channels)).toEqual([])
    made.channels.handleAnnouncement(neighbour, announcedOn('next'), 1_000)
    expect(names(made.channels)).toEqual(['next'])
  })

  test('are forgotten when their publisher cannot be reached for announceUnreachableMs', () => {
    const made = channels({ announceUnreachableMs: 1_000 })
    const [lost, heard] = [announced({}, 600_000), announcedOn('far', c)]
    for (const announcement of [lost, heard]) made.channels.handleAnnouncement(neighbour, announcement, 0)
    made.metrics.delete(a)
    made.channels.handleReach(a, 500)
    made.channels.handleReach(a, 1_400)
    expect(made.timers.takeDue(1_000)).toEqual(['announcements'])
    made.channels.handleTimeout(1_000)
    expect(names(made.channels), 'nobody has ever told of a way to c').toEqual(['demo'])
    expect(made.timers.takeDue(1_500)).toEqual(['announcements'])
    made.channels.handleTimeout(1_500)
    expect(names(made.channels)).toEqual([])
  })

  test('stay when their publisher is reached again', () => {
    const made = channels({ announceUnreachableMs: 1_000 })
    made.channels.handleAnnouncement(neighbour, announced({}, 600_000), 0)
    made.metrics.delete(a)
    made.channels.handleReach(a, 500)
    made.metrics.set(a, 10)
    made.channels.handleReach(a, 1_400)
    made.channels.handleTimeout(60_000)
    expect(names(made.channels)).toEqual(['demo'])
  })
})

describe('A publication', () => {
  test('is announced for announceTtlMs, and again each announceIntervalMs', () => {
    const made = channels({ announceTtlMs: 300, announceIntervalMs: 100 })
    const { epoch, catalog } = publication
    const draft = { publisher: self, channel, name, epoch, seqno: 0, ended: false, catalog, ttlMs: 300 }
    expect(made.channels.publish(publication, 0)).toEqual({ epoch, events: [{ type: 'sign', draft }] })
    expect(made.timers.takeDue(99)).toEqual([])
    expect(made.timers.takeDue(100)).toEqual(['announcements'])
    expect(made.channels.handleTimeout(100)).toEqual([{ type: 'sign', draft: { ...draft, seqno: 1 } }])
    expect(made.timers.takeDue(200)).toEqual(['announcements'])
  })

  test('is withdrawn at its end, and announced no more', () => {
    const made = channels()
    made.channels.publish(publication, 0)
    expect(made.channels.isPublishing).toBe(true)
    expect(made.channels.unpublish(channel, 0)).toMatchObject([
      { draft: { epoch: 5, seqno: 1, ended: true } }
    ])
    expect(made.channels.isPublishing).toBe(false)
    expect(made.channels.unpublish(channel, 0)).toEqual([])
    expect(made.channels.handleTimeout(defaultConfig.announceIntervalMs)).toEqual([])
  })

  test('of a channel that this node publishes already is refused', () => {
    const made = channels()
    made.channels.publish(publication, 0)
    expect(() => made.channels.publish({ ...publication, epoch: 6 }, 0)).toThrow(TypeError)
    expect(() => made.channels.publish({ ...publication, epoch: 6 }, 0)).toThrow(/publishes "demo" already/)
  })

  test('with a catalog over 1,024 bytes is refused, and leaves nothing behind', () => {
    const made = channels()
    const large = { ...publication, catalog: new Uint8Array(1_025) }
    expect(() => made.channels.publish(large, 0)).toThrow(
      new TypeError('the catalog has 1025 bytes, more than 1024')
    )
    expect(made.channels.isPublishing).toBe(false)
  })

  test('of an earlier run of this node is withdrawn when a neighbour still tells of it', () => {
    const made = channels()
    const old = announced({ publisher: self, epoch: 3, seqno: 7 })
    expect(made.channels.handleAnnouncement(neighbour, old, 0)).toMatchObject([
      { type: 'sign', draft: { publisher: self, epoch: 3, seqno: 8, ended: true } }
    ])
    expect(names(made.channels)).toEqual([])
  })
})

describe('A subscription', () => {
  test('goes to the nearest publisher, the lesser peer id among equals', () => {
    const made = channels(
      {},
      new Map([
        [a, 30],
        [b, 20]
      ])
    )
    for (const publisher of [a, b]) made.channels.handleAnnouncement(neighbour, announced({ publisher }), 0)
    expect(told(made.channels.subscribe(channel, 'any', 0))).toEqual(['join b 1'])
    made.channels.unsubscribe(channel)
    made.metrics.set(a, 20)
    expect(told(made.channels.subscribe(channel, 'any', 0))).toEqual(['join a 1'])
  })

  test('waits for an announcement, and for a way', () => {
    const made = channels({}, new Map())
    expect(made.channels.subscribe(channel, 'any', 0)).toEqual([])
    expect(told(made.channels.handleAnnouncement(neighbour, announced(), 0))).toEqual(['flood'])
    made.metrics.set(a, 10)
    expect(told(made.channels.handleReach(a, 0))).toEqual(['join a 1'])
  })

  test('keeps its publisher when another comes nearer, and when there is no way and no other', () => {
    const made = channels({}, new Map([[a, 10]]))
    made.channels.subscribe(channel, 'any', 0)
    for (const publisher of [a, b]) made.channels.handleAnnouncement(neighbour, announced({ publisher }), 0)
    made.metrics.set(b, 1)
    expect(made.channels.handleReach(b, 0)).toEqual([])
    made.metrics.clear()
    expect(made.channels.handleReach(a, 0)).toEqual([])
  })

  test('fails over when there is no way to its publisher any more', () => {
    const made = channels()
    made.channels.subscribe(channel, 'any', 0)
    for (const publisher of [a, b]) made.channels.handleAnnouncement(neighbour, announced({ publisher }), 0)
    made.metrics.delete(a)
    expect(told(made.channels.handleReach(a, 0))).toEqual(['leave a', 'join b 1'])
  })

  test('ends with the last object, and takes the same run no more', () => {
    const made = channels()
    made.channels.subscribe(channel, 'any', 0)
    const run = announced()
    made.channels.handleAnnouncement(neighbour, run, 0)
    expect(told(made.channels.handleEnd(run.announcement, 0))).toEqual(['end a'])
    expect(made.channels.handleReach(a, 0)).toEqual([])
    expect(told(made.channels.handleAnnouncement(neighbour, announced({ seqno: 1 }), 0))).toEqual(['flood'])
    expect(told(made.channels.handleAnnouncement(neighbour, announced({ epoch: 2 }), 0))).toEqual([
      'flood',
      'join a 2'
    ])
  })

  test('that is withdrawn ends endGraceMs later, unless its last object came before', () => {
    const made = channels({ endGraceMs: 500 })
    made.channels.subscribe(channel, 'any', 0)
    made.channels.handleAnnouncement(neighbour, announced(), 0)
    expect(
      told(made.channels.handleAnnouncement(neighbour, announced({ seqno: 1, ended: true }), 0))
    ).toEqual(['flood'])
    expect(made.timers.takeDue(499)).toEqual([])
    expect(made.timers.takeDue(500)).toEqual(['endings'])
    expect(told(made.channels.handleEndings(500))).toEqual(['end a'])
    expect(made.channels.handleEndings(1_000)).toEqual([])
  })

  test('goes over to a new run of its publisher at once', () => {
    const made = channels()
    made.channels.subscribe(channel, 'any', 0)
    made.channels.handleAnnouncement(neighbour, announced(), 0)
    expect(told(made.channels.handleAnnouncement(neighbour, announced({ epoch: 2 }), 0))).toEqual([
      'flood',
      'end a',
      'join a 2'
    ])
  })

  test('ends when the announcement of its publisher expires', () => {
    const made = channels()
    made.channels.subscribe(channel, 'any', 0)
    made.channels.handleAnnouncement(neighbour, announced({}, 1_000), 0)
    expect(told(made.channels.handleTimeout(1_000))).toEqual(['end a'])
  })

  test('that is given up leaves its publisher, and follows nothing more', () => {
    const made = channels()
    made.channels.subscribe(channel, 'any', 0)
    made.channels.handleAnnouncement(neighbour, announced(), 0)
    expect(told(made.channels.unsubscribe(channel))).toEqual(['leave a'])
    expect(made.channels.unsubscribe(channel)).toEqual([])
    expect(told(made.channels.handleAnnouncement(neighbour, announced({ epoch: 2 }), 0))).toEqual(['flood'])
  })
})

describe('A query of a neighbour', () => {
  const query = { type: 'route-query', channel, hopsLeft: 3 } as const

  test('is answered with who can be reached, the nearest first, and the ways; soon after with the ways only', () => {
    const made = channels({ queryHoldMs: 500 })
    for (const publisher of [b, a]) made.channels.handleAnnouncement(neighbour, announced({ publisher }), 0)
    const answer = (now: number) => made.channels.handleQuery(neighbour, query, now)
    const rows = { type: 'rows', peer: neighbour, origins: [a, b] }
    expect(answer(0)).toMatchObject([
      { message: { type: 'announce' } },
      { message: { type: 'announce' } },
      rows
    ])
    expect(answer(499)).toEqual([rows])
    expect(answer(500)).toHaveLength(3)
  })

  test('that is to start what is found makes the nearest publisher expected; one that is passed on starts nothing', () => {
    const starting = { ...query, start: true } as const
    const made = channels()
    for (const publisher of [b, a]) made.channels.handleAnnouncement(neighbour, announced({ publisher }), 0)
    const { announcement: run } = announced()
    expect(made.channels.handleQuery(neighbour, starting, 0).at(-1)).toEqual({
      type: 'expect',
      peer: neighbour,
      run
    })
    const lost = channels({}, new Map())
    for (const peer of [neighbour, b]) lost.channels.handleUp(peer, 0)
    expect(lost.channels.handleQuery(neighbour, starting, 0)).toEqual([
      { type: 'send', peer: b, message: { ...query, hopsLeft: 2 } }
    ])
  })

  test('is passed on where nobody can be reached, and answered when somebody can', () => {
    const made = channels({}, new Map())
    for (const peer of [neighbour, b]) made.channels.handleUp(peer, 0)
    made.channels.handleAnnouncement(b, announced(), 0)
    expect(made.channels.handleQuery(neighbour, query, 0)).toEqual([
      { type: 'send', peer: b, message: { ...query, hopsLeft: 2 } }
    ])
    made.metrics.set(a, 10)
    expect(made.channels.handleReach(a, 0)).toMatchObject([
      { type: 'send', peer: neighbour, message: { type: 'announce' } },
      { type: 'rows', peer: neighbour, origins: [a] }
    ])
  })
})
