/** How long until there is something: a relay that listens, a first object. */
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Benchmark } from '../benchmark.ts'
import { connectHopcast, type HopcastClient, hopcastClient } from '../clients/hopcast.ts'
import { endpointsOf } from '../contestants/contestant.ts'
import { listeningOf, startRelay } from '../contestants/hopcast.ts'
import { LongLine } from '../load/long-line.ts'
import { Worker } from '../load/worker.ts'
import { root, type Stage } from '../stage.ts'
import { targetRow } from './target-row.ts'

const name = 'start'
/** A distance beside which what this machine takes is little. */
const roundTripMs = 200
/** After this long a new neighbour has told all that it knows. */
const settleMs = 2_000
const channel = 'channel-0'

export const start: Benchmark = {
  name,
  about: `from process start to "listening", and to the first object, over a line with a round trip of ${roundTripMs} ms`,
  peers: [],
  async run(stage) {
    const listening: number[] = []
    const cold: number[] = []
    const connected: number[] = []
    for (let run = 0; run < stage.runs; run++) {
      stage.say(`${name}: run ${run + 1} of ${stage.runs}`)
      listening.push(await msToListening(stage))
      const first = await roundTripsToFirstObject(stage)
      cold.push(first.cold)
      connected.push(first.connected)
    }
    const row = { name, better: 'less' } as const
    const trips = 'round trips'
    return [
      targetRow({ ...row, figure: 'to listening', unit: 'ms', target: 600, values: listening }),
      targetRow({ ...row, figure: 'to first object, cold', unit: trips, target: 5, values: cold }),
      targetRow({
        ...row,
        figure: 'to first object, connected',
        unit: trips,
        target: undefined,
        values: connected
      })
    ]
  }
}

/** The built program, with all that it listens on by default, on free ports. */
async function msToListening(stage: Stage): Promise<number> {
  const addresses = ['/ip4/127.0.0.1/tcp/0', '/ip4/127.0.0.1/tcp/0/ws', '/ip4/127.0.0.1/udp/0/webrtc-direct']
  const listen = addresses.flatMap(address => ['--listen', address])
  const args = ['relay', ...listen, '--http', '127.0.0.1:0', '--no-discovery', '--json']
  const begun = performance.now()
  const relay = stage.start('hopcast', process.execPath, [
    join(root, 'packages/node/bin/hopcast.js'),
    ...args
  ])
  await listeningOf(relay)
  const ms = performance.now() - begun
  await relay.end()
  return ms
}

async function roundTripsToFirstObject(stage: Stage): Promise<{ cold: number; connected: number }> {
  const { addresses } = await startRelay(stage)
  const { endpoint } = endpointsOf('hopcast', addresses)
  const [address = ''] = addresses
  const pace = { type: 'steady', perSecond: 500 } as const
  const plan = {
    type: 'publish',
    endpoint,
    publishers: 1,
    channels: [channel],
    payloadBytes: 200,
    groupObjects: 1,
    pace
  } as const
  const publisher = new Worker(stage, 'publisher', plan)
  await publisher.heard('ready')
  publisher.order({ type: 'go' })
  await wait(settleMs)
  const port = Number(/\/tcp\/(\d+)/.exec(address)?.[1])
  const line = await LongLine.to(port, roundTripMs)
  const far = address.replace(`/tcp/${port}`, `/tcp/${line.port}`)
  try {
    // As `hopcast listen` does it.
    const cold = await roundTrips(async () => {
      const client = await hopcastClient(far)
      await Promise.all([firstObject(client), client.connect()])
    })
    const client = await connectHopcast({ address: far })
    await wait(settleMs)
    return { cold, connected: await roundTrips(() => firstObject(client)) }
  } finally {
    line.close()
    await stage.endAll()
  }
}

async function roundTrips(act: () => Promise<void>): Promise<number> {
  const begun = performance.now()
  await act()
  return (performance.now() - begun) / roundTripMs
}

async function firstObject(client: HopcastClient): Promise<void> {
  await new Promise<void>(resolve => client.subscribe(channel, () => resolve()))
  client.close()
}
