/** Whether a relay keeps anything of those that are gone. */
import { setTimeout as wait } from 'node:timers/promises'
import type { Benchmark } from '../benchmark.ts'
import { connectHopcast, type HopcastClient } from '../clients/hopcast.ts'
import { endpointsOf } from '../contestants/contestant.ts'
import { memoryOf, startRelay, tellsMemory } from '../contestants/hopcast.ts'
import type { Stage } from '../stage.ts'
import { median } from '../statistics.ts'
import { channelName } from './load.ts'
import { ratioRow } from './target-row.ts'

const name = 'churn'
const minutes = 10
const clientsAtOnce = 20
/** One leaves, and another comes. */
const changeEveryMs = 250
/** Those that are gone are remembered for some minutes, as peers to dial, origins and announcements: up to their limits. */
const lookEveryMs = 15_000
const objectsEach = 10

export const churn: Benchmark = {
  name,
  about: `${minutes} minutes in which ${1_000 / changeEveryMs} nodes a second come, publish or listen, and go: what the relay holds`,
  peers: [],
  async run(stage) {
    stage.say(`${name}: ${minutes} minutes, once`)
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

async function once(stage: Stage): Promise<number[]> {
  const { relay, addresses } = await startRelay(stage, [], tellsMemory)
  const { endpoint } = endpointsOf('hopcast', addresses)
  if (endpoint.type !== 'hopcast') throw new Error('our relay has no address')
  const clients: HopcastClient[] = []
  const held: number[] = []
  const endAt = performance.now() + minutes * 60_000
  let lookAt = performance.now() + lookEveryMs
  try {
    for (let i = 0; performance.now() < endAt; i++) {
      const client = await connectHopcast(endpoint)
      clients.push(client)
      if (clients.length > clientsAtOnce) clients.shift()?.close()
      // Every other one publishes, and the next listens to it.
      const channel = channelName(i >> 1)
      if (i % 2 === 0) void publish(client, channel)
      else client.subscribe(channel, () => {})
      if (performance.now() >= lookAt) {
        lookAt += lookEveryMs
        held.push((await memoryOf(relay)).heldBytes)
        stage.say(
          `${name}: ${(held.at(-1) as number) >> 20} MiB after ${(held.length * lookEveryMs) / 60_000} minutes`
        )
      }
      await wait(changeEveryMs)
    }
    return held
  } finally {
    for (const client of clients) client.close()
    await stage.endAll()
  }
}

async function publish(client: HopcastClient, channel: string): Promise<void> {
  for (let i = 0; i < objectsEach; i++) {
    client.publish(channel, new Uint8Array(200), true)
    await wait(changeEveryMs)
  }
}
