import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { defaultConfig } from './default-config.ts'
import { streamSums } from './digest.ts'
import type { Micros, PeerId } from './ids.ts'
import type { RouteEvent, RouteMessage, RouteTimer } from './route-event.ts'
import {
  a,
  b,
  c,
  metricsIn,
  origin,
  publish,
  request,
  requestsIn,
  row,
  rowsIn,
  self,
  signature,
  signed,
  starved,
  table,
  tableOfTwo
} from './routes.fixture.ts'
import { Routes } from './routes.ts'
import { Timers } from './timers.ts'
import type { Message, SyncRow } from './wire/messages.ts'

describe('Routes choose', () => {
  test('the neighbour over which the way is cheapest', () => {
    const { routes } = table()
    routes.handleUp(a, 100, 0)
    routes.handleUp(b, 10, 0)
    routes.handleSync(a, { rows: [row(50)] }, 0)
    routes.handleSync(b, { rows: [row(60)] }, 0)
    expect(routes.route(origin)).toEqual({ nextHop: b, metricUs: 70, hops: 2 })
  })

  test('the way with fewer links among equals, then the lesser peer id, in whatever order they came', () => {
    const claims: [PeerId, SyncRow][] = [
      [c, row(5, { hops: 3 })],
      [b, row(5)],
      [a, row(5)]
    ]
    for (const order of [claims, claims.toReversed()]) {
      // A switch needs a gain, so the way that was there first is taken away.
      const { routes } = table()
      for (const peer of ['z' as PeerId, a, b, c]) routes.handleUp(peer, 10, 0)
      routes.handleSync('z' as PeerId, { rows: [row(6)] }, 0)
      for (const [peer, claim] of order) routes.handleSync(peer, { rows: [claim] }, 0)
      routes.handleDown('z' as PeerId, 0)
      expect(routes.route(origin)?.nextHop).toBe(a)
    }
  })

  test('another next hop only when it saves switchGainMin', () => {
    const { routes } = tableOfTwo({ switchGainMin: 0.15 })
    routes.handleSync(a, { rows: [row(90)] }, 0)
    routes.handleSync(b, { rows: [row(76)] }, 0)
    expect(routes.route(origin)?.nextHop).toBe(a)
    expect(routes.handleSync(b, { rows: [row(75)] }, 0)).toContainEqual({
      type: 'next-hop',
      origin,
      nextHop: b
    })
  })

  test('a feasible backup at once when the next hop goes down', () => {
    const { routes } = tableOfTwo()
    routes.handleSync(a, { rows: [row(100)] }, 0)
    routes.handleSync(b, { rows: [row(105)] }, 0)
    const events = routes.handleDown(a, 0)
    expect(events).toContainEqual({ type: 'next-hop', origin, nextHop: b })
    expect(routes.route(origin)?.metricUs).toBe(115)
  })

  test('no neighbour that is not nearer than this node ever claimed to be', () => {
    const { routes, events } = starved()
    expect(routes.route(origin)).toBe(undefined)
    expect(events).toContainEqual({ type: 'next-hop', origin, nextHop: undefined })
  })

  test('the next hop in use still when it raises its metric', () => {
    const { routes } = tableOfTwo()
    routes.handleSync(a, { rows: [row(100)] }, 0)
    routes.handleSync(a, { rows: [row(5_000)] }, 0)
    expect(routes.route(origin)).toEqual({ nextHop: a, metricUs: 5_010, hops: 2 })
  })

  test('no next hop whose seqno has gone back, even the one in use', () => {
    const { routes } = tableOfTwo()
    routes.handleSync(a, { rows: [row(100, { seqno: 3 })] }, 0)
    routes.handleSync(a, { rows: [row(100, { seqno: 2 })] }, 0)
    expect(routes.route(origin)).toBe(undefined)
  })

  test('whoever has a newer seqno, however far it is', () => {
    const { routes } = starved()
    routes.handleSync(b, { rows: [row(900, { seqno: 1 })] }, 0)
    expect(routes.route(origin)?.nextHop).toBe(b)
  })

  test('no way of hopsMax links or more', () => {
    const { routes } = tableOfTwo({ hopsMax: 4 })
    routes.handleSync(a, { rows: [row(100, { hops: 4 })] }, 0)
    expect(routes.route(origin)).toBe(undefined)
    routes.handleSync(a, { rows: [row(100, { hops: 3 })] }, 0)
    expect(routes.route(origin)?.hops).toBe(4)
  })

  test('no way that costs more than metricMaxUs', () => {
    const { routes } = tableOfTwo({ metricMaxUs: 1_000 })
    routes.handleSync(a, { rows: [row(1_001)] }, 0)
    expect(routes.route(origin)).toBe(undefined)
    routes.handleSync(a, { rows: [row(1_000)] }, 0)
    expect(routes.route(origin)?.metricUs).toBe(1_010)
  })

  test('no way to this node itself', () => {
    const { routes } = tableOfTwo()
    expect(routes.handleSync(a, { rows: [row(1, { origin: self })] }, 0)).toEqual([])
    expect(routes.route(self)).toBe(undefined)
  })
})

