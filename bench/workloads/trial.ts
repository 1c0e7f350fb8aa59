/** A contestant under load: started, warmed up, measured for a moment now and then, at rest in between. */
import { availableParallelism } from 'node:os'
import { setTimeout as wait } from 'node:timers/promises'
import type { Limit } from '../benchmark.ts'
import type { Child } from '../child.ts'
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
  /** What others had of them, on the machine that this one is a part of, when they were wanted here: in the turn in which it was the most. */
  stolenShare: number
  /** Of the deliveries that there should have been: 1 for all. */
  delivered: number
  limit: Limit
  /** Of a relay that was profiled. */
  layers?: Layer[]
}

/** By then V8 has compiled nearly all that matters, which takes a processor's time as well. */
const warmUpMs = { saturated: 5_000, steady: 30_000 }
/** The system counts processor time in steps of 10 ms. */
const turnMs = { saturated: 500, steady: 1_000 }
/** When others on the machine that this one is a part of have had more of the processors in a turn, it is done again: delays are then theirs. */
export const stolenMax = 0.02
/** So often, of a contestant in a run. */
const againMax = 8
/** Until a load that begins again is even: what rested may have given memory back. */
const settleMs = 1_000
/** Until what is under way has arrived. */
const drainMs = 150
/** A process that used more of a processor could not do more. */
const busyShare = 0.9

export class Trial {
  readonly #load: Load
  readonly #isSaturated: boolean
  readonly #publisher: Worker
  readonly #subscribers: readonly Worker[]
  /** How many of `#processes`, the first of them, are relays. */
  readonly #relays: number
  readonly #processes: readonly Child[]
  /** Undefined: there is none between publisher and subscriber. */
  readonly #relayPid: number | undefined
  readonly #turns: Turn[] = []
  #again = 0
  #isGoing = false

  private constructor(load: Load, { relay, others = [] }: Running, workers: [Worker, ...Worker[]]) {
    this.#load = load
    this.#isSaturated = load.perSecond === undefined
    ;[this.#publisher, ...this.#subscribers] = workers
    const relays = [...(relay === undefined ? [] : [relay]), ...others]
    this.#relays = relays.length
    this.#relayPid = relay?.pid
    this.#processes = [...relays, ...workers.map(({ child }) => child)]
  }

  /**
   * Nothing of it is left when it fails.
   *
   * @returns when every subscriber has got something
   */
  static async begin(stage: Stage, contestant: Contestant, load: Load): Promise<Trial> {
    const before = stage.children
    try {
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
    } catch (error) {
      await stage.endAll(before)
      throw error
    }
  }

  async end(): Promise<void> {
    await Promise.all(this.#processes.map(child => child.end()))
  }

  /** Goes on then. */
  async warmUp(): Promise<void> {
    await this.#go(this.#isSaturated ? warmUpMs.saturated : warmUpMs.steady)
  }

  /** Measures for a moment, and goes on. */
  async turn(): Promise<void> {
    if (!this.#isGoing) await this.#go(settleMs)
    let turn = await this.#count()
    for (; turn.stolenShare > stolenMax && this.#again < againMax; this.#again++) turn = await this.#count()
    this.#turns.push(turn)
  }

  async #go(forMs: number): Promise<void> {
    this.#publisher.order({ type: 'go' })
    this.#isGoing = true
    await wait(forMs)
  }

  async rest(): Promise<void> {
    this.#publisher.order({ type: 'rest' })
    this.#isGoing = false
    await wait(drainMs)
  }

  async #count(): Promise<Turn> {
    const workers = [this.#publisher, ...this.#subscribers]
    const pids = this.#processes.map(({ pid }) => pid)
    for (const worker of workers) worker.order({ type: 'begin' })
    const fromMs = nowMs()
    const before = pids.map(processorTimeUs)
    const stolenBefore = stolenTimeUs()
    await wait(this.#isSaturated ? turnMs.saturated : turnMs.steady)
    const toMs = nowMs()
    const usedUs = this.#processes.map(({ pid }, i) => processorTimeUs(pid) - (before[i] as number))
    const stolenUs = stolenTimeUs() - stolenBefore
    for (const worker of workers) worker.order({ type: 'end' })
    const counts = await Promise.all(workers.map(async worker => (await worker.heard('counted')).count))
    const [written, ...received] = counts as [Count, ...Count[]]
    const elapsedMs = toMs - fromMs
    return {
      ...{ fromMs, toMs, usedUs, received },
      stolenShare: stolenUs / (1_000 * elapsedMs * availableParallelism()),
      written: elapsedMs * perMs(written),
      deliveries: elapsedMs * sum(received.map(perMs))
    }
  }

  /**
   * Of all turns together.
   *
   * @param profiles where a relay that was profiled, and has ended, has written that
   * @throws when nothing was delivered
   */
  result(profiles: string | undefined): Measurement {
    const all = this.#turns
    const deliveries = sum(all.map(turn => turn.deliveries))
    if (deliveries === 0) throw new Error('nothing was delivered')
    const elapsedMs = sum(all.map(({ fromMs, toMs }) => toMs - fromMs))
    const usedUs = this.#processes.map((_, i) => sum(all.map(turn => turn.usedUs[i] as number)))
    const shares = usedUs.map(us => us / (1_000 * elapsedMs))
    const hasRelay = this.#relayPid !== undefined
    const relayUs = hasRelay ? usedUs[0] : undefined
    const relayShare = hasRelay ? (shares[0] as number) : 0
    const layers = profiles === undefined ? undefined : this.#layers(profiles)
    return {
      cpuUs: relayUs === undefined ? undefined : relayUs / deliveries,
      latencyMs: this.#isSaturated ? undefined : latencyOf(all.flatMap(({ received }) => received)),
      machineShare: sum(shares) / availableParallelism(),
      stolenShare: Math.max(...all.map(({ stolenShare }) => stolenShare)),
      delivered: deliveries / (sum(all.map(({ written }) => written)) * this.#load.takers),
      limit: limitOf(this.#isSaturated, relayShare, Math.max(...shares.slice(this.#relays))),
      ...(layers && { layers })
    }
  }

  #layers(profiles: string): Layer[] | undefined {
    const profile = this.#relayPid === undefined ? undefined : profileOf(profiles, this.#relayPid)
    const spans = this.#turns.map(({ fromMs, toMs }) => ({ fromUs: 1_000 * fromMs, toUs: 1_000 * toMs }))
    return profile && layersOf(profile, spans)
  }
}

/** What was counted in one. */
interface Turn {
  fromMs: number
  toMs: number
  /** Processor time of each process. */
  usedUs: readonly number[]
  stolenShare: number
  /** By the publisher. */
  written: number
  deliveries: number
  received: readonly Count[]
}

function perMs({ messages, elapsedMs }: Count): number {
  return messages / elapsedMs
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0)
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
