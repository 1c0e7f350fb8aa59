/**
 * The choice of neighbours (RFC 1, sections "Peer exchange" and "Choice of neighbours").
 *
 * A node keeps some neighbours that are near, for short ways, and some at random, which keep the network in one piece; one
 * of those it wants something from, if it was told of any; and a server, whom everyone can reach. Each minute it tries one
 * more. Who takes which place, and from whom, is in `places.ts`; whom there is to choose from, in `known-peers.ts`.
 */
import type { Config } from './config.ts'
import type { Rng } from './contract.ts'
import { Exchange, peersFor } from './exchange.ts'
import type { Millis, PeerId } from './ids.ts'
import { type KnownPeer, KnownPeers, type Source } from './known-peers.ts'
import { type Neighbour, Places, type PlacesLookups, type Slot, type Surplus } from './places.ts'
import type { Timers } from './timers.ts'
import { TokenBuckets } from './token-bucket.ts'
import type { Message, PeerInfo } from './wire/messages.ts'

export type PeersEvent =
  | { type: 'send'; peer: PeerId; message: Message }
  | { type: 'dial'; peer: PeerId; addresses: readonly string[] }
  | Surplus

export class Peers {
  readonly #self: PeerId
  readonly #config: Config
  readonly #timers: Timers
  readonly #rng: Rng
  readonly #places: Places
  readonly #known: KnownPeers
  readonly #exchange: Exchange
  /** Asked for, and not answered yet; whether only neighbours that dialled in have told of it. */
  readonly #dials = new Map<PeerId, { isHearsay: boolean }>()
  /** Those that this side has dialled without the core, the last ones. */
  readonly #named = new Set<PeerId>()
  /** Who may have what is wanted here, the newest last. */
  readonly #wanted = new Set<PeerId>()
  readonly #suggestions: TokenBuckets<Source>
  /** No dial before. */
  #dialAt: Millis = 0
  /** The next try of one more; undefined until there is a reason for one. */
  #tryAt: Millis | undefined

  constructor(
    self: PeerId,
    { config, timers, rng }: { config: Config; timers: Timers; rng: Rng },
    lookups: PlacesLookups
  ) {
    this.#self = self
    this.#config = config
    this.#timers = timers
    this.#rng = rng
    this.#places = new Places(config, lookups)
    this.#known = new KnownPeers(config, rng)
    this.#exchange = new Exchange(config, rng)
    this.#suggestions = new TokenBuckets(config.suggestionsRate)
  }

  /** Why it is a neighbour; undefined when it is none. */
  slot(peer: PeerId): Slot | undefined {
    return this.#places.get(peer)?.slot
  }

  known(): Iterable<Readonly<KnownPeer>> {
    return this.#known.all()
  }

