import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bucketOf, RowSums, rowHash } from './digest.ts'
import type { PeerId } from './ids.ts'
import type { RouteEvent } from './route-event.ts'
import { a, b, c, origin, row, self, tableOfTwo } from './routes.fixture.ts'
import type { Routes } from './routes.ts'
import type { Digest, Message, Resync, SyncRow } from './wire/messages.ts'

const zeros = new Array<number>(16).fill(0)

function messages(events: RouteEvent[], to: PeerId): Message[] {
  return events.flatMap(event => (event.type === 'send' && event.peer === to ? [event.message] : []))
}

function sumsOf(rows: readonly SyncRow[]): number[] {
  const sums = new RowSums()
  for (const of of rows) sums.set(of)
  return sums.sums()
}

const digest = (routes: readonly number[]): Digest => ({ type: 'digest', routes, subscriptions: zeros })

/** What the next round says to each, or does not. */
function nextRound(routes: Routes): (peer: PeerId) => readonly number[] | undefined {
  const events = routes.handleTimer('digest', 5_000)
  return peer => {
    const [message] = messages(events, peer)
    return message?.type === 'digest' ? message.routes : undefined
  }
}

describe('Sums of rows', () => {
  // The values of RFC 1, section "Digests": another implementation has to find the same.
  test('are the same everywhere', () => {
    const id = '12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA' as PeerId
    const example = { origin: id, epoch: 1_800_000_000_000, seqno: 3, metricUs: 54_321, hops: 2 }
    expect([bucketOf(id), rowHash(example).toString(16)]).toEqual([13, 'fb798156'])
  })

  test('depend on what is in the table, and not on how it came there', () => {
    const number = fc.nat(3)
    const change = fc.record({
      origin: fc.constantFrom(a, b, c),
      epoch: number,
      seqno: number,
      metricUs: fc.option(fc.maxSafeNat(), { nil: undefined }),
      hops: number
    })
    fc.assert(
      fc.property(fc.array(change), changes => {
        const sums = new RowSums()
        const table = new Map<PeerId, SyncRow>()
        for (const of of changes) {
          sums.set(of)
          table.set(of.origin, of)
        }
        expect(sums.sums()).toEqual(sumsOf([...table.values()]))
        expect(sums.sums(a)).toEqual(sumsOf([...table.values()].filter(of => of.origin !== a)))
      })
    )
  })

  test('do not cancel when two rows change alike', () => {
    let same = 0
    for (let i = 0; i < 2_000; i++) {
      const two = [row(1_000, { origin: `o${i}` as PeerId }), row(1_000, { origin: `p${i}` as PeerId })]
      const [before, after] = [two, two.map(of => ({ ...of, hops: 2 }))].map(rows =>
        rows.reduce((sum, of) => sum ^ rowHash(of), 0)
      )
      if (before === after) same++
    }
    expect(same).toBe(0)
  })
})

