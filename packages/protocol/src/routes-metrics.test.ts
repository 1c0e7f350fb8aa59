/** METRICS: rows of which the neighbours have all but the metric. */
import { describe, expect, test } from 'vitest'
import { a, b, c, metricsIn, origin, row, rowsIn, tableOfTwo } from './routes.fixture.ts'
import type { Routes } from './routes.ts'
import { digestBuckets } from './wire/limits.ts'
import type { MetricRow, SyncRow } from './wire/messages.ts'

const signature = new Uint8Array(64).fill(7)
const told = (over: Partial<SyncRow> = {}) => row(1_000, { number: 5, signature, ...over })
const moved = (over: Partial<MetricRow> = {}): MetricRow => ({
  number: 5,
  seqno: 0,
  metricUs: 2_000,
  hops: 1,
  ...over
})

/** `a` has told of the origin, and `b` has heard of it. */
function heard() {
  const made = tableOfTwo()
  made.routes.handleSync(a, { rows: [told()] }, 0)
  return made
}

const metricOf = (routes: Routes) => routes.route(origin)?.metricUs

describe('What has only moved', () => {
  test('is told by its number, with the seqno that it belongs to', () => {
    const { routes } = heard()
    routes.handleSync(a, { rows: [told({ metricUs: 2_000, hops: 3 })] }, 0)
    const events = routes.handleSyncTimeout(0)
    expect(rowsIn(events)).toEqual([])
    expect(metricsIn(events, b)).toEqual([{ number: 1, seqno: 0, metricUs: 2_010, hops: 4 }])
    expect(metricsIn(events, a)).toEqual(metricsIn(events, b))
  })

  test('is told as a whole row to who comes later, by the number that it goes on under', () => {
    const { routes } = heard()
    const events = routes.handleUp(c, 10, 0)
    expect(events).toMatchObject([
      { peer: c, message: { type: 'sync', rows: [{ origin, number: 1, signature }] } }
    ])
  })

  test.each([
    ['a newer seqno', { seqno: 1 }],
    ['a newer epoch', { epoch: 2 }]
  ])('is told as a whole row with %s', (_, newer) => {
    const { routes } = heard()
    const events = routes.handleSync(a, { rows: [told({ metricUs: 2_000, ...newer })] }, 0)
    expect(rowsIn(events, b)).toMatchObject([{ origin, metricUs: 2_010, signature, ...newer }])
    expect(metricsIn(events)).toEqual([])
  })

  test('is told as a whole row after a retraction', () => {
    const { routes } = heard()
    routes.handleSync(a, { rows: [told({ metricUs: undefined })] }, 0)
    const events = routes.handleSync(a, { rows: [told({ metricUs: 900 })] }, 0)
    expect(rowsIn(events, b)).toMatchObject([{ origin, metricUs: 910, signature }])
  })
})

describe('Who hears METRICS', () => {
  test('has the whole row: its origin, its version and its signature', () => {
    const { routes } = heard()
    routes.handleMetrics(a, [moved({ metricUs: 500, hops: 7 })], 0)
    expect(routes.route(origin)).toEqual({ nextHop: a, hops: 8, metricUs: 510 })
    routes.handleSyncTimeout(0)
    const { message } = routes.handleUp(c, 10, 0)[0] as { message: { rows: SyncRow[] } }
    expect(message.rows).toMatchObject([{ origin, epoch: 1, seqno: 0, metricUs: 510, signature }])
  })

  test('finds the sums of the sender equal to its own', () => {
    const { routes } = heard()
    routes.handleMetrics(a, [moved()], 0)
    const other = tableOfTwo().routes
    other.handleSync(a, { rows: [told({ metricUs: 2_000 })] }, 0)
    const none = Array.from({ length: digestBuckets }, () => 0)
    const asked = (from: Routes) =>
      from.handleDigest(a, { type: 'digest', routes: none, subscriptions: none })
    expect(asked(routes)).toMatchObject([{ message: { type: 'resync' } }])
    expect(asked(routes)).toEqual(asked(other))
  })

  test.each([
    ['a number that it has not been told', { number: 6 }],
    ['another seqno than the row has', { seqno: 1 }]
  ])('ignores %s', (_, over) => {
    const { routes } = heard()
    expect(routes.handleMetrics(a, [moved(over)], 0)).toEqual([])
    expect(metricOf(routes)).toBe(1_010)
  })

  test('ignores the number of a row that is retracted, or of another neighbour', () => {
    const { routes } = heard()
    routes.handleSync(b, { rows: [told({ number: 9 })] }, 0)
    expect(routes.handleMetrics(b, [moved({ metricUs: 1 })], 0)).toEqual([])
    routes.handleSync(b, { rows: [told({ metricUs: undefined, number: 9 })] }, 0)
    expect(routes.handleMetrics(b, [moved({ number: 9, metricUs: 1 })], 0)).toEqual([])
    expect(metricOf(routes)).toBe(1_010)
  })

  test('takes a number for the row that was given it last', () => {
    const { routes } = heard()
    routes.handleSync(a, { rows: [told({ origin: c })] }, 0)
    routes.handleMetrics(a, [moved()], 0)
    expect(metricOf(routes)).toBe(1_010)
    expect(routes.route(c)?.metricUs).toBe(2_010)
  })

  test('asks for the row when there is room, if there was none for it before', () => {
    const { routes } = tableOfTwo({ originsMax: 1 })
    routes.handleSync(b, { rows: [row(100, { origin: c })] }, 0)
    routes.handleSync(b, { rows: [told({ number: 6 })] }, 0)
    expect(routes.route(origin)).toBe(undefined)
    expect(routes.handleMetrics(b, [moved({ number: 6 })], 0)).toEqual([])
    expect(routes.route(origin)).toBe(undefined)
    routes.handleSync(b, { rows: [row(undefined, { origin: c })] }, 0)
    const [event] = routes.handleDigest(b, { type: 'digest', routes: [], subscriptions: [] })
    expect(event).toMatchObject({ peer: b, message: { type: 'resync' } })
  })

  test('listens to no more of it than to rows', () => {
    const { routes } = tableOfTwo({ rowsRate: { burst: 2, perSecond: 1 } })
    routes.handleSync(a, { rows: [told()] }, 0)
    routes.handleMetrics(a, [moved({ metricUs: 3_000 }), moved({ metricUs: 4_000 })], 0)
    expect(metricOf(routes)).toBe(3_010)
  })
})