describe('A next hop that has fallen silent', () => {
  test('is left at once for a feasible one, however much more that costs', () => {
    const { routes } = tableOfTwo()
    routes.handleSync(a, { rows: [row(100)] }, 0)
    routes.handleSync(b, { rows: [row(109)] }, 0)
    expect(routes.handleSuspect(a, true, 0)).toContainEqual({ type: 'next-hop', origin, nextHop: b })
    // Heard again, it has to be worth another change.
    expect(routes.handleSuspect(a, false, 0)).toEqual([])
    expect(routes.route(origin)?.nextHop).toBe(b)
  })

  test('is kept where it is the only one, but others are told that they cannot rely on it', () => {
    const { routes } = tableOfTwo()
    routes.handleSync(a, { rows: [row(100)] }, 0)
    expect(rowsIn(routes.handleSuspect(a, true, 0), b)).toMatchObject([{ origin, metricUs: undefined }])
    expect(routes.route(origin)?.nextHop).toBe(a)
    expect(routes.handleSeqnoReq(b, request(), 0)).toEqual([])
    expect(rowsIn(routes.handleSuspect(a, false, 0), b)).toMatchObject([{ origin, metricUs: 110 }])
  })

  test('is not taken anew while another one is heard', () => {
    const { routes } = tableOfTwo()
    routes.handleSuspect(a, true, 0)
    routes.handleSync(a, { rows: [row(100)] }, 0)
    routes.handleSync(b, { rows: [row(100_000)] }, 0)
    expect(routes.route(origin)?.nextHop).toBe(b)
  })

  test('makes the node ask for a newer seqno where only infeasible ones are heard', () => {
    const { routes } = tableOfTwo()
    routes.handleSync(a, { rows: [row(100)] }, 0)
    routes.handleSync(b, { rows: [row(500)] }, 0)
    const asked = requestsIn(routes.handleSuspect(a, true, 0))
    expect(asked.map(({ to, seqno }) => [to, seqno])).toEqual([
      [a, 1],
      [b, 1]
    ])
  })
})

