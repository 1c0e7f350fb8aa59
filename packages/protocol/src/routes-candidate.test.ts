/** A next hop that feeds streams here is left when another has taken them, and nothing is claimed over that one before. */
import { describe, expect, test } from 'vitest'
import type { RouteEvent } from './route-event.ts'
import { a, b, c, origin, requestsIn, row, rowsIn, tableOfTwo } from './routes.fixture.ts'

const tried: RouteEvent = { type: 'candidate', origin }
const toB: RouteEvent = { type: 'next-hop', origin, nextHop: b }
const switchHoldMs = 3_000

/** A stream comes over `a`; `b` has just become much better, and is tried. */
function trying() {
  const made = tableOfTwo(
    { switchHoldMs, driftHoldMs: 60_000, crowdedHoldMs: 500, answerTimeoutMs: 2_000, candidateMaxMs: 3_000 },
    [origin]
  )
  made.feeding.add(a)
  made.routes.handleSync(a, { rows: [row(990)] }, 0)
  return { ...made, events: made.routes.handleSync(b, { rows: [row(90)] }, 1_000) }
}

describe('A better neighbour, where the next hop feeds,', () => {
  test('is asked, and not claimed', () => {
    const { routes, events } = trying()
    expect(events).toEqual([tried])
    expect(routes.target(origin)).toBe(b)
    expect(routes.route(origin)).toMatchObject({ nextHop: a, metricUs: 1_000 })
  })

  test('is the next hop when it has taken all that the old one fed', () => {
    const { routes, feeding } = trying()
    expect(routes.handleTaken(origin, b, 1_100), 'the old one feeds another stream').toEqual([])
    feeding.delete(a)
    expect(routes.handleTaken(origin, b, 1_200)).toContainEqual(toB)
    expect(routes.target(origin)).toBe(b)
  })

  test('is so also if it takes longer than a way is new', () => {
    const { routes, feeding } = trying()
    routes.handleCost(a, 10, switchHoldMs + 1)
    expect(routes.target(origin)).toBe(b)
    feeding.delete(a)
    expect(routes.handleTaken(origin, b, switchHoldMs + 1)).toContainEqual(toB)
  })

  test('is asked no more once it has refused, and nobody has heard of it', () => {
    const { routes } = trying()
    expect(routes.avoid(origin, b, 'refused', 1_100)).toEqual([tried])
    expect(routes.target(origin)).toBe(a)
    const worse = routes.handleSync(a, { rows: [row(1_990)] }, 1_200)
    expect(worse, 'the way stays feasible, whatever it costs').toEqual([])
    expect(routes.route(origin)?.nextHop).toBe(a)
  })

  test('is asked no more when it is better no longer, or lost', () => {
    const { routes } = trying()
    expect(routes.handleSync(b, { rows: [row(989)] }, 1_100), 'still better by a little').toEqual([])
    expect(routes.handleSync(b, { rows: [row(990)] }, 1_200)).toEqual([tried])
    expect(routes.target(origin)).toBe(a)
    expect(routes.handleSync(b, { rows: [row(90)] }, 1_300)).toEqual([tried])
    expect(routes.handleSync(b, { rows: [row(undefined)] }, 1_400)).toEqual([tried])
    expect(routes.target(origin)).toBe(a)
  })

  test('gives way to one that is better still', () => {
    const { routes } = trying()
    routes.handleUp(c, 10, 1_100)
    expect(routes.handleSync(c, { rows: [row(10)] }, 1_200)).toEqual([tried])
    expect(routes.target(origin)).toBe(c)
  })

  test('does not alternate with another one that is as good', () => {
    const { routes } = trying()
    routes.handleUp(c, 10, 1_100)
    for (const metricUs of [89, 91, 89, 85]) {
      expect(routes.handleSync(c, { rows: [row(metricUs)] }, 1_200)).toEqual([])
      expect(routes.target(origin)).toBe(b)
    }
  })

  test('is tried on though it says that it is full: what fills it may be what it takes on', () => {
    const { routes, feeding } = trying()
    expect(routes.setFull(b, true, 1_100)).toEqual([])
    feeding.delete(a)
    routes.handleTaken(origin, b, 1_200)
    expect(routes.handleSync(a, { rows: [row(95)] }, 1_300)).toEqual([])
    expect(routes.route(origin)?.nextHop).toBe(b)
  })

  test('is the next hop a little later, too, when the old one feeds no more for another reason', () => {
    const { routes, feeding } = trying()
    feeding.delete(a)
    expect(routes.handleOriginsTimeout(2_000)).toContainEqual(toB)
  })

  test('is asked no more when it has not taken it for candidateMaxMs', () => {
    const { routes } = trying()
    expect(routes.handleOriginsTimeout(3_999)).toEqual([])
    expect(routes.handleOriginsTimeout(4_000)).toEqual([tried])
    expect(routes.target(origin)).toBe(a)
    expect(routes.handleOriginsTimeout(5_000)).toEqual([])
  })

  test('is doubted as the next hop would be, once it feeds: others are looked for', () => {
    const { routes } = trying()
    expect(routes.backup(origin, b)).toBe(a)
    expect(requestsIn(routes.doubt(origin, b, 1_100)).map(({ to }) => to)).toEqual([a, b])
  })

  test.each([
    ['fallen silent', ({ routes }: ReturnType<typeof trying>) => routes.handleSuspect(a, true, 1_100)],
    ['not delivered', ({ routes }: ReturnType<typeof trying>) => routes.avoid(origin, a, 'fault', 1_100)],
    [
      'retracted',
      ({ routes }: ReturnType<typeof trying>) => routes.handleSync(a, { rows: [row(undefined)] }, 1_100)
    ],
    ['gone down', ({ routes }: ReturnType<typeof trying>) => routes.handleDown(a, 1_100)]
  ])('is the next hop at once when the old one has %s', (_, happen) => {
    const made = trying()
    expect(happen(made)).toContainEqual(toB)
    expect(made.routes.route(origin)?.metricUs).toBe(100)
  })
})

