/** Neighbours that the relay has something against: penalised, barred, full. */
import { describe, expect, test } from 'vitest'
import type { Config } from './config.ts'
import { a, b, c, origin, requestsIn, row, rowsIn, tableOfTwo } from './routes.fixture.ts'

/** `a` is the next hop, `b` a feasible backup that costs more. */
function twoWays(config: Partial<Config> = {}) {
  const made = tableOfTwo(config)
  made.routes.handleSync(a, { rows: [row(100)] }, 0)
  made.routes.handleSync(b, { rows: [row(105)] }, 0)
  return made
}

describe('A penalised next hop', () => {
  test('is left at once for a feasible one, for that origin only', () => {
    const { routes } = twoWays()
    routes.handleSync(a, { rows: [row(100, { origin: c })] }, 0)
    routes.handleSync(b, { rows: [row(105, { origin: c })] }, 0)
    expect(routes.avoid(origin, a, 'fault', 0)).toContainEqual({ type: 'next-hop', origin, nextHop: b })
    expect(routes.route(c)?.nextHop).toBe(a)
  })

  test('is kept where it is the only one, and claimed to nobody', () => {
    const { routes } = tableOfTwo()
    routes.handleSync(a, { rows: [row(100)] }, 0)
    expect(rowsIn(routes.avoid(origin, a, 'fault', 0), b)).toMatchObject([{ metricUs: undefined }])
    expect(routes.route(origin)?.nextHop).toBe(a)
    routes.handleSync(b, { rows: [row(105)] }, 0)
    expect(routes.route(origin)?.nextHop).toBe(b)
  })

  test('has another chance after penaltyMs', () => {
    const { routes, timers } = twoWays({ penaltyMs: 3_000 })
    routes.avoid(origin, a, 'fault', 0)
    expect(timers.takeDue(2_999)).not.toContain('penalties')
    expect(timers.takeDue(3_000)).toContain('penalties')
    routes.handlePenaltiesTimeout(3_000)
    expect(routes.route(origin)?.nextHop).toBe(b)
    routes.handleDown(b, 3_000)
    expect(routes.route(origin)?.nextHop).toBe(a)
  })

  test('makes the node ask for a newer seqno where only infeasible ones are beside it', () => {
    const { routes } = tableOfTwo()
    routes.handleSync(a, { rows: [row(100)] }, 0)
    routes.handleSync(b, { rows: [row(500)] }, 0)
    expect(requestsIn(routes.avoid(origin, a, 'fault', 0)).map(({ to }) => to)).toEqual([a, b])
    routes.handleSync(a, { rows: [row(100, { seqno: 1 })] }, 1_000)
    routes.handleSync(b, { rows: [row(500, { seqno: 1 })] }, 1_000)
    expect(routes.route(origin)?.nextHop).toBe(b)
  })

  test('is still avoided after it has connected anew', () => {
    const { routes } = twoWays()
    routes.avoid(origin, a, 'fault', 0)
    routes.handleDown(a, 0)
    routes.handleUp(a, 10, 0)
    routes.handleSync(a, { rows: [row(1)] }, 0)
    expect(routes.route(origin)?.nextHop).toBe(b)
  })
})

describe('A barred neighbour', () => {
  test('is no choice while there is another one, and a last resort when there is none', () => {
    const { routes } = twoWays()
    expect(routes.avoid(origin, a, 'refused', 0)).toContainEqual({ type: 'next-hop', origin, nextHop: b })
    const told = rowsIn(routes.avoid(origin, b, 'refused', 0), a)
    expect(routes.route(origin)?.nextHop).toBe(b)
    expect(told, 'no way for others').toMatchObject([{ metricUs: undefined }])
  })

  test('that is crowded makes the node ask for a newer seqno, patiently, where only infeasible ones are beside it', () => {
    const { routes } = tableOfTwo({ seqnoPatienceMs: 30_000, barredMs: 60_000 }, [origin])
    routes.handleSync(a, { rows: [row(100)] }, 0)
    routes.handleSync(b, { rows: [row(500)] }, 0)
    expect(requestsIn(routes.avoid(origin, a, 'crowded', 0)).map(({ to }) => to)).toEqual([a, b])
    expect(requestsIn(routes.handleOriginsTimeout(29_999))).toEqual([])
    expect(requestsIn(routes.handleOriginsTimeout(30_000)).map(({ seqno }) => seqno)).toEqual([1, 1])
  })

  test('that is crowded binds nobody by a newer seqno, for others bring it later', () => {
    const { routes, timers } = tableOfTwo({ crowdedHoldMs: 500 })
    routes.handleSync(a, { rows: [row(100)] }, 0)
    routes.handleSync(b, { rows: [row(500)] }, 0)
    routes.avoid(origin, a, 'crowded', 0)
    expect(rowsIn(routes.handleSync(a, { rows: [row(100, { seqno: 1 })] }, 100))).toEqual([])
    expect(timers.at('sync')).toBe(600)
    routes.handleSync(b, { rows: [row(500, { seqno: 1 })] }, 200)
    expect(routes.route(origin)?.nextHop).toBe(b)
  })

  test('that takes a stream after all is barred no longer', () => {
    const { routes } = twoWays()
    routes.avoid(origin, a, 'refused', 0)
    routes.avoid(origin, b, 'refused', 0)
    expect(rowsIn(routes.handleTaken(origin, b, 0), a)).toMatchObject([{ metricUs: expect.any(Number) }])
    expect(routes.handleTaken(origin, b, 0)).toEqual([])
  })

  test('is asked again after barredMs', () => {
    const { routes, timers } = twoWays({ barredMs: 30_000, driftHoldMs: 60_000 })
    routes.avoid(origin, a, 'refused', 0)
    expect(routes.backup(origin, b)).toBe(undefined)
    expect(timers.takeDue(30_000)).toContain('penalties')
    routes.handlePenaltiesTimeout(30_000)
    expect(routes.backup(origin, b)).toBe(a)
  })

  test('is preferred to one that does not deliver, and to one that has fallen silent', () => {
    const { routes } = twoWays()
    routes.avoid(origin, a, 'refused', 0)
    expect(routes.avoid(origin, b, 'fault', 0)).toContainEqual({ type: 'next-hop', origin, nextHop: a })
    expect(routes.handleSuspect(a, true, 0)).toContainEqual({ type: 'next-hop', origin, nextHop: b })
  })
})

