/**
 * A node of gossipsub v1.1 for one topic, as its specification and js-libp2p have it: a mesh of peers that are sent every
 * message, and gossip of what there is to the others. Like our core it has no clock and no socket: `send` carries.
 */
import type { Millis, PeerId } from '@hopcast/protocol'
import type { Random } from '../random.ts'
import { SeqSet } from '../seq-set.ts'
import { gossipsub as g } from './parameters.ts'

/** A published message, the same for all. */
export interface GossipMessage {
  /** Counts the messages of the simulation. */
  readonly id: number
  readonly seq: number
  readonly bytes: number
}

export type Rpc =
  | { type: 'message'; message: GossipMessage }
  | { type: 'subscribe'; subscribe: boolean }
  | { type: 'graft' | 'prune' }
  | { type: 'ihave' | 'iwant'; ids: readonly number[] }

interface GossipOptions {
  random: Random
  send: (peer: PeerId, rpc: Rpc) => void
  /** A message that was not seen before; `from` is undefined for one of this node's own. */
  deliver: (message: GossipMessage, from: PeerId) => void
}

interface Peer {
  /** This node has opened the connection. */
  isOutbound: boolean
  hasTopic: boolean
  /** Since the last heartbeat. */
  ihaves: number
  /** How often each message was sent because the peer asked. */
  readonly retransmissions: Map<number, number>
}

export class GossipNode {
  readonly mesh = new Set<PeerId>()
  readonly #options: GossipOptions
  readonly #peers = new Map<PeerId, Peer>()
  readonly #backoff = new Map<PeerId, Millis>()
  /** The seen cache holds two minutes; runs are hardly longer. */
  readonly #seen = new SeqSet()
  /** The messages of the last heartbeats, the newest first. */
  #history: GossipMessage[][] = [[]]
  readonly #cache = new Map<number, GossipMessage>()
  #isSubscribed = false

  constructor(options: GossipOptions) {
    this.#options = options
  }

