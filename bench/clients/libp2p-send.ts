import { transportOf } from '@hopcast/protocol/libp2p'
import { tcp } from '@libp2p/tcp'
import { tls } from '@libp2p/tls'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { Uint8ArrayList } from 'uint8arraylist'
import type { Client, Role } from './client.ts'
import { PrefixReader, prefixed } from './length-prefix.ts'
import { tabNode } from './libp2p-node.ts'

export const protocols: Record<Role, string> = {
  publisher: '/hopcast-bench/publish/1',
  subscriber: '/hopcast-bench/subscribe/1'
}

/** One stream to the relay, of which all messages are of one channel. */
export async function connectLibp2pSend({ address }: { address: string }, role: Role): Promise<Client> {
  const node =
    transportOf(address) === 'tcp'
      ? await createLibp2p({
          transports: [tcp()],
          connectionEncrypters: [tls()],
          streamMuxers: [yamux()],
          // It would end the connection to a relay that is too busy to answer its ping.
          connectionMonitor: { enabled: false }
        })
      : await tabNode(address, {})
  const stream = await node.dialProtocol(multiaddr(address), protocols[role])
  return {
    publish: (_channel, payload) => void stream.send(new Uint8ArrayList(...prefixed(payload))),
    subscribe(_channel, onMessage) {
      const reader = new PrefixReader(onMessage)
      stream.addEventListener('message', ({ data }) => reader.push(Buffer.from(data.subarray())))
    }
  }
}
