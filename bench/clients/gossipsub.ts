import { identify } from '@libp2p/identify'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import type { Client } from './client.ts'
import { type Encryption, encrypterOf } from './encryption.ts'
import { publishing, RpcReader, subscribing } from './gossipsub-messages.ts'
import { Batch } from './socket.ts'

const protocol = '/meshsub/1.2.0'

/**
 * The least that gossipsub takes for a peer. Whole nodes, fifty in one process, are busier than the relay, and what they have not read
 * yet the relay writes in few large pieces.
 */
export async function connectGossipsub({
  address,
  encryption
}: {
  address: string
  encryption: Encryption
}): Promise<Client> {
  const node = await createLibp2p({
    transports: [tcp()],
    connectionEncrypters: [encrypterOf[encryption]()],
    streamMuxers: [yamux()],
    connectionMonitor: { enabled: false },
    // By it the relay knows that this is a peer.
    services: { identify: identify() }
  })
  const handlers = new Map<string, (payload: Uint8Array) => void>()
  const reader = new RpcReader((topic, data) => handlers.get(topic)?.(data))
  await node.handle(protocol, stream => {
    stream.addEventListener('message', ({ data }) => reader.push(Buffer.from(data.subarray())))
  })
  const stream = await node.dialProtocol(multiaddr(address), protocol)
  const batch = new Batch(bytes => stream.send(bytes))
  return {
    publish: (channel, payload) => batch.add(publishing(channel, payload)),
    subscribe(channel, onMessage) {
      handlers.set(channel, onMessage)
      batch.add(subscribing(channel))
    }
  }
}