  handleConnected(peer: PeerId, isOutbound: boolean): void {
    this.#peers.set(peer, { isOutbound, hasTopic: false, ihaves: 0, retransmissions: new Map() })
    if (this.#isSubscribed) this.#options.send(peer, { type: 'subscribe', subscribe: true })
  }

  handleDisconnected(peer: PeerId): void {
    this.#peers.delete(peer)
    this.mesh.delete(peer)
  }

  subscribe(now: Millis): void {
    this.#isSubscribed = true
    for (const peer of this.#peers.keys()) this.#options.send(peer, { type: 'subscribe', subscribe: true })
    this.#graft(g.degree, now)
  }

  unsubscribe(): void {
    this.#isSubscribed = false
    for (const peer of this.#peers.keys()) this.#options.send(peer, { type: 'subscribe', subscribe: false })
    for (const peer of this.mesh) this.#options.send(peer, { type: 'prune' })
    this.mesh.clear()
  }

  publish(message: GossipMessage): void {
    this.#keep(message)
    const others = [...this.#peers].filter(([, { hasTopic }]) => hasTopic).map(([peer]) => peer)
    for (const peer of g.floodPublish ? others : this.mesh)
      this.#options.send(peer, { type: 'message', message })
  }

  handle(from: PeerId, rpc: Rpc, now: Millis): void {
    const peer = this.#peers.get(from)
    if (peer === undefined) return
    switch (rpc.type) {
      case 'message':
        return this.#onMessage(from, rpc.message)
      case 'subscribe':
        peer.hasTopic = rpc.subscribe
        if (!rpc.subscribe) this.mesh.delete(from)
        return
      case 'graft':
        return this.#onGraft(from, peer, now)
      case 'prune':
        this.mesh.delete(from)
        this.#backoff.set(from, now + g.pruneBackoffMs)
        return
      case 'ihave':
        return this.#onIhave(from, peer, rpc.ids)
      case 'iwant':
        return this.#onIwant(from, peer, rpc.ids)
    }
  }

  heartbeat(now: Millis): void {
    for (const [peer, until] of this.#backoff) if (until <= now) this.#backoff.delete(peer)
    for (const peer of this.#peers.values()) peer.ihaves = 0
    if (this.#isSubscribed) {
      if (this.mesh.size < g.degreeLow) this.#graft(g.degree - this.mesh.size, now)
      if (this.mesh.size > g.degreeHigh) this.#pruneToDegree(now)
      this.#graftOutbound(now)
      this.#gossip()
    }
    this.#history.unshift([])
    for (const message of this.#history.splice(g.historyLength).flat()) this.#cache.delete(message.id)
  }

  #onMessage(from: PeerId, message: GossipMessage): void {
    if (!this.#keep(message) || !this.#isSubscribed) return
    this.#options.deliver(message, from)
    for (const peer of this.mesh) if (peer !== from) this.#options.send(peer, { type: 'message', message })
  }

  /** False for one that was seen before. */
  #keep(message: GossipMessage): boolean {
    if (!this.#seen.add(message.id)) return false
    this.#history[0]?.push(message)
    this.#cache.set(message.id, message)
    return true
  }

  #onGraft(from: PeerId, peer: Peer, now: Millis): void {
    if (!this.#isSubscribed || this.mesh.has(from)) return
    const isFull = this.mesh.size >= g.degreeHigh && !peer.isOutbound
    if (isFull || this.#backoff.has(from)) {
      this.#backoff.set(from, now + g.pruneBackoffMs)
      this.#options.send(from, { type: 'prune' })
    } else {
      this.mesh.add(from)
    }
  }

  #onIhave(from: PeerId, peer: Peer, ids: readonly number[]): void {
    if (++peer.ihaves > g.ihaveMessagesMax || !this.#isSubscribed) return
    const wanted = ids.filter(id => !this.#seen.has(id))
    if (wanted.length > 0) this.#options.send(from, { type: 'iwant', ids: wanted })
  }

  #onIwant(from: PeerId, peer: Peer, ids: readonly number[]): void {
    for (const id of ids) {
      const message = this.#cache.get(id)
      const sent = peer.retransmissions.get(id) ?? 0
      if (message === undefined || sent >= g.retransmissionsMax) continue
      peer.retransmissions.set(id, sent + 1)
      this.#options.send(from, { type: 'message', message })
    }
  }

  #graft(count: number, now: Millis, isWanted = (_: Peer): boolean => true): void {
    const candidates = [...this.#peers].filter(
      ([id, peer]) =>
        peer.hasTopic && isWanted(peer) && !this.mesh.has(id) && (this.#backoff.get(id) ?? 0) <= now
    )
    for (const [peer] of this.#shuffled(candidates).slice(0, count)) {
      this.mesh.add(peer)
      this.#options.send(peer, { type: 'graft' })
    }
  }

  #graftOutbound(now: Millis): void {
    const outbound = this.#outbound().length
    if (this.mesh.size >= g.degreeLow && outbound < g.degreeOut) {
      this.#graft(g.degreeOut - outbound, now, peer => peer.isOutbound)
    }
  }

  #pruneToDegree(now: Millis): void {
    const kept = new Set(this.#shuffled(this.#outbound()).slice(0, g.degreeOut))
    for (const peer of this.#shuffled([...this.mesh])) if (kept.size < g.degree) kept.add(peer)
    for (const peer of [...this.mesh]) {
      if (kept.has(peer)) continue
      this.mesh.delete(peer)
      this.#backoff.set(peer, now + g.pruneBackoffMs)
      this.#options.send(peer, { type: 'prune' })
    }
  }

  #outbound(): PeerId[] {
    return [...this.mesh].filter(peer => this.#peers.get(peer)?.isOutbound)
  }

  /** Tells some of those outside of the mesh what there is. */
  #gossip(): void {
    const ids = this.#history
      .slice(0, g.historyGossip)
      .flat()
      .map(({ id }) => id)
    if (ids.length === 0) return
    const others = [...this.#peers]
      .filter(([id, peer]) => peer.hasTopic && !this.mesh.has(id))
      .map(([id]) => id)
    const count = Math.max(g.degreeLazy, Math.floor(g.gossipFactor * others.length))
    for (const peer of this.#shuffled(others).slice(0, count)) {
      this.#options.send(peer, { type: 'ihave', ids: ids.slice(0, g.ihaveIdsMax) })
    }
  }

  /** Fisher and Yates. */
  #shuffled<T>(items: readonly T[]): T[] {
    const shuffled = [...items]
    for (let i = shuffled.length - 1; i > 0; i--) {
      const j = this.#options.random.integer(0, i)
      const item = shuffled[i] as T
      shuffled[i] = shuffled[j] as T
      shuffled[j] = item
    }
    return shuffled
  }
}
