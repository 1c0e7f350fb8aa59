/** libp2p nodes as browsers have them, and what they meet at a relay: WebSocket with Noise, or WebRTC. */
import { transportOf } from '@hopcast/protocol/libp2p'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { tls } from '@libp2p/tls'
import { webRTCDirect } from '@libp2p/webrtc'
import { webSockets } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'
import { createLibp2p, type Libp2p, type Libp2pOptions, type ServiceFactoryMap } from 'libp2p'

/** How a subscriber reaches the relay; publishers always use TCP. */
export type Transport = 'tcp' | 'websocket' | 'webrtc-direct'

export const listenAddress: Record<Transport, string> = {
  tcp: '/ip4/127.0.0.1/tcp/0',
  websocket: '/ip4/127.0.0.1/tcp/0/ws',
  'webrtc-direct': '/ip4/127.0.0.1/udp/0/webrtc-direct'
}

/** A tab's that goes to `address`: it cannot speak TLS. */
export function tabNode<T extends Record<string, unknown>>(
  address: string,
  options: Pick<Libp2pOptions<T>, 'streamMuxers'> & { services?: ServiceFactoryMap<T> }
): Promise<Libp2p<T>> {
  return createLibp2p<T>({
    transports: [transportOf(address) === 'webrtc-direct' ? webRTCDirect() : webSockets()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionMonitor: { enabled: false },
    ...options
  } as Libp2pOptions<T>)
}

/** A relay's, which listens on all of `transports`. */
export function relayNode(transports: readonly Transport[]): Promise<Libp2p> {
  return createLibp2p({
    addresses: { listen: transports.map(transport => listenAddress[transport]) },
    transports: transports.map(transport => {
      if (transport === 'tcp') return tcp()
      return transport === 'websocket' ? webSockets() : webRTCDirect()
    }),
    connectionEncrypters: [tls(), noise()],
    streamMuxers: [yamux()],
    connectionManager: { inboundConnectionThreshold: 1_000, maxIncomingPendingConnections: 1_000 },
    connectionMonitor: { enabled: false }
  })
}
