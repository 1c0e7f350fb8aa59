import { defaultConfig } from '@hopcast/protocol'
import type { Hopcast, HopcastInit } from '@hopcast/protocol/libp2p'
import { hopcast, shallowBuffers, yamux } from '@hopcast/protocol/libp2p'
import { type Identify, identify } from '@libp2p/identify'
import { type Ping, ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { createLibp2p, type Libp2p, type Libp2pOptions } from 'libp2p'
import { isWebRtcDirect, isWebSocket } from './addresses.ts'
import { LocalDiscovery } from './discovery.ts'
import { encrypters } from './encryption/encrypters.ts'
import { loadSodium } from './encryption/sodium.ts'
import { forgetGone } from './forget-gone.ts'
import type { Identity } from './identity.ts'
import { atMost } from './lifetime.ts'
import { checkUdpPorts, listenError } from './listen-errors.ts'
import { agent } from './version.ts'

export interface NodeOptions {
  identity: Identity
  /** Multiaddrs; empty: the node only dials. */
  listen: readonly string[]
  /** Multiaddrs that `connect` will be called with, for the transports to be there. */
  peers: readonly string[]
  /** Whether it finds nodes on the local network, and lets itself be found. */
  discovery: boolean
  /** Whether everyone can reach it, and it is meant to stay. Default: no. */
  server?: boolean
  /** How many neighbours to look for among those that others tell of. Default: none, it dials `peers` only. */
  neighbours?: number
  /** How many neighbours to have at most. */
  neighboursMax?: number | undefined
  /** What to send on for others at most, in bits per second. */
  uplinkBps?: number | undefined
}

export interface Node {
  hopcast: Hopcast
  /** Connects to the peers of the options, and again whenever one is lost. */
  connect(): void
  /** Multiaddrs, with the peer id. */
  addresses(): string[]
  /** Closes all connections and listeners; bounded. */
  stop(): Promise<void>
}

type Services = { identify: Identify; ping: Ping; hopcast: Hopcast }

/**
 * New connections per second from one address. libp2p's default of 5 refuses a room full of people behind one home
 * router or a company's proxy when a show begins; a flood is stopped by the two limits around this one all the same.
 */
const inboundPerSecondMax = 50
/** Handshakes under way. Each may take as long as `handshakeTimeoutMs`, so a slow attacker would fill libp2p's 10. */
const inboundPendingMax = 100
const handshakeTimeoutMs = 5000
const dialsMax = 16
const stopTimeoutMs = 2000

/**
 * Starts a libp2p node with the hopcast service.
 *
 * @throws CliError when it cannot listen, e.g. for a port in use
 */
export async function startNode(options: NodeOptions): Promise<Node> {
  const discovery = options.discovery ? new LocalDiscovery() : undefined
  await checkUdpPorts(options.listen)
  const libp2p = await createStarted(await libp2pOptions(options, discovery))
  forgetGone(libp2p)
  discovery?.start(libp2p)
  const service = libp2p.services.hopcast
  return {
    hopcast: service,
    connect: () => {
      for (const peer of options.peers) service.connect(peer)
    },
    addresses: () => libp2p.getMultiaddrs().map(address => address.toString()),
    stop: async () => {
      discovery?.stop()
      await atMost(stopTimeoutMs, Promise.resolve(libp2p.stop()))
    }
  }
}

async function libp2pOptions(
  options: NodeOptions,
  discovery: LocalDiscovery | undefined
): Promise<Libp2pOptions<Services>> {
  return {
    privateKey: options.identity,
    addresses: { listen: [...options.listen] },
    nodeInfo: { userAgent: agent },
    transports: await transports([...options.listen, ...options.peers]),
    connectionEncrypters: await encrypters(loadSodium()),
    streamMuxers: [yamux()],
    peerDiscovery: discovery === undefined ? [] : [await discovery.load()],
    connectionManager: {
      // The neighbours, and as many more that shake hands or are being refused, with a reason.
      maxConnections: 2 * (options.neighboursMax ?? defaultConfig.neighboursMax),
      inboundConnectionThreshold: inboundPerSecondMax,
      maxIncomingPendingConnections: inboundPendingMax,
      inboundUpgradeTimeout: handshakeTimeoutMs,
      maxParallelDials: dialsMax
    },
    // The service measures its own links; a second ping would only cost.
    connectionMonitor: { enabled: false },
    services: { identify: identify(), ping: ping(), hopcast: hopcast(hopcastInit(options)) }
  }
}

function hopcastInit({ server = false, neighbours = 0, neighboursMax, uplinkBps }: NodeOptions): HopcastInit {
  return {
    agent,
    server,
    discovery: { neighbours },
    ...(neighboursMax !== undefined && { neighboursMax }),
    ...(uplinkBps !== undefined && { uplinkBps })
  }
}

/** TCP always; the others, which take a good part of the start to load, when an address needs them. */
async function transports(addresses: string[]): Promise<NonNullable<Libp2pOptions['transports']>> {
  const loading: Promise<NonNullable<Libp2pOptions['transports']>[number]>[] = []
  if (addresses.some(isWebSocket)) {
    loading.push(import('@libp2p/websockets').then(({ webSockets }) => webSockets(shallowBuffers)))
  }
  if (addresses.some(isWebRtcDirect)) {
    loading.push(import('./webrtc.ts').then(({ quietWebRtcDirect }) => quietWebRtcDirect()))
  }
  return [tcp(), ...(await Promise.all(loading))]
}

async function createStarted(options: Libp2pOptions<Services>): Promise<Libp2p<Services>> {
  const libp2p = await createLibp2p<Services>({ ...options, start: false })
  try {
    await libp2p.start()
    return libp2p
  } catch (error) {
    await atMost(stopTimeoutMs, Promise.resolve(libp2p.stop()))
    throw listenError(error, options.addresses?.listen ?? [])
  }
}