describe('A full neighbour', () => {
  test('stays the next hop where it is, and is no choice elsewhere', () => {
    const { routes } = twoWays()
    expect(routes.setFull(a, true, 0)).toEqual([])
    expect(routes.route(origin)?.nextHop).toBe(a)
    routes.handleSync(a, { rows: [row(100, { origin: c })] }, 0)
    routes.handleSync(b, { rows: [row(105, { origin: c })] }, 0)
    expect(routes.route(c)?.nextHop).toBe(b)
    routes.setFull(a, false, 0)
    expect(routes.backup(c, b)).toBe(a)
  })

  test('is a last resort where there is no other', () => {
    const { routes } = tableOfTwo()
    routes.setFull(a, true, 0)
    routes.handleSync(a, { rows: [row(100)] }, 0)
    expect(routes.route(origin)?.nextHop).toBe(a)
    expect(routes.handleSync(b, { rows: [row(105)] }, 0)).toContainEqual({
      type: 'next-hop',
      origin,
      nextHop: b
    })
  })
})

describe('The backup', () => {
  test('is the best feasible neighbour beside the parent that nothing is held against', () => {
    const { routes } = twoWays()
    routes.handleUp(c, 10, 0)
    routes.handleSync(c, { rows: [row(107)] }, 0)
    expect(routes.backup(origin, a)).toBe(b)
    routes.handleSuspect(b, true, 0)
    expect(routes.backup(origin, a)).toBe(c)
    routes.handleSuspect(b, false, 0)
    routes.setFull(b, true, 0)
    expect(routes.backup(origin, a)).toBe(c)
    routes.avoid(origin, c, 'fault', 0)
    expect(routes.backup(origin, a)).toBe(undefined)
  })

  test('is no neighbour that is not feasible', () => {
    const { routes } = tableOfTwo()
    routes.handleSync(a, { rows: [row(100)] }, 0)
    routes.handleSync(b, { rows: [row(110)] }, 0)
    expect(routes.backup(origin, a)).toBe(undefined)
    expect(routes.backup(c, a)).toBe(undefined)
  })
})

describe('A next hop that may have stopped delivering', () => {
  test('stays, while a newer seqno is asked for that makes others eligible', () => {
    const { routes } = tableOfTwo()
    routes.handleSync(a, { rows: [row(100)] }, 0)
    routes.handleSync(b, { rows: [row(500)] }, 0)
    expect(routes.backup(origin, a)).toBe(undefined)
    expect(requestsIn(routes.doubt(origin, a, 0)).map(({ to }) => to)).toEqual([a, b])
    expect(requestsIn(routes.doubt(origin, a, 10))).toEqual([])
    // The doubted one may be the first to tell the news, too.
    expect(rowsIn(routes.handleSync(a, { rows: [row(100, { seqno: 1 })] }, 50))).toEqual([])
    routes.handleSync(b, { rows: [row(500, { seqno: 1 })] }, 60)
    expect(routes.route(origin)?.nextHop).toBe(a)
    expect(routes.backup(origin, a)).toBe(b)
  })

  test('is not asked about where there is nobody else', () => {
    const { routes } = tableOfTwo()
    routes.handleSync(a, { rows: [row(100)] }, 0)
    expect(routes.doubt(origin, a, 0)).toEqual([])
    expect(routes.doubt(origin, b, 0)).toEqual([])
  })
})
