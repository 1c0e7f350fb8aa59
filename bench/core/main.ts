/** What the core alone can do, without sockets, codec or signatures. Prints one JSON object, a `CoreFigures`. */
import { defaultConfig, ObjectQueue } from '@hopcast/protocol'
import { Network, peerId, processorMs } from './network.ts'

export interface CoreFigures {
  /** Per second of processor time: copies of objects decided on, put into a queue per child, and taken out again. */
  deliveries: number
  /** Per second of processor time: rows of a neighbour's table, each newer than the last, and what others are told of them. */
  rows: number
}

const batch = 2_000
const batchVirtualMs = 20
const origins = 2_000
/** As many as a message takes. */
const rowsPerMessage = 400
/** As the driver has it. */
const sendBytesMax = 64_000
const ttlMs = 2_000
const warmUpMs = 500
const measuredMs = 1_500

const figures: CoreFigures = { deliveries: perSecond(deliveries()), rows: perSecond(rows()) }
console.log(JSON.stringify(figures))

/** Does some, and says how many, and in how much processor time. */
type Turn = () => { done: number; usedMs: number }

function deliveries(): Turn {
  const network = new Network()
  const { relay } = network
  const dropped = { overflow: 0, expired: 0, waitsForKey: 0 }
  const queues = new Map(network.children.map(peer => [peer, new ObjectQueue(defaultConfig, dropped)]))
  return () => {
    const objects = network.objects(batch)
    const { now } = network
    const before = processorMs()
    for (const object of objects) {
      for (const output of relay.handle(object, now)) {
        if (output.type !== 'forward') continue
        for (const peer of output.peers) queues.get(peer)?.push(output.object, now + ttlMs, now)
      }
    }
    let done = 0
    for (const queue of queues.values()) while (queue.size > 0) done += queue.take(sendBytesMax, now).length
    const usedMs = processorMs() - before
    if (done !== batch * network.children.length) throw new Error(`${done} deliveries of ${batch} objects`)
    network.wait(batchVirtualMs)
    return { done, usedMs }
  }
}

function rows(): Turn {
  const quota = { burst: 1e9, perSecond: 1e9 }
  const network = new Network({ rowsRate: quota })
  const ids = Array.from({ length: origins - 1 }, (_, n) => peerId(1_000 + n))
  let seqno = 0
  return () => {
    seqno++
    const before = network.relayMs
    for (let i = 0; i < ids.length; i += rowsPerMessage) {
      const rows = ids.slice(i, i + rowsPerMessage).map(origin => ({
        ...{ origin, epoch: 1, seqno, hops: 3, signature: new Uint8Array(64) },
        metricUs: 20_000 + seqno
      }))
      network.tell({ type: 'message', peer: network.publisherId, message: { type: 'sync', rows } })
    }
    network.wait(2 * defaultConfig.syncDelayMs)
    const known = Array.from(network.relay.routes()).length
    if (known !== origins) throw new Error(`${known} rows of ${origins}`)
    return { done: ids.length, usedMs: network.relayMs - before }
  }
}

/** How many a second of processor time, once an optimizing compiler has seen some. */
function perSecond(turn: Turn): number {
  let total = { done: 0, usedMs: 0 }
  for (let warm = false; total.usedMs < measuredMs; ) {
    const { done, usedMs } = turn()
    total = { done: total.done + done, usedMs: total.usedMs + usedMs }
    if (warm || total.usedMs < warmUpMs) continue
    warm = true
    total = { done: 0, usedMs: 0 }
  }
  return (1_000 * total.done) / total.usedMs
}