describe('A digest', () => {
  test('sums up what was told, but for what was said of the receiver', () => {
    const { routes } = tableOfTwo()
    routes.handleSync(a, { rows: [row(100), row(100, { origin: b })] }, 0)
    const told = row(110, { hops: 2 })
    const saidTo = nextRound(routes)
    expect(saidTo(b)).toEqual(sumsOf([told]))
    expect(saidTo(a)).toEqual(sumsOf([told, { ...told, origin: b }]))
  })

  test('is sent more and more seldom, until a way has come or gone, or something was lost', () => {
    const { routes } = tableOfTwo({ digestRoundsMax: 4 })
    const rounds = (count: number) =>
      Array.from({ length: count }, () => (nextRound(routes)(b) === undefined ? '-' : 'D')).join('')
    expect(rounds(15)).toBe('D-D---D---D---D')
    routes.handleSync(a, { rows: [row(100)] }, 0)
    expect(rounds(4)).toBe('D-D-')
    // Only the metric: that is told again when it matters.
    routes.handleSync(a, { rows: [row(200)] }, 0)
    routes.handleSyncTimeout(0)
    expect(rounds(3)).toBe('--D')
    routes.handleSync(a, { rows: [row(undefined)] }, 0)
    expect(rounds(1)).toBe('D')
    routes.handleResync(b, { type: 'resync', routes: 1, subscriptions: 0 })
    expect(rounds(4)).toBe('D-D-')
  })

  test('that agrees with what was heard is followed by nothing, whatever was kept of it', () => {
    const { routes } = tableOfTwo({ originsMax: 1, hopsMax: 8, metricMaxUs: 1_000 })
    const rows = [
      row(100),
      row(100, { origin: c }),
      row(100, { origin: 'far' as PeerId, hops: 9 }),
      row(2_000, { origin: 'farther' as PeerId })
    ]
    routes.handleSync(a, { rows: [...rows, row(50, { origin: self })] }, 0)
    expect(routes.handleDigest(a, digest(sumsOf(rows)))).toEqual([])
    routes.handleSync(a, { rows: [row(undefined, { origin: c })] }, 0)
    expect(routes.handleDigest(a, digest(sumsOf(rows.toSpliced(1, 1))))).toEqual([])
  })

  test('that differs is followed by one RESYNC for the buckets in which it does', () => {
    const { routes } = tableOfTwo()
    routes.handleSync(a, { rows: [row(100)] }, 0)
    const events = routes.handleDigest(a, digest(sumsOf([row(100), row(7, { origin: c })])))
    expect(messages(events, a)).toEqual([{ type: 'resync', routes: 1 << bucketOf(c), subscriptions: 0 }])
  })

  test('asks once more for what was left out for want of room, when there is room again', () => {
    const { routes } = tableOfTwo({ originsMax: 1, feasibilityHoldMs: 1_000 })
    const rows = [row(100), row(100, { origin: c })]
    routes.handleSync(a, { rows }, 0)
    routes.handleSync(a, { rows: [row(undefined)] }, 0)
    routes.handleOriginsTimeout(1_000)
    const sums = digest(sumsOf(rows.slice(1)))
    const resync: Resync = { type: 'resync', routes: 1 << bucketOf(c), subscriptions: 0 }
    expect(messages(routes.handleDigest(a, sums), a)).toEqual([resync])
    routes.handleSync(a, { rows: rows.slice(1), bucket: bucketOf(c) }, 1_000)
    expect(routes.route(c)?.nextHop).toBe(a)
    expect(routes.handleDigest(a, sums)).toEqual([])
  })
})

describe('A RESYNC', () => {
  const all: Resync = { type: 'resync', routes: 0xffff, subscriptions: 0 }

  test('is answered with all rows of each bucket, empty ones included, once per digest', () => {
    const { routes } = tableOfTwo()
    routes.handleSync(a, { rows: [row(100)] }, 0)
    expect(routes.handleResync(b, all)).toEqual([])
    routes.handleTimer('digest', 5_000)
    const told = messages(routes.handleResync(b, all), b)
    expect(told).toHaveLength(16)
    const bucket = bucketOf(origin)
    expect(told[bucket]).toEqual({ type: 'sync', rows: [row(110, { hops: 2, number: 1 })], bucket })
    expect(told[(bucket + 1) % 16]).toMatchObject({ rows: [] })
    expect(routes.handleResync(b, all)).toEqual([])
  })

  test('is answered in several messages when the rows do not fit into one', () => {
    const { routes } = tableOfTwo({ bucketRowsMax: 2 })
    const origins = Array.from({ length: 100 }, (_, i) => `o${i}` as PeerId)
    const mine = origins.filter(of => bucketOf(of) === 3)
    routes.handleSync(a, { rows: origins.map(of => row(100, { origin: of })) }, 0)
    routes.handleTimer('digest', 5_000)
    const told = messages(routes.handleResync(b, { ...all, routes: 1 << 3 }), b)
    expect(told.flatMap(of => (of.type === 'sync' ? of.rows.map(({ origin: id }) => id) : []))).toEqual(mine)
    expect(told.map(of => of.type === 'sync' && of.bucket)).toEqual(
      told.map((_, i) => (i === 0 ? 3 : undefined))
    )
  })

  test('takes away what its answer does not list, and nothing where none was asked for', () => {
    const { routes } = tableOfTwo()
    routes.handleSync(a, { rows: [row(100)] }, 0)
    expect(routes.handleSync(a, { rows: [], bucket: bucketOf(origin) }, 0)).toEqual([])
    routes.handleDigest(a, digest(zeros))
    const events = routes.handleSync(a, { rows: [], bucket: bucketOf(origin) }, 0)
    expect(events).toContainEqual({ type: 'next-hop', origin, nextHop: undefined })
    expect(routes.handleDigest(a, digest(zeros))).toEqual([])
  })
})