describe('Routes tell', () => {
  test('every neighbour at once of a new origin, a retraction and a newer seqno', () => {
    const { routes } = tableOfTwo()
    const claim = { origin, epoch: 1, seqno: 0, metricUs: 110, hops: 2 }
    for (const peer of [a, b])
      expect(rowsIn(routes.handleSync(a, { rows: [row(100)] }, 0), peer)).toHaveLength(peer === a ? 1 : 0)
    expect(rowsIn(routes.handleSync(a, { rows: [row(100, { seqno: 1 })] }, 0), b)).toEqual([
      { ...claim, seqno: 1 }
    ])
    expect(rowsIn(routes.handleDown(a, 0), b)).toEqual([{ ...claim, seqno: 1, metricUs: undefined, hops: 0 }])
  })

  test('of a metric that moved by costChangeMin once syncDelayMs has passed', () => {
    const { routes, timers } = tableOfTwo({ costChangeMin: 0.1, syncDelayMs: 100 })
    routes.handleSync(a, { rows: [row(990)] }, 0)
    expect(rowsIn(routes.handleSync(a, { rows: [row(1_200)] }, 1_000))).toEqual([])
    expect(timers.takeDue(1_099)).not.toContain('sync')
    expect(timers.takeDue(1_100)).toContain('sync')
    expect(metricsIn(routes.handleSyncTimeout(1_100), b).map(told => told.metricUs)).toEqual([1_210])
  })

  test('nobody of a metric that moved less', () => {
    const { routes, timers } = tableOfTwo({ costChangeMin: 0.1 })
    routes.handleSync(a, { rows: [row(990)] }, 0)
    expect(routes.handleSync(a, { rows: [row(1_080)] }, 0)).toEqual([])
    expect(timers.isSet('sync')).toBe(false)
  })

  test('of metrics after syncDelayMs ± syncJitter of it', () => {
    for (const [random, delayMs] of [
      [0, 75],
      [0.5, 100],
      [1, 125]
    ] as const) {
      const { routes, timers } = table({ syncDelayMs: 100, syncJitter: 0.25 }, () => random)
      routes.handleUp(a, 10, 0)
      routes.handleSync(a, { rows: [row(100)] }, 0)
      routes.handleSync(a, { rows: [row(200)] }, 0)
      expect(timers.next()).toBe(delayMs)
    }
  })

  test('a new neighbour of all they have, syncRowsMax rows in a message', () => {
    const { routes } = tableOfTwo({ syncRowsMax: 2 })
    publish(routes, 7)
    const origins = ['o1', 'o2', 'o3', 'o4'] as PeerId[]
    routes.handleSync(a, { rows: origins.map(name => row(100, { origin: name })) }, 0)
    const events = routes.handleUp(c, 10, 0)
    expect(rowsIn(events, c).map(told => told.origin)).toEqual([self, ...origins])
    expect(events).toHaveLength(3)
  })

  test('of this node as an origin from its start to its end', () => {
    const { routes } = tableOfTwo()
    const own = { origin: self, epoch: 7, seqno: 0, hops: 0 }
    expect(rowsIn(publish(routes, 7), a)).toEqual([{ ...own, metricUs: 0, signature }])
    expect(routes.startOwn(8)).toEqual([])
    expect(rowsIn(routes.stopOwn(), a)).toEqual([{ ...own, metricUs: undefined }])
    expect(routes.stopOwn()).toEqual([])
  })
})

describe('Routes keep', () => {
  test('rows past originsMax only of those that somebody wants, up to originsOnDemandMax, and while they do', () => {
    const { routes, wanted } = tableOfTwo({ originsMax: 1, originsOnDemandMax: 1 })
    const [first, second, third] = ['o1', 'o2', 'o3'] as [PeerId, PeerId, PeerId]
    const all = { rows: [first, second, third].map(of => row(100, { origin: of })) }
    routes.handleSync(a, all, 0)
    const known = () => [...routes.routes()].map(route => route.origin)
    expect(known()).toEqual([first])
    for (const of of [second, third]) wanted.add(of)
    routes.handleSync(a, all, 0)
    expect(known()).toEqual([first, second])
    expect(rowsIn(routes.tellAgain(b, [third, second]), b).map(told => told.origin)).toEqual([second])
    wanted.clear()
    expect(rowsIn(routes.handleOriginsTimeout(1_000), b)).toMatchObject([
      { origin: second, metricUs: undefined }
    ])
    routes.handleSync(a, all, 1_000)
    expect(known()).toEqual([first])
  })

  test('rows about no more than originsMax origins', () => {
    const { routes } = tableOfTwo({ originsMax: 2 })
    const origins = ['o1', 'o2', 'o3'] as PeerId[]
    const events = routes.handleSync(a, { rows: origins.map(name => row(100, { origin: name })) }, 0)
    expect([...routes.routes()].map(route => route.origin)).toEqual(['o1', 'o2'])
    expect(rowsIn(events, b).map(told => told.origin)).toEqual(['o1', 'o2'])
  })

  test('an origin without rows for feasibilityHoldMs, then make room for another', () => {
    const { routes } = tableOfTwo({ originsMax: 1, feasibilityHoldMs: 1_000 })
    routes.handleSync(a, { rows: [row(100)] }, 0)
    routes.handleSync(a, { rows: [row(undefined)] }, 0)
    routes.handleOriginsTimeout(999)
    routes.handleSync(b, { rows: [row(500)] }, 999)
    expect(routes.route(origin)).toBe(undefined)
    routes.handleSync(b, { rows: [row(undefined)] }, 999)
    routes.handleOriginsTimeout(1_000)
    routes.handleSync(b, { rows: [row(500, { origin: c })] }, 1_000)
    expect(routes.route(c)?.nextHop).toBe(b)
  })

  test('a starved node from its rows for feasibilityHoldMs and no longer', () => {
    const { routes } = starved({ feasibilityHoldMs: 1_000 })
    routes.handleOriginsTimeout(999)
    expect(routes.route(origin)).toBe(undefined)
    const events = routes.handleOriginsTimeout(1_000)
    expect(events).toContainEqual({ type: 'next-hop', origin, nextHop: b })
    expect(rowsIn(events, a)).toEqual([row(510, { hops: 2 })])
  })

  test('no origin for a retraction of what was never known', () => {
    const { routes, timers } = tableOfTwo()
    expect(routes.handleSync(a, { rows: [row(undefined)] }, 0)).toEqual([])
    expect(timers.isSet('origins')).toBe(false)
  })
})

