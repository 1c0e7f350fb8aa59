/** A settled way is left for a better one only when that has been better for a while. */
import { describe, expect, test } from 'vitest'
import type { PeerId } from './ids.ts'
import type { RouteEvent } from './route-event.ts'
import { a, b, c, metricsIn, origin, requestsIn, row, table, tableOfTwo } from './routes.fixture.ts'
import type { Routes } from './routes.ts'

const holdMs = 3_000
const toB: RouteEvent = { type: 'next-hop', origin, nextHop: b }

/** The way over `a` is old, and costs 1,000; `b` has a feasible one that costs as much. With a claim of 840 it is better by just enough. */
function settled(carried: readonly PeerId[] = []) {
  const made = tableOfTwo({ switchHoldMs: holdMs, switchGainMin: 0.15 }, carried)
  made.routes.handleSync(a, { rows: [row(990)] }, 0)
  made.routes.handleSync(b, { rows: [row(990)] }, 0)
  return { ...made, now: 10_000 }
}

function nextHop(routes: Routes): PeerId | undefined {
  return routes.route(origin)?.nextHop
}

describe('A settled node', () => {
  test('takes a better next hop after switchHoldMs', () => {
    const { routes, timers, now } = settled()
    expect(routes.handleSync(b, { rows: [row(840)] }, now)).toEqual([])
    expect(timers.takeDue(now + holdMs - 1)).not.toContain('switches')
    expect(timers.takeDue(now + holdMs)).toContain('switches')
    expect(routes.handleSwitchesTimeout(now + holdMs)).toContainEqual(toB)
  })

  test.each([
    [26, 3],
    [45, 9],
    [60, 16]
  ])('that would gain %d hundredths waits for a part of the time: one in %d', (percent, part) => {
    const { routes, timers, now } = settled()
    routes.handleSync(b, { rows: [row(1_000 - 10 * percent - 10)] }, now)
    expect(timers.takeDue(now + (0.95 * holdMs) / part)).not.toContain('switches')
    expect(timers.takeDue(now + (1.05 * holdMs) / part)).toContain('switches')
    expect(routes.handleSwitchesTimeout(now + (1.05 * holdMs) / part)).toContainEqual(toB)
  })

  test('waits from the start when the better one was worse in between', () => {
    const { routes, now } = settled()
    routes.handleSync(b, { rows: [row(840)] }, now)
    routes.handleSync(b, { rows: [row(980)] }, now + 1_500)
    routes.handleSync(b, { rows: [row(840)] }, now + 1_600)
    routes.handleSwitchesTimeout(now + holdMs)
    expect(nextHop(routes)).toBe(a)
    expect(routes.handleSwitchesTimeout(now + 1_600 + holdMs)).toContainEqual(toB)
  })

  test('waits for each neighbour by itself: two that take turns are no way that is better', () => {
    const { routes, now } = settled()
    routes.handleUp(c, 10, 0)
    for (let at = now; at < now + 4 * holdMs; at += 1_000) {
      const isTurnOfB = ((at - now) / 1_000) % 2 === 0
      routes.handleSync(b, { rows: [row(isTurnOfB ? 840 : 980)] }, at)
      routes.handleSync(c, { rows: [row(isTurnOfB ? 980 : 840)] }, at)
      routes.handleSwitchesTimeout(at)
    }
    expect(nextHop(routes)).toBe(a)
  })

  test('claims the way that it uses while it waits for another', () => {
    const { routes, now } = settled()
    routes.handleSync(b, { rows: [row(840)] }, now)
    routes.handleSync(a, { rows: [row(1_090)] }, now + 1_000)
    expect(metricsIn(routes.handleSyncTimeout(now + 1_000), b)).toMatchObject([{ metricUs: 1_100 }])
    routes.handleSwitchesTimeout(now + holdMs)
    expect(metricsIn(routes.handleSyncTimeout(now + holdMs), b)).toMatchObject([{ metricUs: 850 }])
  })

  test.each<[string, (routes: Routes, now: number) => RouteEvent[]]>([
    ['is gone', (routes, now) => routes.handleDown(a, now)],
    ['retracts', (routes, now) => routes.handleSync(a, { rows: [row(undefined)] }, now)],
    ['is suspected', (routes, now) => routes.handleSuspect(a, true, now)],
    ['is penalised', (routes, now) => routes.avoid(origin, a, 'fault', now)],
    ['is not eligible any more', (routes, now) => routes.handleSync(a, { rows: [row(1, { epoch: 0 })] }, now)]
  ])('takes another at once when its next hop %s', (_, event) => {
    const { routes, now } = settled()
    expect(event(routes, now)).toContainEqual(toB)
  })

  test('that carries a stream asks for a newer seqno once an infeasible neighbour has been better for as long', () => {
    const { routes, now } = settled([origin])
    routes.handleSync(a, { rows: [row(1_990)] }, now)
    // The claim that is measured by is still 1,000.
    routes.handleSync(b, { rows: [row(1_690)] }, now)
    expect(requestsIn(routes.handleOriginsTimeout(now + holdMs - 1))).toEqual([])
    expect(requestsIn(routes.handleOriginsTimeout(now + holdMs))).toMatchObject([{ to: a }, { to: b }])
    // The answer need not wait again.
    expect(routes.handleSync(b, { rows: [row(1_690, { seqno: 1 })] }, now + holdMs + 50)).toContainEqual(toB)
  })

  test('does not have a newer seqno cross the network for a way that nothing goes', () => {
    const { routes, now } = settled()
    routes.handleSync(a, { rows: [row(1_990)] }, now)
    routes.handleSync(b, { rows: [row(1_690)] }, now)
    expect(requestsIn(routes.handleOriginsTimeout(now + holdMs))).toEqual([])
    // It is another matter where the way does not work.
    expect(requestsIn(routes.avoid(origin, a, 'fault', now + holdMs))).toMatchObject([{ to: a }, { to: b }])
  })
})

