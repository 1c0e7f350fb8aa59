/** What the tests of routes share: a table with neighbours, rows to hand it, and what it said. */
import type { Config } from './config.ts'
import { defaultConfig } from './default-config.ts'
import { streamSums } from './digest.ts'
import type { Micros, PeerId } from './ids.ts'
import type { RouteEvent } from './route-event.ts'
import { Routes } from './routes.ts'
import { Timers } from './timers.ts'
import type { MetricRow, SeqnoReq, SyncRow } from './wire/messages.ts'

export const self = 'self' as PeerId
export const [a, b, c, origin] = ['a', 'b', 'c', 'origin'] as [PeerId, PeerId, PeerId, PeerId]

/** `carried` are the origins of which a stream is, `wanted` those that somebody wants; streams come from those in `feeding`. The latter two may be changed. */
export function table(config: Partial<Config> = {}, random = () => 0.5, carried: readonly PeerId[] = []) {
  const timers = new Timers()
  const wanted = new Set<PeerId>()
  const feeding = new Set<PeerId>()
  const routes = new Routes(self, { ...defaultConfig, ...config }, timers, random, {
    isCarried: of => carried.includes(of),
    isWanted: of => wanted.has(of),
    feeds: (_, peer) => feeding.has(peer),
    subscriptionSums: () => streamSums([])
  })
  return { timers, wanted, feeding, routes }
}

/** With links to `a` and `b` that cost 10 each. */
export function tableOfTwo(config: Partial<Config> = {}, carried: readonly PeerId[] = []) {
  const made = table(config, () => 0.5, carried)
  made.routes.handleUp(a, 10, 0)
  made.routes.handleUp(b, 10, 0)
  return made
}

export function row(metricUs: Micros | undefined, over: Partial<SyncRow> = {}): SyncRow {
  return { origin, epoch: 1, seqno: 0, metricUs, hops: 1, ...over }
}

/** The whole rows that were told to `peer`, or to anyone, without their numbers. */
export function rowsIn(events: RouteEvent[], peer?: PeerId): SyncRow[] {
  return events.flatMap(event => {
    if (event.type !== 'send' || (peer !== undefined && event.peer !== peer)) return []
    return event.message.type === 'sync' ? event.message.rows.map(({ number: _, ...told }) => told) : []
  })
}

/** The rows of which `peer`, or anyone, was told a new metric. */
export function metricsIn(events: RouteEvent[], peer?: PeerId): MetricRow[] {
  return events.flatMap(event => {
    if (event.type !== 'send' || (peer !== undefined && event.peer !== peer)) return []
    return event.message.type === 'metrics' ? event.message.rows : []
  })
}

export function requestsIn(events: RouteEvent[]): (SeqnoReq & { to: PeerId })[] {
  return events.flatMap(event =>
    event.type === 'send' && event.message.type === 'seqno-req' ? [{ ...event.message, to: event.peer }] : []
  )
}

/** Starved: both neighbours have a row, none that is feasible. */
export function starved(config: Partial<Config> = {}) {
  const made = tableOfTwo(config)
  made.routes.handleSync(a, { rows: [row(100)] }, 0)
  made.routes.handleSync(b, { rows: [row(500)] }, 0)
  const events = made.routes.handleSync(a, { rows: [row(undefined)] }, 0)
  return { ...made, events }
}

export const request = (over: Partial<SeqnoReq> = {}): SeqnoReq => ({
  type: 'seqno-req',
  origin,
  epoch: 1,
  seqno: 1,
  hopsLeft: 8,
  ...over
})

export const signature = new Uint8Array(64)

/** Starts to publish, and hands over what was to be signed. */
export function publish(routes: Routes, epoch: number): RouteEvent[] {
  return signed(routes, routes.startOwn(epoch))
}

/** `events`, and what follows once the driver has signed. */
export function signed(routes: Routes, events: RouteEvent[]): RouteEvent[] {
  return events.flatMap(event =>
    event.type === 'sign-seqno' ? routes.handleSeqnoSigned(event, signature) : [event]
  )
}
