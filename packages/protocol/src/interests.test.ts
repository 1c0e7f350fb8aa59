import { describe, expect, test } from 'vitest'
import { Announcements } from './announcements.ts'
import { defaultConfig } from './default-config.ts'
import { type Micros, openChannelId, type PeerId } from './ids.ts'
import { type InterestEvent, Interests } from './interests.ts'
import { Timers } from './timers.ts'
import type { Announcement } from './wire/messages.ts'

const [self, a, b, c] = ['self', 'a', 'b', 'c'] as [PeerId, PeerId, PeerId, PeerId]
const channel = openChannelId('demo')

/** A subscription to all of the channel, of which a, b and c are 10, 20 and 30 away. */
function all(publishersFollowedMax = 64) {
  const metrics = new Map<PeerId, Micros>([
    [a, 10],
    [b, 20],
    [c, 30]
  ])
  const config = { ...defaultConfig, publishersFollowedMax, endGraceMs: 500 }
  const timers = new Timers()
  const announcements = new Announcements(self, config, { isInUse: () => false, isWanted: () => false })
  const interests = new Interests(config, timers, announcements, publisher => metrics.get(publisher))
  const announce = (publisher: PeerId, over: Partial<Announcement> = {}) => {
    const run = { publisher, channel, name: 'demo', epoch: 1, seqno: 0, expiresAt: 0, ended: false }
    const announcement: Announcement = { ...run, catalog: new Uint8Array(), ...over }
    const signed = { body: none, signature: none }
    announcements.store({ announcement, signed, expiresAt: 60_000 }, publisher)
    return told(interests.handleAnnounced(channel, 0))
  }
  return { metrics, timers, interests, announce }
}

const none = new Uint8Array()

/** Each event in a few words. */
function told(events: InterestEvent[]): string[] {
  return events.map(event => {
    const { publisher, epoch } = event.announcement
    const what = event.type === 'leave' && event.ended ? 'end' : event.type
    return `${what} ${publisher} ${epoch}`
  })
}

describe('A subscription to all', () => {
  test('follows every publisher that can be reached, the nearest first, and leaves them together', () => {
    const { interests, announce, metrics } = all()
    metrics.delete(b)
    for (const publisher of [c, b, a]) announce(publisher)
    expect(told(interests.open(channel, 'all', 0))).toEqual(['join a 1', 'join c 1'])
    metrics.set(b, 1)
    expect(told(interests.handleReach(b, 0))).toEqual(['join b 1'])
    expect(told(interests.close(channel))).toEqual(['leave a 1', 'leave c 1', 'leave b 1'])
    expect(interests.handleReach(b, 0)).toEqual([])
  })

  test('ends one and keeps the others, and takes a new run of the one', () => {
    const { interests, announce } = all()
    interests.open(channel, 'all', 0)
    expect([a, b].map(publisher => announce(publisher))).toEqual([['join a 1'], ['join b 1']])
    expect(announce(a, { epoch: 2 })).toEqual(['end a 1', 'join a 2'])
    expect(announce(a, { epoch: 2, seqno: 1, ended: true })).toEqual([])
    expect(told(interests.handleEndings(499))).toEqual([])
    expect(told(interests.handleEndings(500))).toEqual(['end a 2'])
    expect(told(interests.close(channel))).toEqual(['leave b 1'])
  })

  test('waits for one that cannot be reached as long as there are places', () => {
    const { interests, announce, metrics } = all()
    interests.open(channel, 'all', 0)
    for (const publisher of [a, b]) announce(publisher)
    metrics.clear()
    expect([a, b].map(publisher => told(interests.handleReach(publisher, 0)))).toEqual([[], []])
  })

  test('follows publishersFollowedMax of them, and another once one ends or cannot be reached', () => {
    const { interests, announce, metrics } = all(2)
    interests.open(channel, 'all', 0)
    expect([b, c, a].map(publisher => announce(publisher))).toEqual([['join b 1'], ['join c 1'], []])
    metrics.delete(c)
    expect(told(interests.handleReach(c, 0))).toEqual(['leave c 1', 'join a 1'])
    metrics.set(c, 1)
    expect(told(interests.handleReach(c, 0))).toEqual([])
    const run = { publisher: b, channel, epoch: 1 } as Announcement
    expect(told(interests.handleEnd(run, 0))).toEqual(['end b 1', 'join c 1'])
  })
})
