import { describe, expect, test } from 'vitest'
import { Announcements } from './announcements.ts'
import { defaultConfig } from './default-config.ts'
import { openChannelId, type PeerId } from './ids.ts'

const self = 'self' as PeerId
const [a, b, c] = ['a', 'b', 'c'] as [PeerId, PeerId, PeerId]

/** With room for four; the publishers of `followed` are followed here. */
function table(followed: string[] = []) {
  const config = { ...defaultConfig, announcementsMax: 4, announcementsOnDemandMax: 2 }
  const wanted = new Set<string>()
  const announcements = new Announcements(self, config, {
    isInUse: ({ publisher }) => followed.includes(publisher),
    isWanted: channel => [...wanted].some(name => channel === openChannelId(name))
  })
  /** From `from`, each of the publishers on a channel of its own; returns those that are kept. */
  const bring = (from: PeerId | undefined, publishers: string, seqno = 0) =>
    [...publishers].filter(publisher => announcements.store(heard(publisher, seqno), from) !== 'not').join('')
  const kept = () => [...announcements.all()].map(({ announcement }) => announcement.publisher).join('')
  return { announcements, bring, kept, wanted }
}

function heard(name: string, seqno: number) {
  const run = { publisher: name as PeerId, channel: openChannelId(name), name, epoch: 1, seqno }
  const announcement = { ...run, expiresAt: 0, ended: false, catalog: new Uint8Array() }
  return { announcement, signed: { body: new Uint8Array(), signature: new Uint8Array() }, expiresAt: 0 }
}

describe('A full room for announcements', () => {
  test('is shared equally: who has the most gives way, the last first, to who has less', () => {
    const { bring, kept } = table()
    expect(bring(a, '1234567')).toBe('1234')
    expect(bring(b, '890')).toBe('89')
    expect(kept()).toBe('1289')
    expect(bring(a, '3')).toBe('')
    expect(bring(c, '0x')).toBe('0')
    expect(kept()).toBe('1280')
  })

  test('takes what renews something that is kept, whoever brings it', () => {
    const { bring } = table()
    bring(a, '1234')
    expect(bring(b, '1', 1)).toBe('1')
    expect(bring(a, '5')).toBe('')
  })

  test('keeps what is followed here, also when all of it comes from one', () => {
    const { bring, kept } = table(['3', '4', '7'])
    bring(a, '1234')
    expect(bring(b, '567')).toBe('567')
    expect(kept()).toBe('3457')
  })

  test('counts what neighbours brought that are gone as of one, until another one renews it', () => {
    const { announcements, bring, kept } = table()
    bring(a, '12')
    bring(b, '34')
    for (const peer of [a, b]) announcements.handleDown(peer)
    expect(bring(c, '5678')).toBe('56')
    expect(kept()).toBe('1256')
    bring(c, '12', 1)
    expect(bring(a, '9')).toBe('9')
    expect(kept()).toBe('1259')
  })
})

describe('What somebody wants, while the room is full,', () => {
  test('has another room, shared as fairly, and is told to those only', () => {
    const { announcements, bring, kept, wanted } = table()
    bring(a, '12')
    bring(b, '34')
    for (const name of 'wxyz') wanted.add(name)
    expect(bring(a, 'wxy5')).toBe('wx')
    expect(bring(b, 'z')).toBe('z')
    expect(kept()).toBe('1234wz')
    expect([...announcements.forAll()].map(({ announcement }) => announcement.publisher).join('')).toBe(
      '1234'
    )
    expect(announcements.store(heard('z', 1), b)).toBe('on-demand')
  })

  test('is forgotten when nobody wants it any more', () => {
    const { announcements, bring, kept, wanted } = table()
    bring(a, '1234')
    wanted.add('w')
    bring(a, 'w')
    announcements.sweep()
    expect([kept(), announcements.hasOnDemand]).toEqual(['1234w', true])
    wanted.clear()
    announcements.sweep()
    expect([kept(), announcements.hasOnDemand]).toEqual(['1234', false])
  })
})

describe('What neighbours publish themselves', () => {
  test('is kept beside the room, and finds room, or not, when they go', () => {
    const { announcements, bring, kept } = table(['c'])
    bring(a, '12bc')
    for (const peer of [b, c]) announcements.handleUp(peer)
    expect(bring(a, '34')).toBe('34')
    expect(kept()).toBe('12bc34')
    announcements.handleDown(b)
    expect(kept()).toBe('12c34')
    announcements.handleDown(c)
    expect(kept()).toBe('12c3')
  })
})