describe('A way that is only a little better', () => {
  const drift = { driftGainMin: 0.03, driftHoldMs: 15_000, driftJitter: 1 / 3 }

  function drifting(random: number) {
    const { routes, timers } = table(drift, () => random)
    for (const peer of [a, b]) {
      routes.handleUp(peer, 10, 0)
      routes.handleSync(peer, { rows: [row(990)] }, 0)
    }
    return { routes, timers, now: 10_000 }
  }

  test.each([
    [0, 10_000],
    [0.5, 15_000],
    [1, 20_000]
  ])('is taken after a time that is drawn: %d of it', (random, afterMs) => {
    const { routes, timers, now } = drifting(random)
    expect(routes.handleSync(b, { rows: [row(950)] }, now)).toEqual([])
    timers.takeDue(now + afterMs - 1)
    expect(routes.handleSwitchesTimeout(now + afterMs - 1)).toEqual([])
    expect(timers.takeDue(now + afterMs)).toContain('switches')
    expect(routes.handleSwitchesTimeout(now + afterMs)).toContainEqual(toB)
  })

  test('is not taken when it was not better in between', () => {
    const { routes, now } = drifting(0.5)
    routes.handleSync(b, { rows: [row(950)] }, now)
    routes.handleSync(b, { rows: [row(980)] }, now + 10_000)
    routes.handleSync(b, { rows: [row(950)] }, now + 10_100)
    routes.handleSwitchesTimeout(now + 16_000)
    expect(nextHop(routes)).toBe(a)
  })

  test('makes nobody ask for a newer seqno', () => {
    const { routes, now } = drifting(0.5)
    routes.handleSync(a, { rows: [row(1_090)] }, now)
    routes.handleSync(b, { rows: [row(1_010)] }, now)
    expect(requestsIn(routes.handleOriginsTimeout(now + 60_000))).toEqual([])
    expect(nextHop(routes)).toBe(a)
  })
})

describe('A node that has just found a way', () => {
  test('takes a better one at once', () => {
    const { routes } = tableOfTwo({ switchHoldMs: holdMs })
    routes.handleSync(a, { rows: [row(990)] }, 0)
    expect(routes.handleSync(b, { rows: [row(500)] }, holdMs - 1)).toContainEqual(toB)
    expect(routes.handleSync(a, { rows: [row(100)] }, holdMs)).not.toContainEqual({
      type: 'next-hop',
      origin,
      nextHop: a
    })
  })

  test('is one that had lost its way, too', () => {
    const { routes, now } = settled()
    routes.handleSync(a, { rows: [row(undefined)] }, now)
    routes.handleSync(b, { rows: [row(undefined)] }, now)
    routes.handleSync(a, { rows: [row(900)] }, now + 100)
    expect(routes.handleSync(b, { rows: [row(500)] }, now + 200)).toContainEqual(toB)
  })
})
