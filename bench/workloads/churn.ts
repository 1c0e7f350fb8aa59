/** Whether a relay keeps anything of those that are gone, other than what it remembers of them within its limits. */
import { setTimeout as wait } from 'node:timers/promises'
import { defaultConfig } from '@hopcast/protocol'
import type { Benchmark } from '../benchmark.ts'
import type { Endpoint } from '../clients/client.ts'
import { connectHopcast, type HopcastClient } from '../clients/hopcast.ts'
import { endpointsOf } from '../contestants/contestant.ts'
import { memoryOf, startRelay, tellsMemory } from '../contestants/hopcast.ts'
import type { Stage } from '../stage.ts'
import { median } from '../statistics.ts'
import { channelName } from './load.ts'
import { ratioRow } from './target-row.ts'

const name = 'churn'
/** Not counted: origins, peers and penalties are remembered for up to five minutes, and V8 compiles what is new. */
const settleMinutes = 5
const minutes = 10
const clientsAtOnce = 20
/** One leaves, and another comes, which checks all announcements: 0.4 s of this process's time. */
const changeEveryMs = 500
const lookEveryMs = 15_000
const objectsEach = 10
const objectEveryMs = 250
/** Announcements are remembered for half an hour: as many as there may be come before. */
const channelsBefore = defaultConfig.announcementsMax
const publishersBefore = 8
/** After this long they have told all of them. */
const tellMs = 2_000

export const churn: Benchmark = {
  name,
  about: `${minutes} minutes in which up to ${1_000 / changeEveryMs} nodes a second come, publish or listen, and go: what the relay holds`,
  peers: [],
  async run(stage) {
    stage.say(`${name}: ${settleMinutes} and ${minutes} minutes, once`)
    const held = await once(stage)
    const half = Math.floor(held.length / 2)
    return [
      ratioRow({
        ...{ name, figure: 'held, last half', peer: 'first half', unit: 'MiB', goal: 1.05 },
        pairs: [[median(held.slice(half)) / 2 ** 20, median(held.slice(0, half)) / 2 ** 20]]
      })
    ]
  }
}

/** Bytes, each `lookEveryMs` of the minutes that count. */
async function once(stage: Stage): Promise<number[]> {
  const { relay, addresses } = await startRelay(stage, [], tellsMemory)
  const { endpoint } = endpointsOf('hopcast', addresses)
  const clients: HopcastClient[] = []
  const held: number[] = []
  try {
    await announceAll(endpoint)
    const begun = performance.now()
    const countAt = begun + settleMinutes * 60_000
    const endAt = countAt + minutes * 60_000
    for (let i = 0, looks = 0; performance.now() < endAt; i++) {
      const client = await connect(endpoint)
      clients.push(client)
      if (clients.length > clientsAtOnce) clients.shift()?.close()
      // Every other one publishes, and the next listens to it.
      const channel = channelName(channelsBefore + (i >> 1))
      if (i % 2 === 0) void publish(client, channel)
      else client.subscribe(channel, () => {})
      if (performance.now() >= begun + (looks + 1) * lookEveryMs) {
        const { heldBytes } = await memoryOf(relay)
        looks++
        if (performance.now() >= countAt) held.push(heldBytes)
        const [mebibytes, minute] = [(heldBytes / 2 ** 20).toFixed(1), (looks * lookEveryMs) / 60_000]
        stage.say(`${name}: ${mebibytes} MiB after ${minute} minutes and ${i + 1} nodes`)
      }
      await wait(Math.max(0, begun + (i + 1) * changeEveryMs - performance.now()))
    }
    return held
  } finally {
    for (const client of clients) client.close()
    await stage.endAll()
  }
}

async function announceAll(endpoint: Endpoint): Promise<void> {
  for (let i = 0; i < publishersBefore; i++) {
    const client = await connect(endpoint)
    for (let channel = i; channel < channelsBefore; channel += publishersBefore) {
      client.hopcast.publish(channelName(channel), { signed: false })
    }
    await wait(tellMs)
    client.close()
  }
}

async function connect(endpoint: Endpoint): Promise<HopcastClient> {
  if (endpoint.type !== 'hopcast') throw new Error('our relay has no address')
  return connectHopcast(endpoint)
}

async function publish(client: HopcastClient, channel: string): Promise<void> {
  for (let i = 0; i < objectsEach; i++) {
    client.publish(channel, new Uint8Array(200), true)
    await wait(objectEveryMs)
  }
}
