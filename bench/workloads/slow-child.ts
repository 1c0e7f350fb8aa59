/** What one subscriber that does not keep up costs the others, and the relay. */
import { setTimeout as wait } from 'node:timers/promises'
import type { Benchmark } from '../benchmark.ts'
import type { Child } from '../child.ts'
import { connectHopcast } from '../clients/hopcast.ts'
import { endpointsOf } from '../contestants/contestant.ts'
import { memoryOf, startRelay, tellsMemory } from '../contestants/hopcast.ts'
import { NarrowLine } from '../load/narrow-line.ts'
import { nowMs, stampNumber, stampSentMs } from '../load/stamp.ts'
import { Worker } from '../load/worker.ts'
import type { Stage } from '../stage.ts'
import { channelName, publishPlan, subscribePlans } from './load.ts'
import { latencyOf } from './measure.ts'
import { ratioRow, targetRow } from './target-row.ts'

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
const windowMs = 8_000
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
        pairs: runs.map(({ before, after }) => [after.p99Ms, before.p99Ms])
      }),
      targetRow({
        ...{ name, figure: 'memory held more', unit: 'MiB', target: 4, better: 'less' },
        values: runs.map(({ before, after }) => (after.memoryBytes - before.memoryBytes) / 2 ** 20)
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
  before: Figures
  after: Figures
  gaps: number
  /** After which the first object of a group was the first to come. */
  gapsToGroup: number
  /** How far the slow one is behind at the end. */
  delayMs: number
  /** Objects that the slow one did not get, between two that it got. */
  missing: number
  /** Objects that the relay says it has dropped: those, and some after the last that came. */
  dropped: number
}

interface Figures {
  p99Ms: number
  memoryBytes: number
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
    const before = await figuresOf(relay, subscribers)
    line.narrow(slowShare * load.perSecond * load.payloadBytes)
    await untilDropping(http)
    const after = await figuresOf(relay, subscribers)
    const { gaps, gapsToGroup, missing, delayMs } = watch
    if (gaps === 0) throw new Error('the slow one missed nothing')
    return { before, after, gaps, gapsToGroup, missing, delayMs, dropped: await droppedAt(http) }
  } finally {
    line.close()
    slow.close()
    await stage.endAll()
  }
}

async function figuresOf(relay: Child, subscribers: readonly Worker[]): Promise<Figures> {
  await wait(warmUpMs)
  for (const worker of subscribers) worker.order({ type: 'begin' })
  await wait(windowMs)
  for (const worker of subscribers) worker.order({ type: 'end' })
  const counts = await Promise.all(subscribers.map(async worker => (await worker.heard('counted')).count))
  return { p99Ms: latencyOf(counts).p99, memoryBytes: (await memoryOf(relay)).heldBytes }
}

async function untilDropping(http: string): Promise<void> {
  const end = performance.now() + dropWithinMs
  while ((await droppedAt(http)) === 0) {
    if (performance.now() > end) throw new Error('the relay drops nothing')
    await wait(250)
  }
}

/** Objects, for whatever reason, as the relay tells its operator. */
async function droppedAt(http: string): Promise<number> {
  const text = await (await fetch(new URL('/metrics', http))).text()
  return Number(/^hopcast_objects_dropped_total (\d+)$/m.exec(text)?.[1] ?? 0)
}

/** What of the numbers of objects, from 1, the slow one has got. */
class Watch {
  #last: number | undefined
  gaps = 0
  gapsToGroup = 0
  missing = 0
  /** How late the last one came. */
  delayMs = 0

  add(number: number, delayMs: number): void {
    this.delayMs = delayMs
    const passed = number - (this.#last ?? number - 1) - 1
    this.#last = number
    if (passed === 0) return
    this.missing += passed
    this.gaps++
    if ((number - 1) % groupObjects === 0) this.gapsToGroup++
  }
}
