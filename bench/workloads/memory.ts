/** What a relay takes for each thing that it keeps. */
import { setTimeout as wait } from 'node:timers/promises'
import type { Benchmark } from '../benchmark.ts'
import type { Child } from '../child.ts'
import type { Endpoint } from '../clients/client.ts'
import { connectHopcast, type HopcastClient } from '../clients/hopcast.ts'
import { endpointsOf } from '../contestants/contestant.ts'
import { memoryOf, startRelay, tellsMemory } from '../contestants/hopcast.ts'
import { Worker } from '../load/worker.ts'
import type { Memory } from '../relays/tell-memory.mjs'
import type { Stage } from '../stage.ts'
import { channelName, connectGapMs } from './load.ts'
import { targetRow } from './target-row.ts'

const name = 'memory'
/** What a node keeps announcements of at most is 2,048. */
const publications = 2_000
const tracks = [0, 1, 2, 3, 4]
const publishers = 10
/** Publications of which a subscriber takes all tracks. */
const taken = 200
const subscribers = 10
const idle = 1_000
const idleProcesses = 2
/** After this long a node has told all that it knows, and has been told. */
const settleMs = 3_000
const idleWithinMs = 180_000

export const memory: Benchmark = {
  name,
  about: `what a relay takes for each of ${publications * tracks.length} streams that it knows, of ${taken * tracks.length} that it carries, of ${idle} idle neighbours`,
  peers: [],
  async run(stage) {
    const runs: Sizes[] = []
    for (let run = 0; run < stage.runs; run++) {
      stage.say(`${name}: run ${run + 1} of ${stage.runs}`)
      runs.push(await once(stage))
    }
    const row = (figure: string, of: (sizes: Sizes) => number) =>
      targetRow({ name, figure, unit: 'bytes', target: undefined, better: 'less', values: runs.map(of) })
    return [
      row('held for each stream that is known', ({ known }) => known),
      row('held for each stream that is carried', ({ carried }) => carried),
      row('held for each idle neighbour', ({ neighbour }) => neighbour.heldBytes),
      row('taken from the system for each', ({ neighbour }) => neighbour.residentBytes)
    ]
  }
}

interface Sizes extends StreamSizes {
  neighbour: Memory
}

/** The neighbours are those of a relay that knows no streams: each would be told of all of them, and check their signatures. */
async function once(stage: Stage): Promise<Sizes> {
  return { ...(await ofStreams(stage)), neighbour: await ofNeighbours(stage) }
}

interface StreamSizes {
  known: number
  carried: number
}

async function ofStreams(stage: Stage): Promise<StreamSizes> {
  const { relay, addresses } = await startRelay(stage, [], tellsMemory)
  const { endpoint } = endpointsOf('hopcast', addresses)
  const clients: HopcastClient[] = []
  try {
    for (let i = 0; i < publishers + subscribers; i++) clients.push(await connectOne(endpoint))
    const connected = await settledMemory(relay)
    for (let i = 0; i < publications; i++) {
      clients[i % publishers]?.hopcast.publish(channelName(i), { tracks, signed: false })
    }
    const published = await settledMemory(relay)
    for (let i = 0; i < taken; i++) {
      clients[publishers + (i % subscribers)]?.hopcast.subscribe(channelName(i), { tracks })
    }
    const subscribed = await settledMemory(relay)
    return {
      known: (published.heldBytes - connected.heldBytes) / (publications * tracks.length),
      carried: (subscribed.heldBytes - published.heldBytes) / (taken * tracks.length)
    }
  } finally {
    for (const client of clients) client.close()
    await stage.endAll()
  }
}

async function ofNeighbours(stage: Stage): Promise<Memory> {
  const { relay, addresses } = await startRelay(stage, ['--neighbours-max', String(2 * idle)], tellsMemory)
  const { endpoint } = endpointsOf('hopcast', addresses)
  try {
    const before = await settledMemory(relay)
    const workers = Array.from(
      { length: idleProcesses },
      (_, i) =>
        new Worker(stage, `idle ${i + 1}`, {
          ...{ type: 'idle', endpoint, connections: idle / idleProcesses },
          connectGapMs: connectGapMs * idleProcesses
        })
    )
    await Promise.all(workers.map(worker => worker.heard('ready', idleWithinMs)))
    const after = await settledMemory(relay)
    return {
      heldBytes: (after.heldBytes - before.heldBytes) / idle,
      residentBytes: (after.residentBytes - before.residentBytes) / idle
    }
  } finally {
    await stage.endAll()
  }
}

async function settledMemory(relay: Child): Promise<Memory> {
  await wait(settleMs)
  return memoryOf(relay)
}

async function connectOne(endpoint: Endpoint): Promise<HopcastClient> {
  if (endpoint.type !== 'hopcast') throw new Error('our relay has no address')
  const client = await connectHopcast(endpoint)
  await wait(connectGapMs)
  return client
}
