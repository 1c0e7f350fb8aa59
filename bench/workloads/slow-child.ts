/** What one subscriber that does not keep up costs the others, and the relay. */
import { setTimeout as wait } from 'node:timers/promises'
import type { Benchmark } from '../benchmark.ts'
import { connectHopcast } from '../clients/hopcast.ts'
import { endpointsOf } from '../contestants/contestant.ts'
import { memoryOf, metricAt, startRelay, tellsMemory } from '../contestants/hopcast.ts'
import { NarrowLine } from '../load/narrow-line.ts'
import type { Count } from '../load/plan.ts'
import { nowMs, stampNumber, stampSentMs } from '../load/stamp.ts'
import { Worker } from '../load/worker.ts'
import type { Stage } from '../stage.ts'
import { channelName, publishPlan, subscribePlans } from './load.ts'
import { ratioRow, targetRow } from './target-row.ts'
import { latencyOf } from './trial.ts'

const name = 'slow-child'
const others = 19
const groupObjects = 50
const load = {
  ...{ channels: 1, publishers: 1, subscribers: others, takers: others },
  ...{ payloadBytes: 1_200, perSecond: 500, groupObjects }
}
/** Of what the publisher sends. */
const slowShare = 0.1
const warmUpMs = 2_000
const windowMs = 5_000
/** Fast and slow in turns: what else the machine does meets both. */
const rounds = 3
/** Until the buffers of the operating system on the way are full. */
const dropWithinMs = 60_000

export const slowChild: Benchmark = {
  name,
  about: `1 publisher to ${others + 1} subscribers, of which one reads ${100 * slowShare} % of what comes: what the others notice, and the relay`,
  peers: [],
  async run(stage) {
    const runs: Run[] = []
    for (let run = 0; run < stage.runs; run++) {
      stage.say(`${name}: run ${run + 1} of ${stage.runs}`)
      runs.push(await once(stage))
    }
    return [
      ratioRow({
        ...{ name, figure: 'delay of the others, p99', peer: 'all fast', unit: 'ms', goal: 1.2 },
        pairs: runs.map(({ p99Ms }) => [p99Ms.slow, p99Ms.fast])
      }),
      targetRow({
        ...{ name, figure: 'memory held more', unit: 'MiB', target: 4, better: 'less' },
        values: runs.map(({ heldBytes }) => (heldBytes.slow - heldBytes.fast) / 2 ** 20)
      }),
      targetRow({
        ...{ name, figure: 'delay of the slow one', unit: 'ms', target: undefined, better: 'less' },
        values: runs.map(({ delayMs }) => delayMs)
      }),
      targetRow({
        ...{ name, figure: 'gaps that end at a group', unit: '%', target: 100, better: 'more' },
        values: runs.map(({ gaps, gapsToGroup }) => (100 * gapsToGroup) / gaps)
      }),
      targetRow({
        ...{ name, figure: 'missing objects that were counted', unit: '%', target: 100, better: 'more' },
        values: runs.map(({ missing, dropped }) => (100 * dropped) / missing)
      })
    ]
  }
}

interface Run {
  p99Ms: Both
  heldBytes: Both
  gaps: number
  /** After which the first object of a group was the first to come. */
  gapsToGroup: number
  /** How far the slow one was behind at the end. */
  delayMs: number
  /** Objects that the slow one did not get, or not in their turn, once it has caught up. */
  missing: number
  /** Objects that the relay says it has dropped. */
  dropped: number
}

/** While all are fast, and while one is slow. */
interface Both {
  fast: number
  slow: number
}

async function once(stage: Stage): Promise<Run> {
  const { relay, addresses, http } = await startRelay(stage, [], tellsMemory)
  const { endpoint } = endpointsOf('hopcast', addresses)
  if (endpoint.type !== 'hopcast') throw new Error('our relay has no address')
  const port = Number(/\/tcp\/(\d+)/.exec(endpoint.address)?.[1])
  const line = await NarrowLine.to(port)
  const slow = await connectHopcast({
    address: endpoint.address.replace(`/tcp/${port}`, `/tcp/${line.port}`)
  })
  try {
    const publisher = new Worker(stage, 'publisher', publishPlan(load, endpoint))
    await publisher.heard('ready')
    const subscribers = subscribePlans(load, endpoint, undefined).map(
      (plan, i) => new Worker(stage, `subscribers ${i + 1}`, plan)
    )
    const watch = new Watch()
    slow.subscribe(channelName(0), payload => watch.add(stampNumber(payload), nowMs() - stampSentMs(payload)))
    await Promise.all(subscribers.map(worker => worker.heard('hearing')))
    publisher.order({ type: 'go' })
    const delays: Record<keyof Both, Count[]> = { fast: [], slow: [] }
    const narrow = async () => {
      const before = await droppedAt(http)
      line.narrow(slowShare * load.perSecond * load.payloadBytes)
      await untilDropping(http, before)
    }
    for (let round = 0; round < rounds; round++) {
      delays.fast.push(...(await counted(subscribers)))
      await narrow()
      delays.slow.push(...(await counted(subscribers)))
      if (round < rounds - 1) line.widen()
    }
    const slowMemory = await memoryOf(relay)
    const { delayMs } = watch
    line.widen()
    await wait(warmUpMs)
    const heldBytes = { fast: (await memoryOf(relay)).heldBytes, slow: slowMemory.heldBytes }
    const p99Ms = { fast: latencyOf(delays.fast).p99, slow: latencyOf(delays.slow).p99 }
    const { gaps, gapsToGroup, missing } = watch
    if (gaps === 0) throw new Error('the slow one missed nothing')
    return { p99Ms, heldBytes, gaps, gapsToGroup, missing, delayMs, dropped: await droppedAt(http) }
  } finally {
    line.close()
    slow.close()
    await stage.endAll()
  }
}

async function counted(subscribers: readonly Worker[]): Promise<Count[]> {
  await wait(warmUpMs)
  for (const worker of subscribers) worker.order({ type: 'begin' })
  await wait(windowMs)
  for (const worker of subscribers) worker.order({ type: 'end' })
  return Promise.all(subscribers.map(async worker => (await worker.heard('counted')).count))
}

/** @param before what it had dropped */
async function untilDropping(http: string, before: number): Promise<void> {
  const end = performance.now() + dropWithinMs
  while ((await droppedAt(http)) === before) {
    if (performance.now() > end) throw new Error('the relay drops nothing')
    await wait(250)
  }
}

/** Objects, for whatever reason. */
function droppedAt(http: string): Promise<number> {
  return metricAt(http, 'hopcast_objects_dropped_total')
}

/** What of the numbers of objects, from 1, the slow one has got. */
class Watch {
  #newest: number | undefined
  gaps = 0
  gapsToGroup = 0
  missing = 0
  /** How late the last one came. */
  delayMs = 0

  add(number: number, delayMs: number): void {
    this.delayMs = delayMs
    const passed = number - (this.#newest ?? number - 1) - 1
    // What was missing and has been asked for again.
    if (passed < 0) return
    this.#newest = number
    if (passed === 0) return
    this.missing += passed
    this.gaps++
    if ((number - 1) % groupObjects === 0) this.gapsToGroup++
  }
}
