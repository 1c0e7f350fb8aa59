import type { PeerDiscovery, PeerInfo } from '@libp2p/interface'
import type { Libp2p, Libp2pOptions } from 'libp2p'

/** Beside the peers that are named, so that a full local network does not become a full mesh. */
const foundConnectionsMax = 8
const dialsMax = 2
const dialTimeoutMs = 5000
/** A peer that did not answer, or that was lost, is not tried again before. */
const retryMs = 15_000
/** What is remembered about the peers that were found; the oldest is forgotten. */
const rememberedMax = 256

type DiscoveryFactory = NonNullable<Libp2pOptions['peerDiscovery']>[number]

/**
 * Finds nodes on the local network by multicast DNS and dials a few of them, again when they were lost. What becomes
 * of a connection is the hopcast service's matter, which sees every connection that opens.
 */
export class LocalDiscovery {
  readonly #triedAt = new Map<string, number>()
  readonly #connected = new Set<string>()
  #dials = 0
  #libp2p: Libp2p | undefined

  /** What `createLibp2p` takes. */
  async load(): Promise<DiscoveryFactory> {
    const { mdns } = await import('@libp2p/mdns')
    // A tag of our own: other libp2p software there is no neighbour, and need not be dialled to find that out.
    const create = mdns({ serviceTag: '_hopcast._udp.local' })
    return components => {
      const service: PeerDiscovery = create(components)
      // libp2p's own event tells of a peer once for ever; this one comes with each answer, so lost peers come back.
      service.addEventListener('peer', event => this.#onFound(event.detail))
      return service
    }
  }

  start(libp2p: Libp2p): void {
    this.#libp2p = libp2p
    libp2p.addEventListener('peer:disconnect', event => this.#connected.delete(event.detail.toString()))
  }

  stop(): void {
    this.#libp2p = undefined
  }

  #onFound(found: PeerInfo): void {
    if (this.#libp2p === undefined || this.#libp2p.getConnections(found.id).length > 0) return
    if (this.#dials >= dialsMax || this.#connected.size >= foundConnectionsMax) return
    const triedAt = this.#triedAt.get(found.id.toString())
    if (triedAt !== undefined && performance.now() - triedAt < retryMs) return
    void this.#dial(this.#libp2p, found)
  }

  async #dial(libp2p: Libp2p, { id, multiaddrs }: PeerInfo): Promise<void> {
    const peer = id.toString()
    this.#remember(peer)
    this.#dials++
    try {
      await libp2p.dial(
        multiaddrs.map(address => address.encapsulate(`/p2p/${peer}`)),
        { signal: AbortSignal.timeout(dialTimeoutMs) }
      )
      this.#connected.add(peer)
    } catch {
      // It answers again on the network if it is still there, and is tried again then.
    } finally {
      this.#dials--
    }
  }

  #remember(peer: string): void {
    this.#triedAt.delete(peer)
    this.#triedAt.set(peer, performance.now())
    const [oldest] = this.#triedAt.keys()
    if (this.#triedAt.size > rememberedMax && oldest !== undefined) this.#triedAt.delete(oldest)
  }
}