describe('A starved node', () => {
  test('asks every neighbour that has a row for a newer seqno', () => {
    const { events } = starved()
    expect(requestsIn(events)).toEqual([{ ...request({ hopsLeft: defaultConfig.hopsMax }), to: b }])
  })

  test('asks again after seqnoRetryMs', () => {
    const { routes, timers } = starved({ seqnoRetryMs: 1_000 })
    expect(timers.takeDue(1_000)).toContain('origins')
    expect(requestsIn(routes.handleOriginsTimeout(999))).toEqual([])
    expect(requestsIn(routes.handleOriginsTimeout(1_000))).toHaveLength(1)
    expect(timers.next()).toBeLessThanOrEqual(2_000)
  })

  test('says nothing that cannot be encoded when a neighbour claims the largest numbers', () => {
    const max = Number.MAX_SAFE_INTEGER
    const numbers = fc.constantFrom(0, 1, max - 1, max)
    const claims = fc.array(
      fc.record({
        from: fc.constantFrom(a, b),
        claim: fc.record({
          origin: fc.constantFrom(origin, c),
          epoch: numbers,
          seqno: numbers,
          metricUs: fc.option(numbers, { nil: undefined }),
          hops: fc.nat(255)
        })
      })
    )
    fc.assert(
      fc.property(claims, steps => {
        const { routes } = tableOfTwo()
        const events = steps.flatMap(({ from, claim }, at) => [
          ...routes.handleSync(from, { rows: [claim] }, at * 600),
          ...routes.handleOriginsTimeout(at * 600)
        ])
        for (const { epoch, seqno, metricUs = 0 } of rowsIn(events)) {
          expect([epoch, seqno, metricUs].every(Number.isSafeInteger)).toBe(true)
        }
        for (const { seqno, metricUs } of metricsIn(events)) {
          expect([seqno, metricUs].every(Number.isSafeInteger)).toBe(true)
        }
        for (const { epoch, seqno } of requestsIn(events)) {
          expect([epoch, seqno].every(Number.isSafeInteger)).toBe(true)
        }
      })
    )
  })
})

