/**
 * What is remembered of peers, to choose neighbours from (RFC 1, section "Peer exchange").
 *
 * Whoever tells of peers may lie, and tell of thousands. So each entry belongs to the source that told it first; a source
 * has room for so many, and when the table is full the one with the most gives way. What came from neighbours that dialled
 * in, of which anyone can be as many as he likes, is one source together.
 */
import type { Config } from './config.ts'
import type { Rng } from './contract.ts'
import type { Millis, PeerId } from './ids.ts'
import type { PeerInfo } from './wire/messages.ts'

/** `own`: this node was its neighbour by its own choice. `inbound`: all that dialled in. Or the chosen neighbour that told. */
export type Source = PeerId | 'own' | 'inbound'

export interface KnownPeer extends PeerInfo {
  source: Source
  heardAt: Millis
  /** Dials in vain, or neighbourhoods that did not last, one after the other. */
  failures: number
  /** Not to be dialled before. */
  retryAt: Millis
}

export class KnownPeers {
  readonly #config: Config
  readonly #rng: Rng
  readonly #peers = new Map<PeerId, KnownPeer>()
  readonly #perSource = new Map<Source, number>()

  constructor(config: Config, rng: Rng) {
    this.#config = config
    this.#rng = rng
  }

  get size(): number {
    return this.#peers.size
  }

  get(peer: PeerId): Readonly<KnownPeer> | undefined {
    return this.#peers.get(peer)
  }

  all(): Iterable<Readonly<KnownPeer>> {
    return this.#peers.values()
  }

  /** Takes what `source` tells. It replaces what those that dialled in told; what another told, only where that has failed. */
  hear(source: Source, { peer, addresses, server }: PeerInfo, now: Millis): void {
    if (addresses.length === 0) return
    const known = this.#peers.get(peer)
    const isBetter =
      known === undefined ||
      source === 'own' ||
      known.source === source ||
      known.source === 'inbound' ||
      (known.source !== 'own' && known.failures > 0)
    if (!isBetter) {
      known.heardAt = now
      return
    }
    const { failures, retryAt } = known ?? { failures: 0, retryAt: now }
    this.#delete(peer)
    this.#makeRoom(source)
    if (this.#peers.size >= this.#config.knownPeersMax) return
    this.#peers.set(peer, { peer, addresses, server, source, heardAt: now, failures, retryAt })
    this.#perSource.set(source, this.#count(source) + 1)
  }

  /** It is a neighbour by this node's choice: the addresses that led there hold, unless there are some of its own. */
  handleChosen({ peer, addresses, server }: PeerInfo, now: Millis): void {
    const known = addresses.length > 0 ? addresses : (this.#peers.get(peer)?.addresses ?? [])
    this.hear('own', { peer, addresses: known, server }, now)
  }

  /** It was a neighbour for long enough to count. */
  handleLasted(peer: PeerId): void {
    const known = this.#peers.get(peer)
    if (known !== undefined) known.failures = 0
  }

  /**
   * It could not be reached, or is no neighbour any more: for a while it is not tried again, and a page each time for
   * longer. Servers may be what joins two halves of a network, hours after it fell apart.
   */
  handleFailure(peer: PeerId, now: Millis): void {
    const known = this.#peers.get(peer)
    if (known === undefined) return
    const { dialBackoffMinMs, dialBackoffMaxMs } = this.#config
    const doublings = known.server ? 0 : known.failures
    known.retryAt = now + Math.min(dialBackoffMinMs * 2 ** doublings, dialBackoffMaxMs)
    known.failures++
  }

  /**
   * A random one of those that `suits` and that may be tried: first a source, then one of its peers, so that a source gains
   * nothing by telling of many. What came with inbound neighbours is taken when there is nothing else.
   */
  pick(now: Millis, suits: (known: Readonly<KnownPeer>) => boolean): Readonly<KnownPeer> | undefined {
    const bySource = new Map<Source, KnownPeer[]>()
    for (const known of this.#peers.values()) {
      if (known.retryAt > now || !suits(known)) continue
      const others = bySource.get(known.source) ?? []
      bySource.set(known.source, others)
      others.push(known)
    }
    const inbound = bySource.get('inbound') ?? []
    bySource.delete('inbound')
    return this.#random(this.#random([...bySource.values()]) ?? inbound)
  }

  /** Forgets what nobody has told of for long. */
  expire(now: Millis): void {
    const { knownPeerTtlMs, knownServerTtlMs } = this.#config
    for (const { peer, server, heardAt } of this.#peers.values()) {
      if (now - heardAt >= (server ? knownServerTtlMs : knownPeerTtlMs)) this.#delete(peer)
    }
  }

  #makeRoom(source: Source): void {
    const { knownPeersMax, knownPeersPerSourceMax } = this.#config
    if (this.#count(source) >= knownPeersPerSourceMax) this.#deleteOldest(source)
    else if (this.#peers.size >= knownPeersMax) this.#deleteOldest(this.#largest() ?? source)
  }

  /** What this node has found out by itself is not given up for what others tell. */
  #largest(): Source | undefined {
    let largest: Source | undefined
    for (const source of this.#perSource.keys()) {
      if (source === 'own') continue
      const more = this.#count(source) - this.#count(largest)
      if (largest === undefined || more > 0 || (more === 0 && source < largest)) largest = source
    }
    return largest
  }

  #count(source: Source | undefined): number {
    return source === undefined ? 0 : (this.#perSource.get(source) ?? 0)
  }

  #deleteOldest(source: Source): void {
    let oldest: KnownPeer | undefined
    for (const known of this.#peers.values()) {
      if (known.source === source && (oldest === undefined || known.heardAt < oldest.heardAt)) oldest = known
    }
    if (oldest !== undefined) this.#delete(oldest.peer)
  }

  #delete(peer: PeerId): void {
    const known = this.#peers.get(peer)
    if (known === undefined) return
    this.#peers.delete(peer)
    const left = this.#count(known.source) - 1
    if (left > 0) this.#perSource.set(known.source, left)
    else this.#perSource.delete(known.source)
  }

  #random<T>(list: readonly T[]): T | undefined {
    return list[Math.floor(this.#rng() * list.length)]
  }
}
