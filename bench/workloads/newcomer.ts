/** How long what a relay carries waits while a new neighbour tells of a large network, all of which has to be checked. */
import { setTimeout as wait } from 'node:timers/promises'
import type { Benchmark } from '../benchmark.ts'
import { endpointsOf } from '../contestants/contestant.ts'
import { metricAt, startRelay } from '../contestants/hopcast.ts'
import { Worker } from '../load/worker.ts'
import type { Stage } from '../stage.ts'
import { quantile } from '../statistics.ts'
import { publishPlan, subscribePlans } from './load.ts'
import { targetRow } from './target-row.ts'

const name = 'newcomer'
/** Nearly as many as a relay remembers of either. */
const publishers = 2_000
const load = {
  ...{ channels: 1, publishers: 1, subscribers: 1, takers: 1 },
  ...{ payloadBytes: 200, perSecond: 500 }
}
const warmUpMs = 5_000
const quietMs = 3_000
/** The newcomer makes a key for each. */
const prepareWithinMs = 120_000
const knownWithinMs = 60_000
const lookEveryMs = 250

export const newcomer: Benchmark = {
  name,
  about: `1 publisher to 1 subscriber, while a neighbour comes that tells of ${publishers} publishers and their channels: the delay`,
  peers: [],
  async run(stage) {
    const runs: Run[] = []
    for (let run = 0; run < stage.runs; run++) {
      stage.say(`${name}: run ${run + 1} of ${stage.runs}`)
      runs.push(await once(stage))
    }
    const row = (figure: string, unit: string, of: (run: Run) => number) =>
      targetRow({ name, figure, unit, target: undefined, better: 'less', values: runs.map(of) })
    return [
      row('delay before, longest', 'ms', ({ before }) => quantile(before, 1)),
      row('delay meanwhile, p99', 'ms', ({ meanwhile }) => quantile(meanwhile, 0.99)),
      row('delay meanwhile, longest', 'ms', ({ meanwhile }) => quantile(meanwhile, 1)),
      row('until all ways are known', 's', ({ knownMs }) => knownMs / 1_000)
    ]
  }
}

/** Delays are in ms. */
interface Run {
  before: Float64Array
  meanwhile: Float64Array
  knownMs: number
}

async function once(stage: Stage): Promise<Run> {
  const { addresses, http } = await startRelay(stage)
  const { endpoint } = endpointsOf('hopcast-least', addresses)
  try {
    const publisher = new Worker(stage, 'publisher', publishPlan(load, endpoint))
    await publisher.heard('ready')
    const [plan] = subscribePlans(load, endpoint, undefined)
    if (plan === undefined) throw new Error('nobody subscribes')
    const subscriber = new Worker(stage, 'subscriber', plan)
    const come = new Worker(stage, 'newcomer', { type: 'newcomer', endpoint, publishers })
    await subscriber.heard('hearing')
    await come.heard('ready', prepareWithinMs)
    publisher.order({ type: 'go' })
    await wait(warmUpMs)
    // What is asked for the first time takes longer.
    await routesAt(http)
    const delaysDuring = async (action: () => Promise<void>) => {
      subscriber.order({ type: 'begin' })
      await action()
      subscriber.order({ type: 'end' })
      return (await subscriber.heard('counted')).count.latenciesMs
    }
    const before = await delaysDuring(async () => {
      for (let ms = 0; ms < quietMs; ms += lookEveryMs) {
        await routesAt(http)
        await wait(lookEveryMs)
      }
    })
    const comesAt = performance.now()
    const meanwhile = await delaysDuring(async () => {
      come.order({ type: 'go' })
      await untilKnown(http)
    })
    return { before, meanwhile, knownMs: performance.now() - comesAt }
  } finally {
    await stage.endAll()
  }
}

async function untilKnown(http: string): Promise<void> {
  const end = performance.now() + knownWithinMs
  while ((await routesAt(http)) < publishers) {
    if (performance.now() > end) throw new Error('the relay does not know all')
    await wait(lookEveryMs)
  }
}

function routesAt(http: string): Promise<number> {
  return metricAt(http, 'hopcast_routes')
}
