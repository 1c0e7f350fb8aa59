/** What neighbours can make a table grow to, and how fast. */
import { describe, expect, test } from 'vitest'
import type { Config } from './config.ts'
import { RowSums } from './digest.ts'
import type { PeerId } from './ids.ts'
import { a, b, c, origin, request, requestsIn, row, rowsIn, tableOfTwo } from './routes.fixture.ts'
import type { Routes } from './routes.ts'
import type { Digest } from './wire/messages.ts'

const names = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, i) => `${prefix}${i}` as PeerId)

function tell(routes: Routes, peer: PeerId, origins: readonly PeerId[], now = 0) {
  return routes.handleSync(peer, { rows: origins.map(of => row(100, { origin: of })) }, now)
}

/** How many origins there is a way to over each neighbour. */
function shares(routes: Routes): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { nextHop } of routes.routes()) counts[nextHop] = (counts[nextHop] ?? 0) + 1
  return counts
}

/** `a` has filled the table. */
function full(config: Partial<Config> = {}, carried: readonly PeerId[] = []) {
  const made = tableOfTwo({ originsMax: 10, ...config }, carried)
  tell(made.routes, a, names('a', 12))
  expect(shares(made.routes)).toEqual({ a: 10 })
  return made
}

describe('A full table', () => {
  test('is shared: a neighbour with fewer origins pushes out those of the one with the most', () => {
    const { routes } = full()
    const events = tell(routes, b, names('b', 8))
    expect(shares(routes)).toEqual({ a: 5, b: 5 })
    expect(events).toContainEqual({ type: 'next-hop', origin: 'a9', nextHop: undefined })
    expect(rowsIn(events, b)).toContainEqual(row(undefined, { origin: 'a9' as PeerId, hops: 0 }))
  })

  test('is not fought over: what was pushed out does not come back at the cost of another', () => {
    const { routes } = full()
    tell(routes, b, names('b', 8))
    for (let turn = 0; turn < 4; turn++) {
      expect(tell(routes, a, names('a', 12))).toEqual([])
      expect(tell(routes, b, names('b', 8))).toEqual([])
    }
  })

  test('lets no origin go whose streams are carried here', () => {
    const carried = names('a', 10).slice(2)
    const { routes } = full({}, carried)
    tell(routes, b, names('b', 8))
    expect(shares(routes)).toEqual({ a: 8, b: 2 })
    expect(carried.every(of => routes.route(of)?.nextHop === a)).toBe(true)
  })

  test('charges an origin to another neighbour that tells of it when the first one does no more', () => {
    const { routes } = full()
    tell(routes, b, names('a', 10))
    routes.handleDown(a, 0)
    routes.handleUp(c, 10, 0)
    tell(routes, c, names('c', 8))
    expect(shares(routes)).toEqual({ b: 5, c: 5 })
  })

  test('has room again when an origin is lost, and remembers what it claimed of that for as many again', () => {
    const { routes, timers } = tableOfTwo({ originsMax: 3, neighbourTimeoutMs: 5_000 })
    const lose = (origins: readonly PeerId[], now: number) =>
      routes.handleSync(a, { rows: origins.map(of => row(undefined, { origin: of })) }, now)
    tell(routes, a, names('x', 3))
    lose(names('x', 3), 0)
    tell(routes, a, names('y', 3))
    expect(shares(routes)).toEqual({ a: 3 })
    // The claim about x0 still counts: b is no nearer than this node has been.
    lose(names('y', 1), 0)
    routes.handleSync(b, { rows: [row(500, { origin: 'x0' as PeerId })] }, 1)
    expect(routes.route('x0' as PeerId)).toBe(undefined)
    routes.handleSync(b, { rows: [row(undefined, { origin: 'x0' as PeerId })] }, 1)
    // Six are known, three of them lost: one more has to wait until what was lost first can be on nobody's mind.
    tell(routes, a, names('z', 1), 2)
    expect(routes.route('z0' as PeerId)).toBe(undefined)
    tell(routes, a, names('z', 1), 10_000)
    expect(routes.route('z0' as PeerId)?.nextHop).toBe(a)
    expect(timers.isSet('origins')).toBe(true)
  })
})

describe('An origin that is wanted', () => {
  test('is kept though all places are taken by what was lost a moment ago', () => {
    const { routes, wanted } = tableOfTwo({ originsMax: 3, originsOnDemandMax: 2 })
    for (const prefix of ['x', 'y']) {
      tell(routes, a, names(prefix, 3))
      routes.handleSync(a, { rows: names(prefix, 3).map(of => row(undefined, { origin: of })) }, 0)
    }
    const [z0, z1, z2] = names('z', 3) as [PeerId, PeerId, PeerId]
    tell(routes, b, [z0])
    expect(routes.route(z0)).toBe(undefined)
    for (const of of [z0, z1, z2]) wanted.add(of)
    tell(routes, b, [z0, z1, z2])
    expect([z0, z1, z2].map(of => routes.route(of)?.nextHop)).toEqual([b, b, undefined])
  })

  test('that comes and goes, as another each time, does not grow the table without end', () => {
    const { routes, wanted } = tableOfTwo({ originsMax: 3, originsOnDemandMax: 2 })
    const kept = names('w', 50).filter(of => {
      wanted.add(of)
      tell(routes, a, [of])
      const isKept = routes.route(of) !== undefined
      routes.handleSync(a, { rows: [row(undefined, { origin: of })] }, 0)
      return isKept
    })
    expect(kept).toEqual(names('w', 2 * 3 + 2))
  })
})

describe('A neighbour that is over its rate', () => {
  const rowsRate = { burst: 4, perSecond: 2 }

  test('of rows is not listened to until time has passed, but for retractions', () => {
    const { routes } = tableOfTwo({ rowsRate })
    tell(routes, a, names('x', 6))
    expect(shares(routes)).toEqual({ a: 4 })
    tell(routes, b, names('y', 1))
    expect(shares(routes)).toEqual({ a: 4, b: 1 })
    routes.handleSync(a, { rows: [row(undefined, { origin: 'x0' as PeerId })] }, 0)
    expect(shares(routes)).toEqual({ a: 3, b: 1 })
    tell(routes, a, names('z', 6), 1_000)
    expect(shares(routes)).toEqual({ a: 5, b: 1 })
  })

  test('of rows is asked by the next digests for what was not listened to', () => {
    const { routes } = tableOfTwo({ rowsRate })
    const told = new RowSums()
    for (const of of names('x', 6)) told.set(row(100, { origin: of }))
    tell(routes, a, names('x', 6))
    const digest: Digest = { type: 'digest', routes: told.sums(), subscriptions: [] }
    expect(routes.handleDigest(a, digest)).toMatchObject([{ peer: a, message: { type: 'resync' } }])
    tell(routes, a, names('x', 6).slice(4), 5_000)
    expect(shares(routes)).toEqual({ a: 6 })
    expect(routes.handleDigest(a, digest)).toEqual([])
  })

  test('of SEQNO_REQ is not answered until time has passed', () => {
    const { routes } = tableOfTwo({ seqnoRequestsRate: { burst: 1, perSecond: 1 } })
    routes.handleSync(a, { rows: [row(100), row(100, { origin: c })] }, 0)
    expect(requestsIn(routes.handleSeqnoReq(b, request(), 0))).toHaveLength(1)
    expect(routes.handleSeqnoReq(b, request({ origin: c }), 0)).toEqual([])
    expect(requestsIn(routes.handleSeqnoReq(b, request({ origin: c }), 1_000))).toHaveLength(1)
    expect(routes.route(origin)?.nextHop).toBe(a)
  })
})