  /** Takes a new connection, or returns why there is no room for it. */
  handleConnected(peer: PeerId, outbound: boolean): string | undefined {
    const dial = this.#dials.get(peer)
    this.#dials.delete(peer)
    if (this.#places.has(peer)) return undefined
    const slot = this.#slotFor(peer, outbound, dial !== undefined)
    return this.#places.add(peer, slot, slot === 'trial' && dial?.isHearsay === true)
  }

  /** Who was named once is named again, whoever of the two that keep it was faster to dial. */
  #slotFor(peer: PeerId, outbound: boolean, isAsked: boolean): Slot {
    if (!outbound && !isAsked) return 'inbound'
    if (isAsked && !this.#named.has(peer)) return 'trial'
    this.#named.delete(peer)
    this.#named.add(peer)
    const [oldest] = this.#named
    if (this.#named.size > this.#config.neighboursMax && oldest !== undefined) this.#named.delete(oldest)
    return 'named'
  }

  handleUp(peer: PeerId, server: boolean, now: Millis): PeersEvent[] {
    const neighbour = this.#places.get(peer)
    if (neighbour === undefined) return []
    neighbour.upAt = now
    neighbour.server = server
    const events = neighbour.slot === 'trial' ? this.#places.seat(neighbour, this.#wanted.has(peer)) : []
    if (isOwnChoice(neighbour)) this.#known.handleChosen(neighbour, now)
    return [...this.#tell(peer, now), ...events, ...this.#fill(now)]
  }

  /** It is no neighbour any more, for whatever reason. */
  handleGone(peer: PeerId, now: Millis): PeersEvent[] {
    const neighbour = this.#places.get(peer)
    if (neighbour === undefined) return []
    this.#places.delete(peer)
    this.#exchange.forget(peer)
    this.#suggestions.forget(peer)
    if (neighbour.upAt !== undefined)
      this.#known.hear(isOwnChoice(neighbour) ? 'own' : 'inbound', neighbour, now)
    if (neighbour.upAt !== undefined && this.#places.judgedAt(neighbour) <= now)
      this.#known.handleLasted(peer)
    if (neighbour.slot !== 'inbound') this.#known.handleFailure(peer, now)
    return this.#fill(now)
  }

  handleDialFailed(peer: PeerId, now: Millis): PeersEvent[] {
    if (!this.#dials.delete(peer)) return []
    this.#known.handleFailure(peer, now)
    return this.#fill(now)
  }

  /** Where others can reach the neighbour, as the driver has found out. */
  handleAddresses(peer: PeerId, addresses: readonly string[], now: Millis): PeersEvent[] {
    const neighbour = this.#places.get(peer)
    if (neighbour === undefined) return []
    neighbour.addresses = addresses
    if (neighbour.upAt !== undefined && isOwnChoice(neighbour)) this.#known.hear('own', neighbour, now)
    return this.#fill(now)
  }

  handlePeers(from: PeerId, peers: readonly PeerInfo[], now: Millis): PeersEvent[] {
    const source = this.#source(from)
    for (const info of peers) if (info.peer !== this.#self) this.#known.hear(source, info, now)
    const isAnswered = peers.length === 0 && this.#exchange.mayAsk(from, now)
    const answer = isAnswered ? this.#tell(from, now) : []
    return [...answer, ...this.#fill(now)]
  }

  /** Whoever dialled in may be any number of these. */
  #source(from: PeerId): Source {
    return this.slot(from) === 'inbound' ? 'inbound' : from
  }

  /**
   * These may have what is wanted here, says a neighbour: one of them becomes a neighbour if its addresses are known.
   * Each may cost a dial, and another its place, so a source that goes on suggesting is not listened to for a while.
   */
  suggest(from: PeerId, peers: readonly PeerId[], now: Millis): PeersEvent[] {
    if (!this.#suggestions.take(this.#source(from), now)) return []
    // What was wanted before is one of the others now; while it is in use it stays.
    for (const neighbour of this.#places.all()) {
      if (neighbour.slot === 'wanted' && !peers.includes(neighbour.peer)) neighbour.slot = 'random'
    }
    for (const peer of peers) {
      this.#wanted.delete(peer)
      if (peer !== this.#self) this.#wanted.add(peer)
    }
    for (const peer of this.#wanted) {
      if (this.#wanted.size <= this.#config.wantedPeersMax) break
      this.#wanted.delete(peer)
    }
    return this.#fill(now)
  }

  /** PEERS, if there is anyone to tell of: also for one that is refused, so that it finds others. */
  introduce(receiver: PeerId): Extract<PeersEvent, { type: 'send' }>[] {
    const message = peersFor(receiver, this.#toldOf(), { config: this.#config, rng: this.#rng })
    return message === undefined ? [] : [{ type: 'send', peer: receiver, message }]
  }

  /** The timer `peers`: what is told again, and the try of one more. */
  handleTimeout(now: Millis): PeersEvent[] {
    this.#known.expire(now)
    const events: PeersEvent[] = []
    for (const peer of this.#exchange.due(now)) events.push(...this.#tell(peer, now))
    for (const neighbour of [...this.#places.all()]) {
      const isDue = neighbour.slot === 'trial' && this.#places.judgedAt(neighbour) <= now
      if (isDue) events.push(...this.#places.judge(neighbour, this.#wanted.has(neighbour.peer)))
    }
    if (this.#tryAt !== undefined && this.#tryAt <= now) {
      this.#tryAt = this.#later(now, this.#config.tryIntervalMs)
      events.push(...this.#tryAnother(now))
    }
    return [...events, ...this.#fill(now)]
  }

  #tell(peer: PeerId, now: Millis): PeersEvent[] {
    const message = this.#exchange.tell(peer, this.#toldOf(), now)
    return message === undefined ? [] : [{ type: 'send', peer, message }]
  }

  /** Only of peers that this node has met itself: what others tell is not passed on, or the dead would be told of for ever. */
  *#toldOf(): Iterable<PeerInfo> {
    for (const neighbour of this.#places.all()) {
      // Nor what is only tried: it would come to others from one that they chose.
      if (neighbour.upAt !== undefined && !isOnlyHearsay(neighbour)) yield neighbour
    }
    for (const known of this.#known.all()) if (known.source === 'own' && known.failures <= 1) yield known
  }

  // Dialling

  /** Dials while there are too few, one after the other, or asks for somebody to dial; and sees to the timer. */
  #fill(now: Millis): PeersEvent[] {
    let events: PeersEvent[] = []
    if (now >= this.#dialAt) {
      const known = this.#missing(now)
      this.#exchange.isSearching = known === undefined && this.#places.hasRoom(this.#dials.size)
      events = this.#dial(known, now)
    }
    for (const peer of this.#exchange.ask(now))
      events.push({ type: 'send', peer, message: { type: 'peers', peers: [] } })
    this.#setTimer(now)
    return events
  }

  /** Whom it needs most: a server, if it has none; who has what it wants; anyone. */
  #missing(now: Millis): Readonly<KnownPeer> | undefined {
    if (this.#config.neighboursTarget === 0) return undefined
    const pick = (suits: (known: Readonly<KnownPeer>) => boolean) =>
      this.#known.pick(now, known => suits(known) && this.#isNew(known.peer))
    const dialled = Array.from(this.#dials.keys(), peer => this.#known.get(peer))
    const needsServer = !this.#places.hasServer() && !dialled.some(known => known?.server)
    const needsWanted =
      this.#places.count('wanted') === 0 && !dialled.some(known => known && this.#wanted.has(known.peer))
    return (
      (needsServer ? pick(({ server }) => server) : undefined) ??
      (needsWanted ? pick(({ peer }) => this.#wanted.has(peer)) : undefined) ??
      (this.#places.hasRoom(this.#dials.size) ? pick(() => true) : undefined)
    )
  }

  /** One more than needed, at random; or, if there are too many, one less. A server looks for other servers: they are what joins two halves of a network. */
  #tryAnother(now: Millis): PeersEvent[] {
    const { neighboursTarget, server } = this.#config
    if (neighboursTarget === 0 || this.#places.count('trial') > 0) return []
    const named = this.#places.count('named')
    const byChoice = this.#places.size - this.#places.count('inbound') - named
    // One place is for chance, however many were named.
    if (byChoice > Math.max(1, neighboursTarget - named)) return this.#places.makeRoom()
    // Of what those that dialled in tell, only servers are worth a try, and only to a server: they may be the other half of a network.
    const otherServer = server
      ? this.#known.pick(now, known => known.server && this.#isNew(known.peer))
      : undefined
    const other = this.#known.pick(now, known => known.source !== 'inbound' && this.#isNew(known.peer))
    return this.#dial(otherServer ?? other, now)
  }

  #dial(known: Readonly<KnownPeer> | undefined, now: Millis): PeersEvent[] {
    const { dialsMax, dialIntervalMs, neighboursMax } = this.#config
    const isFull = this.#places.size + this.#dials.size >= neighboursMax
    if (known === undefined || isFull || this.#dials.size >= dialsMax) return []
    this.#dials.set(known.peer, { isHearsay: known.source === 'inbound' })
    this.#dialAt = now + dialIntervalMs
    return [{ type: 'dial', peer: known.peer, addresses: known.addresses }]
  }

  #isNew(peer: PeerId): boolean {
    return peer !== this.#self && !this.#places.has(peer) && !this.#dials.has(peer)
  }

  // Time

  /** Spread, so that nodes that started together do not stay in step. */
  #later(now: Millis, ms: Millis): Millis {
    return now + ms * (1 + this.#config.peersJitter * (2 * this.#rng() - 1))
  }

  #setTimer(now: Millis): void {
    const { neighboursTarget, tryIntervalMs } = this.#config
    const chooses = neighboursTarget > 0 && (this.#places.size > 0 || this.#known.size > 0)
    if (!chooses) this.#tryAt = undefined
    else this.#tryAt ??= this.#later(now, tryIntervalMs)
    let next = Math.min(this.#tryAt ?? Number.POSITIVE_INFINITY, this.#exchange.next)
    for (const neighbour of this.#places.all()) {
      if (neighbour.slot === 'trial') next = Math.min(next, this.#places.judgedAt(neighbour))
    }
    if (now < this.#dialAt) next = Math.min(next, this.#dialAt)
    if (next < Number.POSITIVE_INFINITY) this.#timers.set('peers', next)
    else this.#timers.clear('peers')
  }
}

/** It has a place that this node gave it, and not because of what those say who dialled in. */
function isOwnChoice(neighbour: Neighbour): boolean {
  return neighbour.slot !== 'inbound' && !isOnlyHearsay(neighbour)
}

/** Those that dialled in have told of it, and it has no place yet. */
function isOnlyHearsay({ slot, isHearsay }: Neighbour): boolean {
  return slot === 'trial' && isHearsay
}
