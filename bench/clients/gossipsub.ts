import { multiaddr } from '@multiformats/multiaddr'
import type { Client } from './client.ts'
import { type GossipsubMessage, gossipsubNode } from './gossipsub-node.ts'

/** The relay is all that this node knows. */
const meshSize = 1

export async function connectGossipsub({ address }: { address: string }): Promise<Client> {
  const node = await gossipsubNode(meshSize, [])
  const { pubsub } = node.services
  await node.dial(multiaddr(address))
  const handlers = new Map<string, (payload: Uint8Array) => void>()
  pubsub.addEventListener('message', event => {
    const { topic, data } = (event as CustomEvent<GossipsubMessage>).detail
    handlers.get(topic)?.(data)
  })
  return {
    // It refuses what it has no room for; what is missing in the end is counted.
    publish: (channel, payload) => void pubsub.publish(channel, payload).catch(() => {}),
    subscribe(channel, onMessage) {
      handlers.set(channel, onMessage)
      pubsub.subscribe(channel)
    }
  }
}
