import { describe, expect, test } from 'vitest'
import { a, b, origin, publish, row, rowsIn, self, signature, signed, tableOfTwo } from './routes.fixture.ts'

const max = Number.MAX_SAFE_INTEGER
const ofSelf = (epoch: number, seqno: number) => row(50, { origin: self, epoch, seqno, signature })

describe("A node's own row", () => {
  test('is told once it is signed', () => {
    const { routes } = tableOfTwo()
    expect(routes.startOwn(7)).toEqual([{ type: 'sign-seqno', epoch: 7, seqno: 0 }])
    expect(rowsIn(routes.handleUp(a, 10, 0))).toEqual([])
    expect(rowsIn(routes.handleSeqnoSigned({ epoch: 7, seqno: 0 }, signature), b)).toEqual([
      { origin: self, epoch: 7, seqno: 0, metricUs: 0, hops: 0, signature }
    ])
  })

  test('is not told when it has ended before it was signed', () => {
    const { routes } = tableOfTwo()
    routes.startOwn(7)
    expect(routes.stopOwn()).toEqual([])
    expect(routes.handleSeqnoSigned({ epoch: 7, seqno: 0 }, signature)).toEqual([])
    expect(routes.startOwn(7)).toEqual([{ type: 'sign-seqno', epoch: 8, seqno: 0 }])
    expect(routes.handleSeqnoSigned({ epoch: 7, seqno: 0 }, signature)).toEqual([])
  })

  test('takes an epoch above that of an earlier run of which a neighbour still knows', () => {
    const { routes } = tableOfTwo()
    publish(routes, 7)
    const events = signed(routes, routes.handleSync(a, { rows: [ofSelf(9, 4)] }, 0))
    expect(rowsIn(events, b)).toMatchObject([{ epoch: 10, seqno: 0, metricUs: 0 }])
    expect(routes.handleSync(a, { rows: [ofSelf(9, 5), ofSelf(10, 0)] }, 0)).toEqual([])
    expect(routes.handleSync(a, { rows: [row(undefined, { origin: self, epoch: 11 })] }, 0)).toEqual([])
  })

  test('takes such an epoch when it starts after it has heard of it', () => {
    const { routes } = tableOfTwo()
    expect(routes.handleSync(a, { rows: [ofSelf(9, 4)] }, 0)).toEqual([])
    expect(routes.startOwn(7)).toEqual([{ type: 'sign-seqno', epoch: 10, seqno: 0 }])
  })

  test('takes an epoch that it is told of, unless its own is as new, now or when it starts', () => {
    const { routes } = tableOfTwo()
    publish(routes, 7)
    expect(routes.raiseOwn(7)).toEqual([])
    expect(rowsIn(signed(routes, routes.raiseOwn(9)), a)).toMatchObject([{ epoch: 9, seqno: 0, metricUs: 0 }])
    const other = tableOfTwo().routes
    expect(other.raiseOwn(9)).toEqual([])
    expect(other.startOwn(7)).toEqual([{ type: 'sign-seqno', epoch: 9, seqno: 0 }])
  })

  test('does not count past the largest number', () => {
    const { routes } = tableOfTwo()
    expect(routes.handleSync(a, { rows: [ofSelf(max, 0)] }, 0)).toEqual([])
    publish(routes, 7)
    expect(routes.handleSync(a, { rows: [ofSelf(max, 0)] }, 0)).toEqual([])
  })
})

describe('A row of an origin that is older than what it said before', () => {
  test('is answered with the proof of the newer one, to the origin itself only', () => {
    const { routes } = tableOfTwo({ metricMaxUs: 10_000 })
    routes.handleSync(a, { rows: [row(0, { origin: a, epoch: 9, hops: 0, signature })] }, 0)
    routes.handleDown(a, 0)
    routes.handleUp(a, 10, 0)
    const events = routes.handleSync(a, { rows: [row(0, { origin: a, epoch: 7, hops: 0, signature })] }, 0)
    expect(rowsIn(events, a)).toMatchObject([{ origin: a, epoch: 9, metricUs: 10_001, signature }])
    expect(rowsIn(events, b)).toEqual([])
    routes.handleSync(a, { rows: [row(0, { epoch: 9 })] }, 0)
    routes.handleSync(a, { rows: [row(undefined, { epoch: 9 })] }, 0)
    expect(rowsIn(routes.handleSync(b, { rows: [row(5, { epoch: 7 })] }, 0))).toEqual([])
    expect(routes.route(origin)).toBe(undefined)
  })
})
