import { startNode, temporaryIdentity } from '@hopcast/node'
import {
  type Hopcast,
  hopcast as hopcastService,
  type Publication,
  transportOf,
  yamux
} from '@hopcast/protocol/libp2p'
import { identify } from '@libp2p/identify'
import type { Client } from './client.ts'
import { tabNode } from './libp2p-node.ts'

const retryMs = 20_000

interface Node {
  hopcast: Hopcast
  connect(): void
  stop(): Promise<void>
}

async function listener(address: string): Promise<Node> {
  return startNode({
    identity: await temporaryIdentity(),
    listen: [],
    peers: [address],
    discovery: false
  })
}

async function tab(address: string): Promise<Node> {
  const libp2p = await tabNode(address, {
    streamMuxers: [yamux()],
    services: { identify: identify(), hopcast: hopcastService() }
  })
  const { hopcast } = libp2p.services
  return { hopcast, connect: () => hopcast.connect(address), stop: async () => libp2p.stop() }
}

export interface HopcastClient extends Client {
  readonly hopcast: Hopcast
  /** Resolves when the relay is a neighbour. */
  connect(): Promise<void>
  close(): void
}

/** A node with one neighbour, as a publisher or a listener is one. */
export async function connectHopcast({ address }: { address: string }): Promise<HopcastClient> {
  const client = await hopcastClient(address)
  await client.connect()
  return client
}

/** The same, which does not know the relay yet. */
export async function hopcastClient(address: string): Promise<HopcastClient> {
  const node = transportOf(address) === 'tcp' ? await listener(address) : await tab(address)
  const { hopcast } = node
  const publications = new Map<string, Publication>()
  return {
    hopcast,
    connect: async () => {
      const up = neighbourUp(hopcast)
      node.connect()
      await up
    },
    publish(channel, payload, key) {
      let publication = publications.get(channel)
      if (publication === undefined) {
        // The lists are for subscribers, and checking them would only keep the load from being heavier.
        publication = hopcast.publish(channel, { signed: false })
        publications.set(channel, publication)
      }
      publication.write({ payload, key, timestampUs: Date.now() * 1_000 })
    },
    subscribe(channel, onMessage) {
      const subscription = hopcast.subscribe(channel)
      void (async () => {
        for await (const event of subscription) if (event.type === 'object') onMessage(event.payload)
      })()
    },
    close: () => void node.stop()
  }
}

function neighbourUp(hopcast: Hopcast): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the relay does not answer')), retryMs)
    const off = hopcast.on(event => {
      if (event.type !== 'neighbour-up') return
      clearTimeout(timer)
      off()
      resolve()
    })
  })
}
