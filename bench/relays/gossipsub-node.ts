/** A libp2p node with js gossipsub, on the same transport as ours, with libp2p's own encryption and muxer. */
import { identify } from '@libp2p/identify'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createLibp2p, type Libp2p, type ServiceFactoryMap } from 'libp2p'
import { type Encryption, encrypterOf } from '../clients/encryption.ts'

const packageName: string = '@libp2p/gossipsub'

/** As much of gossipsub as is used here: it need not be installed for the rest to be compiled. */
interface Pubsub {
  subscribe(topic: string): void
}

type Services = { pubsub: Pubsub; identify: unknown }

export function missingGossipsub(): string | undefined {
  try {
    import.meta.resolve(packageName)
    return undefined
  } catch {
    return `${packageName} is missing: npm ci`
  }
}

/** @param meshSize how many peers it passes messages on to; gossipsub's own, 6, is for nodes that are no relay for others */
export async function gossipsubNode(
  meshSize: number,
  encryption: Encryption,
  listen: string[]
): Promise<Libp2p<Services>> {
  const { gossipsub } = (await import(packageName)) as { gossipsub: (init: object) => () => Pubsub }
  const pubsub = gossipsub({
    ...{ D: meshSize, Dlo: 1, Dhi: meshSize + 2, Dscore: 1, Dout: 0 },
    // A signature on each message, checked by each node that it passes, would be the most of what it costs.
    globalSignaturePolicy: 'StrictNoSign',
    // Here, all peers have one address, for which they would be punished.
    scoreParams: { IPColocationFactorWeight: 0 },
    allowPublishToZeroTopicPeers: true
  })
  return createLibp2p({
    addresses: { listen },
    transports: [tcp()],
    connectionEncrypters: [encrypterOf[encryption]()],
    streamMuxers: [yamux()],
    connectionManager: { inboundConnectionThreshold: 1_000, maxIncomingPendingConnections: 1_000 },
    connectionMonitor: { enabled: false },
    services: { identify: identify(), pubsub } as ServiceFactoryMap<Services>
  })
}
