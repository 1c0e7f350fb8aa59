/** One contestant under one load: started, warmed up, measured for a while, and ended. */
import { availableParallelism } from 'node:os'
import { setTimeout as wait } from 'node:timers/promises'
import type { Limit } from '../benchmark.ts'
import type { Child } from '../child.ts'
import type { Contestant } from '../contestants/contestant.ts'
import type { Count } from '../load/plan.ts'
import { nowMs } from '../load/stamp.ts'
import { Worker } from '../load/worker.ts'
import { processorTimeUs, stolenTimeUs } from '../processor-time.ts'
import { type Layer, layersOf } from '../profile/layers.ts'
import { profileOf } from '../profile/profile-of.ts'
import type { Stage } from '../stage.ts'
import { quantile } from '../statistics.ts'
import { type Load, publishPlan, subscribePlans } from './load.ts'

export interface Measurement {
  /** The relay's processor time for each delivery; undefined where there is no relay. */
  cpuUs: number | undefined
  /** From the publisher's write to the subscriber's callback; undefined in a saturated relay, where it says nothing. */
  latencyMs: { p50: number; p99: number } | undefined
  /** What relays and load use of all of the machine's processors. */
  machineShare: number
  /** What others had of them, on the machine that this one is a part of, when they were wanted here. */
  stolenShare: number
  /** Of the deliveries that there should have been: 1 for all. */
  delivered: number
  limit: Limit
  /** Of a relay that was profiled. */
  layers?: Layer[]
}

/** An optimizing compiler needs a moment of it. */
const warmUpMs = { saturated: 2_000, steady: 20_000 }
/** The system counts processor time in steps of 10 ms: a paced relay needs longer for enough of them. */
const windowMs = { saturated: 2_500, steady: 4_000 }
/** A process that used more of a processor could not do more. */
const busyShare = 0.9

/** @throws when the contestant, or the load, does not do what it should */
export async function measure(stage: Stage, contestant: Contestant, load: Load): Promise<Measurement> {
  let profiled: Profiled | undefined
  let measured: Measurement
  try {
    const connections = load.publishers + load.subscribers
    const { transport } = load
    const running = await contestant.start(stage, { connections, transport })
    const { endpoint, toSubscribers = endpoint, relay, others = [] } = running
    const publisher = new Worker(stage, 'publisher', publishPlan(load, endpoint))
    const { creditPort } = await publisher.heard('ready')
    const subscribers = subscribePlans(load, toSubscribers, creditPort).map(
      (plan, i) => new Worker(stage, `subscribers ${i + 1}`, plan)
    )
    await Promise.all(subscribers.map(worker => worker.heard('hearing')))
    publisher.order({ type: 'go' })
    await wait(load.perSecond === undefined ? warmUpMs.saturated : warmUpMs.steady)
    const fromUs = 1_000 * nowMs()
    measured = await counted(load, { relay, others, publisher, subscribers })
    if (relay !== undefined) profiled = { pid: relay.pid, fromUs, toUs: 1_000 * nowMs() }
  } finally {
    await stage.endAll()
  }
  // A process writes its profile when it ends.
  const layers = profiled && layersIn(stage.profile, profiled)
  return layers === undefined ? measured : { ...measured, layers }
}

interface Profiled {
  pid: number
  fromUs: number
  toUs: number
}

function layersIn(folder: string | undefined, { pid, fromUs, toUs }: Profiled): Layer[] | undefined {
  const profile = folder === undefined ? undefined : profileOf(folder, pid)
  return profile && layersOf(profile, fromUs, toUs)
}

interface Processes {
  relay: Child | undefined
  others: readonly Child[]
  publisher: Worker
  subscribers: Worker[]
}

async function counted(
  load: Load,
  { relay, others, publisher, subscribers }: Processes
): Promise<Measurement> {
  const workers = [publisher, ...subscribers]
  const saturated = load.perSecond === undefined
  const relays = [...(relay === undefined ? [] : [relay]), ...others]
  const pids = [...relays, ...workers.map(({ child }) => child)].map(({ pid }) => pid)
  for (const worker of workers) worker.order({ type: 'begin' })
  const from = performance.now()
  const before = pids.map(processorTimeUs)
  const stolenUs = stolenTimeUs()
  await wait(saturated ? windowMs.saturated : windowMs.steady)
  const elapsedMs = performance.now() - from
  /** Of one processor. */
  const shares = pids.map((pid, i) => (processorTimeUs(pid) - (before[i] as number)) / (1_000 * elapsedMs))
  const stolenShare = (stolenTimeUs() - stolenUs) / (1_000 * elapsedMs * availableParallelism())
  for (const worker of workers) worker.order({ type: 'end' })
  const counts = await Promise.all(workers.map(async worker => (await worker.heard('counted')).count))
  const [written, ...received] = counts as [Count, ...Count[]]
  const deliveriesPerMs = received.reduce((sum, count) => sum + perMs(count), 0)
  if (deliveriesPerMs === 0) throw new Error('nothing was delivered')
  const relayShare = relay === undefined ? undefined : shares[0]
  return {
    cpuUs: relayShare === undefined ? undefined : (1_000 * relayShare) / deliveriesPerMs,
    latencyMs: saturated ? undefined : latencyOf(received),
    machineShare: shares.reduce((sum, share) => sum + share) / availableParallelism(),
    stolenShare,
    delivered: deliveriesPerMs / (perMs(written) * load.takers),
    limit: limitOf(saturated, relayShare ?? 0, Math.max(...shares.slice(relays.length)))
  }
}

function perMs({ messages, elapsedMs }: Count): number {
  return messages / elapsedMs
}

export function latencyOf(received: readonly Count[]): { p50: number; p99: number } {
  const all = received.flatMap(({ latenciesMs }) => Array.from(latenciesMs))
  return { p50: quantile(all, 0.5), p99: quantile(all, 0.99) }
}

function limitOf(saturated: boolean, relayShare: number, loadShare: number): Limit {
  const shares = { relayShare, loadShare }
  if (relayShare >= busyShare) return { by: 'relay', ...shares }
  if (loadShare >= busyShare) return { by: 'load', ...shares }
  return { by: saturated ? 'machine' : 'pace', ...shares }
}
