import type { CounterName, Status } from '@hopcast/protocol/libp2p'
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'

const registry = new Registry()
/** The process's own: from when somebody first asks, as it measures a hundred times a second how late the event loop is. */
let collectsDefaults = false

export const metricsType = registry.contentType

const registers = [registry]
const neighbours = new Gauge({
  name: 'hopcast_neighbours',
  help: 'Neighbours now',
  labelNames: ['transport'],
  registers
})
const rtt = new Gauge({
  name: 'hopcast_neighbour_rtt_seconds',
  help: 'Smoothed round trip to a neighbour',
  labelNames: ['peer', 'transport'],
  registers
})
const cost = new Gauge({
  name: 'hopcast_neighbour_cost_seconds',
  help: 'Cost of the link from a neighbour, as routes add it up',
  labelNames: ['peer', 'transport'],
  registers
})
const routes = new Gauge({ name: 'hopcast_routes', help: 'Publishers that a way is known to', registers })
const streams = new Gauge({
  name: 'hopcast_streams',
  help: 'Streams that pass, start or end here',
  registers
})
const children = new Gauge({
  name: 'hopcast_children',
  help: 'Copies of streams that are sent on',
  registers
})
const received = new Gauge({
  name: 'hopcast_stream_objects_received',
  help: 'Objects received of each stream that is here now',
  labelNames: ['stream'],
  registers
})
const sent = new Gauge({
  name: 'hopcast_stream_objects_sent',
  help: 'Objects sent, all copies counted, of each stream that is here now',
  labelNames: ['stream'],
  registers
})

const meanings: Record<CounterName, string> = {
  objectsReceived: 'Objects taken in, those published here included',
  objectsSent: 'Copies of objects sent to neighbours',
  duplicates: 'Objects that came twice',
  unwanted: 'Objects from neighbours that were not asked for them',
  objectsDropped: 'Copies of objects dropped because a neighbour was slow, for whatever reason',
  objectsDroppedOverflow: 'Of the dropped: too many, too large, or waited too long',
  objectsDroppedExpired: 'Of the dropped: their time to live was over',
  objectsDroppedWaitingForKey: 'Of the dropped: they need an object that was dropped before',
  objectsVerified: 'Objects for an application here that their publisher has signed',
  objectsAltered:
    'Objects for an application here that their publisher has signed otherwise, or not sent at all',
  objectsUnverified: 'Objects for an application here of which no signature came within two seconds',
  peersClosed: 'Neighbours that broke the protocol and were closed'
}

/** The service's own counters, made when they are first seen: `objectsSent` becomes `hopcast_objects_sent_total`. */
const counters = new Map<CounterName, Counter>()

/** The Prometheus text for `status`, with the process's own metrics. */
export function metricsText(status: Status): Promise<string> {
  if (!collectsDefaults) collectDefaultMetrics({ register: registry })
  collectsDefaults = true
  for (const gauge of [neighbours, rtt, cost, received, sent]) gauge.reset()
  for (const { peer, transport, rttMs, costUs } of status.neighbours) {
    neighbours.inc({ transport })
    if (rttMs !== undefined) rtt.set({ peer, transport }, rttMs / 1000)
    cost.set({ peer, transport }, costUs / 1_000_000)
  }
  routes.set(status.routes.filter(({ nextHop }) => nextHop !== undefined).length)
  streams.set(status.streams.length)
  children.set(status.streams.reduce((sum, stream) => sum + stream.children.length, 0))
  for (const { stream, objectsReceived, objectsSent } of status.streams) {
    received.set({ stream }, objectsReceived)
    sent.set({ stream }, objectsSent)
  }
  for (const [name, value] of Object.entries(status.counters) as [CounterName, number][]) {
    const counter = counterOf(name)
    counter.reset()
    counter.inc(value)
  }
  return registry.metrics()
}

function counterOf(name: CounterName): Counter {
  const known = counters.get(name)
  if (known !== undefined) return known
  const snake = name
    .replace(/[^A-Za-z0-9]+/g, '_')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
  const counter = new Counter({ name: `hopcast_${snake}_total`, help: meanings[name], registers })
  counters.set(name, counter)
  return counter
}