describe('A SEQNO_REQ', () => {
  test('goes on to the next hop, one hop shorter, once in seqnoRetryMs', () => {
    const { routes } = tableOfTwo({ seqnoRetryMs: 1_000 })
    routes.handleSync(a, { rows: [row(100)] }, 0)
    expect(requestsIn(routes.handleSeqnoReq(b, request(), 0))).toEqual([
      { ...request({ hopsLeft: 7 }), to: a }
    ])
    expect(routes.handleSeqnoReq(b, request(), 999)).toEqual([])
    expect(requestsIn(routes.handleSeqnoReq(b, request(), 1_000))).toHaveLength(1)
  })

  test('goes nowhere without hops left, without a way, or back to where it came from', () => {
    const { routes } = tableOfTwo()
    expect(routes.handleSeqnoReq(b, request(), 0)).toEqual([])
    routes.handleSync(a, { rows: [row(100)] }, 0)
    expect(routes.handleSeqnoReq(b, request({ hopsLeft: 0 }), 0)).toEqual([])
    expect(routes.handleSeqnoReq(a, request(), 0)).toEqual([])
  })

  test('is answered by whoever has as new a row', () => {
    const { routes } = tableOfTwo()
    routes.handleSync(a, { rows: [row(100, { seqno: 1 })] }, 0)
    expect(routes.handleSeqnoReq(b, request(), 0)).toEqual([
      { type: 'send', peer: b, message: { type: 'sync', rows: [row(110, { seqno: 1, hops: 2, number: 1 })] } }
    ])
  })

  test('makes the origin raise its seqno by one, once in seqnoRaiseIntervalMs, or at the end of that', () => {
    const { routes, timers } = tableOfTwo({ seqnoRaiseIntervalMs: 100 })
    publish(routes, 1)
    const ask = (seqno: number, now: number) =>
      seqnosIn(routes.handleSeqnoReq(a, request({ origin: self, seqno }), now))
    const seqnosIn = (events: RouteEvent[]) => rowsIn(signed(routes, events), b).map(told => told.seqno)
    expect(ask(1, 0)).toEqual([1])
    expect(ask(2, 1)).toEqual([])
    expect(ask(2, 99)).toEqual([])
    expect(timers.takeDue(99)).not.toContain('seqno')
    expect(timers.takeDue(100)).toContain('seqno')
    expect(seqnosIn(routes.handleTimer('seqno', 100))).toEqual([2])
    expect(ask(2, 1_000)).toEqual([])
  })

  test('makes the origin raise its seqno no more often in the long run than seqnoRaiseRate', () => {
    const { routes, timers } = tableOfTwo({
      seqnoRaiseIntervalMs: 100,
      seqnoRaiseRate: { burst: 3, perSecond: 0.5 }
    })
    publish(routes, 1)
    const raisedAt: number[] = []
    for (let now = 0; now <= 8_000; now += 100) {
      const isDue = timers.takeDue(now).includes('seqno')
      const seqno = raisedAt.length + 1
      const events = isDue
        ? routes.handleTimer('seqno', now)
        : routes.handleSeqnoReq(a, request({ origin: self, seqno }), now)
      if (rowsIn(signed(routes, events), b).length > 0) raisedAt.push(now)
    }
    expect(raisedAt).toEqual([0, 100, 200, 2_000, 4_000, 6_000, 8_000])
  })

  test('for a version that nobody can have heard of makes nobody do anything', () => {
    const { routes } = tableOfTwo()
    publish(routes, 1)
    for (const seqno of [2, 1_000, Number.MAX_SAFE_INTEGER]) {
      expect(routes.handleSeqnoReq(a, request({ origin: self, seqno }), 0)).toEqual([])
    }
    routes.handleSync(a, { rows: [row(100)] }, 0)
    for (const over of [{ seqno: 2 }, { epoch: 2 }]) {
      expect(routes.handleSeqnoReq(b, request(over), 0)).toEqual([])
    }
  })

  test('about another run of the origin raises nothing', () => {
    const { routes } = tableOfTwo()
    expect(routes.handleSeqnoReq(a, request({ origin: self }), 0)).toEqual([])
    publish(routes, 1)
    expect(routes.handleSeqnoReq(a, request({ origin: self, epoch: 2 }), 0)).toEqual([])
  })
})

interface NetworkNode {
  id: PeerId
  routes: Routes
  timers: Timers
}

/** Nodes joined by links that deliver in order, each at its own pace: all that routes may rely on. */
class Network {
  readonly nodes: NetworkNode[]
  readonly #queues = new Map<string, { from: number; to: number; message: Message }[]>()
  now = 0
  /** Asked for so far: nothing is ever lost here. */
  resyncs = 0

  constructor(size: number) {
    this.nodes = Array.from({ length: size }, (_, i) => {
      const id = `n${i}` as PeerId
      const timers = new Timers()
      return {
        id,
        timers,
        routes: new Routes(id, defaultConfig, timers, () => 0.5, {
          isCarried: () => false,
          isWanted: () => false,
          feeds: () => false,
          subscriptionSums: () => streamSums([])
        })
      }
    })
  }

  linked(i: number, j: number): boolean {
    return this.#queues.has(`${i}-${j}`)
  }

  link(i: number, j: number, costs: [Micros, Micros]): void {
    this.#queues.set(`${i}-${j}`, [])
    this.#queues.set(`${j}-${i}`, [])
    this.#send(i, this.#node(i).routes.handleUp(this.#node(j).id, costs[0], this.now))
    this.#send(j, this.#node(j).routes.handleUp(this.#node(i).id, costs[1], this.now))
  }

  unlink(i: number, j: number): void {
    this.#queues.delete(`${i}-${j}`)
    this.#queues.delete(`${j}-${i}`)
    this.#send(i, this.#node(i).routes.handleDown(this.#node(j).id, this.now))
    this.#send(j, this.#node(j).routes.handleDown(this.#node(i).id, this.now))
  }

  setCost(i: number, j: number, costUs: Micros): void {
    this.#send(i, this.#node(i).routes.handleCost(this.#node(j).id, costUs, this.now))
  }

  publish(i: number): void {
    this.#send(i, this.#node(i).routes.startOwn(1))
  }

