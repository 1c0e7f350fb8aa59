/** One contestant under one load: started, warmed up, measured for a while, and ended. */
import { availableParallelism } from 'node:os'
import { setTimeout as wait } from 'node:timers/promises'
import type { Limit } from '../benchmark.ts'
import type { Contestant, Running } from '../contestants/contestant.ts'
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
/** The system counts processor time in steps of 10 ms. */
const turnMs = { saturated: 500, steady: 1_000 }
export const turns = 8
/** Until a load that begins is even. */
const settleMs = 300
/** Until what is under way has arrived. */
const drainMs = 150
/** A process that used more of a processor could not do more. */
const busyShare = 0.9

/** @throws when the contestant, or the load, does not do what it should */
export async function measure(stage: Stage, contestant: Contestant, load: Load): Promise<Measurement> {
  let trial: Trial
  try {
    trial = await Trial.begin(stage, contestant, load)
    await trial.warmUp()
    for (let turn = 0; turn < turns; turn++) await trial.turn()
  } finally {
    await stage.endAll()
  }
  return trial.result(stage.profile)
}

/** A contestant and its load, which rests when others are measured. */
export class Trial {
  readonly #load: Load
  readonly #isSaturated: boolean
  readonly #publisher: Worker
  readonly #subscribers: readonly Worker[]
  /** The relay is the first, if there is one; then its others. */
  readonly #pids: readonly number[]
  readonly #relays: number
  readonly #hasRelay: boolean
  /** Of each process, in all turns. */
  readonly #usedUs: number[]
  #stolenUs = 0
  #elapsedMs = 0
  #written = 0
  #received = 0
  readonly #counts: Count[] = []
  #begunUs: number | undefined
  #endedUs = 0

  private constructor(load: Load, { relay, others = [] }: Running, workers: [Worker, ...Worker[]]) {
    this.#load = load
    this.#isSaturated = load.perSecond === undefined
    ;[this.#publisher, ...this.#subscribers] = workers
    const relays = [...(relay === undefined ? [] : [relay]), ...others]
    this.#hasRelay = relay !== undefined
    this.#relays = relays.length
    this.#pids = [...relays, ...workers.map(({ child }) => child)].map(({ pid }) => pid)
    this.#usedUs = this.#pids.map(() => 0)
  }

  /** @returns when every subscriber has got something */
  static async begin(stage: Stage, contestant: Contestant, load: Load): Promise<Trial> {
    const connections = load.publishers + load.subscribers
    const { transport } = load
    const running = await contestant.start(stage, { connections, transport })
    const { endpoint, toSubscribers = endpoint } = running
    const publisher = new Worker(stage, 'publisher', publishPlan(load, endpoint))
    const { creditPort } = await publisher.heard('ready')
    const subscribers = subscribePlans(load, toSubscribers, creditPort).map(
      (plan, i) => new Worker(stage, `subscribers ${i + 1}`, plan)
    )
    await Promise.all(subscribers.map(worker => worker.heard('hearing')))
    return new Trial(load, running, [publisher, ...subscribers])
  }

  async warmUp(): Promise<void> {
    this.#publisher.order({ type: 'go' })
    await wait(this.#isSaturated ? warmUpMs.saturated : warmUpMs.steady)
    await this.#rest()
  }

  /** Measures for a moment. */
  async turn(): Promise<void> {
    this.#publisher.order({ type: 'go' })
    await wait(settleMs)
    await this.#count()
    await this.#rest()
  }

  async #rest(): Promise<void> {
    this.#publisher.order({ type: 'rest' })
    await wait(drainMs)
  }

  async #count(): Promise<void> {
    const workers = [this.#publisher, ...this.#subscribers]
    for (const worker of workers) worker.order({ type: 'begin' })
    const from = nowMs()
    const before = this.#pids.map(processorTimeUs)
    const stolenBefore = stolenTimeUs()
    await wait(this.#isSaturated ? turnMs.saturated : turnMs.steady)
    const to = nowMs()
    for (const [i, pid] of this.#pids.entries()) {
      this.#usedUs[i] = (this.#usedUs[i] as number) + processorTimeUs(pid) - (before[i] as number)
    }
    this.#stolenUs += stolenTimeUs() - stolenBefore
    for (const worker of workers) worker.order({ type: 'end' })
    const counts = await Promise.all(workers.map(async worker => (await worker.heard('counted')).count))
    const [written, ...received] = counts as [Count, ...Count[]]
    const elapsedMs = to - from
    this.#elapsedMs += elapsedMs
    this.#written += elapsedMs * perMs(written)
    for (const count of received) this.#received += elapsedMs * perMs(count)
    this.#counts.push(...received)
    this.#begunUs ??= 1_000 * from
    this.#endedUs = 1_000 * to
  }

  /**
   * Of all turns together.
   *
   * @param profiles where a relay that was profiled, and has ended, has written that
   * @throws when nothing was delivered
   */
  result(profiles: string | undefined): Measurement {
    if (this.#received === 0) throw new Error('nothing was delivered')
    const shares = this.#usedUs.map(us => us / (1_000 * this.#elapsedMs))
    const relayUs = this.#hasRelay ? this.#usedUs[0] : undefined
    const processors = availableParallelism()
    const loadShare = Math.max(...shares.slice(this.#relays))
    const layers = profiles === undefined ? undefined : this.#layers(profiles)
    return {
      cpuUs: relayUs === undefined ? undefined : relayUs / this.#received,
      latencyMs: this.#isSaturated ? undefined : latencyOf(this.#counts),
      machineShare: shares.reduce((sum, share) => sum + share) / processors,
      stolenShare: this.#stolenUs / (1_000 * this.#elapsedMs * processors),
      delivered: this.#received / (this.#written * this.#load.takers),
      limit: limitOf(this.#isSaturated, this.#hasRelay ? (shares[0] as number) : 0, loadShare),
      ...(layers && { layers })
    }
  }

  #layers(profiles: string): Layer[] | undefined {
    if (!this.#hasRelay || this.#begunUs === undefined) return undefined
    const profile = profileOf(profiles, this.#pids[0] as number)
    return profile && layersOf(profile, this.#begunUs, this.#endedUs)
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
