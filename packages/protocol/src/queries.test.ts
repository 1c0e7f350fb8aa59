import { describe, expect, test } from 'vitest'
import type { Config } from './config.ts'
import { defaultConfig } from './default-config.ts'
import { openChannelId, type PeerId } from './ids.ts'
import { Queries, type QueryEvent } from './queries.ts'
import { Timers } from './timers.ts'
import type { RouteQuery } from './wire/messages.ts'

const [a, b, c] = ['a', 'b', 'c'] as [PeerId, PeerId, PeerId]
const channel = openChannelId('demo')

function queries(config: Partial<Config> = {}, peers = [a, b, c]) {
  const timers = new Timers()
  const made = new Queries({ ...defaultConfig, ...config }, timers)
  for (const peer of peers) made.handleUp(peer, 0)
  return { timers, queries: made }
}

function query(hopsLeft: number, name = 'demo'): RouteQuery {
  return { type: 'route-query', channel: openChannelId(name), hopsLeft }
}

/** Who is asked, and how far. */
function asked(events: QueryEvent[]): string[] {
  return events.map(({ peer, message }) => `${peer} ${message.hopsLeft}`)
}

describe('A search', () => {
  test('goes 2 links far, then 8, then hopsMax, after 1 s, 2 s, 5 s, and then every 30 s', () => {
    const { queries: made, timers } = queries()
    expect(asked(made.want(channel, 0, 0))).toEqual(['a 1', 'b 1', 'c 1'])
    const sent: string[] = []
    for (let now = 0; now < 70_000; now = timers.next() ?? Number.POSITIVE_INFINITY) {
      timers.takeDue(now)
      for (const text of asked(made.handleTimeout(now)).slice(0, 1)) sent.push(`${now}: ${text}`)
    }
    expect(sent).toEqual(['1000: a 7', '3000: a 63', '8000: a 63', '38000: a 63', '68000: a 63'])
  })

  test('that is to wait asks later, and not at all when it was found before', () => {
    const { queries: made, timers } = queries()
    expect(made.want(channel, 1_000, 0)).toEqual([])
    expect(timers.takeDue(1_000)).toEqual(['queries'])
    expect(asked(made.handleTimeout(1_000))).toHaveLength(3)
    made.unwant(channel)
    expect(made.handleTimeout(60_000)).toEqual([])
  })

  test('begins anew with a new neighbour', () => {
    const { queries: made, timers } = queries()
    made.want(channel, 0, 0)
    made.handleTimeout(1_000)
    made.handleUp('d' as PeerId, 1_500)
    expect(timers.next()).toBeLessThanOrEqual(1_500)
    expect(asked(made.handleTimeout(1_500))).toEqual(['a 1', 'b 1', 'c 1', 'd 1'])
  })

  test('asks the first neighbour before it is up, to start what is wanted of it, and not again when it is', () => {
    const { queries: made } = queries({}, [])
    const other = openChannelId('other')
    for (const wanted of [channel, other]) expect(made.want(wanted, 0, 0)).toEqual([])
    expect(made.handleConnected(a, { isFirst: true, starts: wanted => wanted === channel }, 100)).toEqual([
      { type: 'send', peer: a, message: { ...query(1), start: true } },
      { type: 'send', peer: a, message: query(1, 'other') }
    ])
    expect(made.handleConnected(b, { isFirst: false, starts: () => true }, 150)).toEqual([])
    made.handleUp(a, 200)
    expect(made.handleTimeout(1_099)).toEqual([])
    expect(asked(made.handleTimeout(1_100))).toEqual(['a 7', 'a 7'])
  })

  test.each([
    ['that began after it was there', ['a first', 'want', 'a up']],
    ['that it was asked for on an earlier connection', ['want', 'a first', 'a connected', 'a up']]
  ])('asks the first neighbour when it is up, one %s', (_, steps) => {
    const { queries: made } = queries({}, [])
    for (const step of steps) {
      if (step === 'want') made.want(channel, 0, 0)
      else if (step === 'a up') made.handleUp(a, 500)
      else made.handleConnected(a, { isFirst: step === 'a first', starts: () => true }, 0)
    }
    expect(asked(made.handleTimeout(500))).toEqual(['a 1'])
  })
})

describe('A query', () => {
  /** A neighbour asks, and there is no answer. */
  const passed = (made: Queries, peer: PeerId, of: RouteQuery, now: number) =>
    made.remember(peer, of.channel, now) ? asked(made.passOn(peer, of, now)) : 'dropped'

  test('is passed on to the others, once, unless it is to go further, or was asked a while ago', () => {
    const { queries: made } = queries({ queryHoldMs: 500 })
    expect(passed(made, a, query(2), 0)).toEqual(['b 1', 'c 1'])
    expect(passed(made, b, query(2), 100)).toEqual([])
    expect(passed(made, b, query(8), 200)).toEqual(['a 7', 'c 7'])
    expect(passed(made, c, query(8), 300)).toEqual([])
    expect(passed(made, a, query(2), 700)).toEqual(['b 1', 'c 1'])
    expect([...made.askers(channel)]).toEqual([a, b, c])
  })

  test('that may go no further waits for an answer, which is told once in queryHoldMs', () => {
    const { queries: made } = queries({ queryHoldMs: 500 })
    expect(passed(made, b, query(0), 0)).toEqual([])
    expect(made.waiting(channel)).toEqual([b])
    expect([0, 499, 500].map(now => made.handleAnswered(b, channel, now))).toEqual([true, false, true])
    made.remember(b, channel, 600)
    expect(made.handleAnswered(b, channel, 600)).toBe(false)
    expect(made.waiting(channel)).toEqual([])
  })

  test('says for interestHoldMs that its sender is interested, or until that is gone', () => {
    const { queries: made, timers } = queries({ interestHoldMs: 1_000 })
    for (const peer of [a, b]) made.remember(peer, channel, 0)
    expect(timers.next()).toBe(1_000)
    made.handleDown(b)
    expect([...made.askers(channel)]).toEqual([a])
    made.handleTimeout(999)
    expect(made.isAsked(channel)).toBe(true)
    made.handleTimeout(1_000)
    expect(made.isAsked(channel)).toBe(false)
  })

  test('past queriesPerNeighbourMax, or queriesMax, is dropped', () => {
    const { queries: made } = queries({ queriesPerNeighbourMax: 2, queriesMax: 3 })
    const isKept = (peer: PeerId, name: string) => made.remember(peer, openChannelId(name), 0)
    expect(['1', '2', '3', '1'].map(name => isKept(a, name))).toEqual([true, true, false, true])
    expect(['4', '5', '2'].map(name => isKept(b, name))).toEqual([true, false, true])
    made.handleDown(a)
    expect(isKept(c, '5')).toBe(true)
  })

  test('past queriesRate is dropped', () => {
    const { queries: made } = queries({ queriesRate: { burst: 2, perSecond: 1 } })
    const kept = [0, 0, 0, 1_000, 1_000].map(now => made.remember(a, channel, now))
    expect(kept).toEqual([true, true, false, true, false])
    expect(made.remember(b, channel, 1_000)).toBe(true)
  })
})