  /** Delivers the next message of one of the busy links; false when none is. */
  deliver(choice: number): boolean {
    const busy = [...this.#queues.values()].filter(queue => queue.length > 0)
    const { from, to, message } = busy[choice % Math.max(busy.length, 1)]?.shift() ?? {}
    if (from === undefined || to === undefined || message === undefined) return false
    this.#send(to, this.#hand(this.#node(to).routes, this.#node(from).id, message))
    return true
  }

  #hand(routes: Routes, peer: PeerId, message: Message): RouteEvent[] {
    if (message.type === 'resync') this.resyncs++
    return routes.handleMessage(peer, message as RouteMessage, this.now)
  }

  wait(ms: number): void {
    this.now += ms
    for (const [i, { routes, timers }] of this.nodes.entries()) {
      for (const timer of timers.takeDue(this.now)) {
        this.#send(i, routes.handleTimer(timer as RouteTimer, this.now))
      }
    }
  }

  /** The nodes that a message from `start` to `target` passes. */
  way(start: number, target: number): number[] {
    const way = [start]
    for (let at = start; at !== target && way.length <= this.nodes.length; ) {
      const nextHop = this.#node(at).routes.route(this.#node(target).id)?.nextHop
      if (nextHop === undefined) break
      at = Number(nextHop.slice(1))
      way.push(at)
    }
    return way
  }

  reachable(target: number): Set<number> {
    const found = new Set([target])
    for (const i of found) for (const j of this.nodes.keys()) if (this.linked(i, j)) found.add(j)
    return found
  }

  #node(i: number): NetworkNode {
    return this.nodes[i] as NetworkNode
  }

  #send(from: number, events: RouteEvent[]): void {
    for (const event of signed(this.#node(from).routes, events)) {
      if (event.type !== 'send') continue
      const to = Number(event.peer.slice(1))
      const { message } = event
      this.#queues.get(`${from}-${to}`)?.push({ from, to, message })
    }
  }
}

describe('Routes of many nodes', () => {
  const size = 7
  const node = fc.nat(size - 1)
  const cost = fc.integer({ min: 1, max: 50_000 })
  const step = fc.oneof(
    { weight: 12, arbitrary: fc.record({ type: fc.constant('deliver' as const), choice: fc.nat(1_000) }) },
    {
      weight: 3,
      arbitrary: fc.record({ type: fc.constant('toggle' as const), i: node, j: node, cost, back: cost })
    },
    { weight: 3, arbitrary: fc.record({ type: fc.constant('cost' as const), i: node, j: node, cost }) },
    { weight: 2, arbitrary: fc.record({ type: fc.constant('wait' as const), ms: fc.nat(1_500) }) }
  )

  test('never loop on the way, and reach everyone who can be reached when all has come to rest', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 100, maxLength: 300 }), steps => {
        const network = new Network(size)
        const targets = [0, 1]
        for (let i = 0; i < size; i++) network.link(i, (i + 1) % size, [1_000 * (i + 1), 1_000])
        for (const target of targets) network.publish(target)
        const checkNoLoop = () => {
          for (const target of targets) {
            for (let i = 0; i < size; i++) {
              const way = network.way(i, target)
              if (way.length > size) throw new Error(`a loop on the way to ${target}: ${way.join(' ')}`)
            }
          }
        }
        for (const action of steps) {
          if (action.type === 'deliver') network.deliver(action.choice)
          else if (action.type === 'wait') network.wait(action.ms)
          else if (action.i !== action.j) {
            const { i, j } = action
            if (action.type === 'toggle' && network.linked(i, j)) network.unlink(i, j)
            else if (action.type === 'toggle') network.link(i, j, [action.cost, action.back])
            else if (network.linked(i, j)) network.setCost(i, j, action.cost)
          }
          checkNoLoop()
        }
        // A starved node asks once a second, and a request may have to wait for another that is on its way.
        for (let second = 0; second < 10; second++) {
          while (network.deliver(0)) checkNoLoop()
          network.wait(1_000)
        }
        expect(network.resyncs).toBe(0)
        for (const target of targets) {
          for (const i of network.reachable(target)) expect(network.way(i, target).at(-1)).toBe(target)
          for (const i of network.nodes.keys()) {
            if (!network.reachable(target).has(i)) expect(network.way(i, target)).toEqual([i])
          }
        }
      }),
      { numRuns: 100 }
    )
  })
})