describe('While one is tried', () => {
  test('nobody is asked for a newer seqno for the sake of a third', () => {
    const { routes, feeding } = tableOfTwo({ driftHoldMs: 60_000 }, [origin])
    routes.handleUp(c, 10, 0)
    feeding.add(a)
    routes.handleSync(a, { rows: [row(990)] }, 0)
    routes.handleSync(b, { rows: [row(995)] }, 10_000)
    routes.handleSync(c, { rows: [row(1_200)] }, 10_000)
    expect(routes.avoid(origin, a, 'crowded', 20_000)).toEqual([tried])
    expect(requestsIn(routes.avoid(origin, b, 'refused', 20_100)).length, 'now only c is left').toBe(3)
  })

  test('a newer seqno is not told over the next hop: the other is about to bring it, too', () => {
    const { routes, feeding, timers } = trying()
    expect(routes.handleSync(a, { rows: [row(990, { seqno: 1 })] }, 1_100)).toEqual([])
    expect(routes.handleSync(b, { rows: [row(90, { seqno: 1 })] }, 1_150)).toEqual([])
    feeding.delete(a)
    const events = routes.handleTaken(origin, b, 1_200)
    expect(events).toContainEqual(toB)
    expect(rowsIn(events, a)).toMatchObject([{ seqno: 1, metricUs: 100 }])
    expect(timers.takeDue(10_000)).toContain('sync')
    expect(routes.handleSyncTimeout(10_000)).toEqual([])
  })

  test('it is told when the other has had its time to answer', () => {
    const { routes } = trying()
    routes.handleSync(a, { rows: [row(990, { seqno: 1 })] }, 1_100)
    expect(routes.handleSyncTimeout(1_600)).toEqual([])
    expect(rowsIn(routes.handleSyncTimeout(3_100), b)).toMatchObject([{ seqno: 1, metricUs: 1_000 }])
  })

  test('it is told at once when the other has refused', () => {
    const { routes } = trying()
    routes.handleSync(a, { rows: [row(990, { seqno: 1 })] }, 1_100)
    expect(rowsIn(routes.avoid(origin, b, 'refused', 1_150), b)).toMatchObject([{ seqno: 1 }])
  })
})
