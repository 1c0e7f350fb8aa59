/**
 * The tree: for each stream, who takes it from here and who gives it (RFC 1, section "Subscriptions").
 *
 * A stream has children (neighbours that asked for it), local subscribers, or both; while it has any, this node asks
 * its next hop towards the publisher, once for all of them. Three rules keep the tree whole:
 *
 * 1. SUB_OK is given only by a node that is established itself, and whose parent is its present next hop. So a chain
 *    of SUB_OKs always ends at the publisher, even while routes move.
 * 2. A new parent is asked before the old one is left: the old one gets UNSUB when the new one has said SUB_OK.
 * 3. What is not confirmed is forgotten. Children repeat SUB, parents answer each with SUB_OK.
 */
import type { Config } from './config.ts'
import type { Millis, PeerId, StreamId } from './ids.ts'
import type { Timers } from './timers.ts'
import type { Message, Sub, SubNack, SubOk } from './wire/messages.ts'

export type RelayEvent =
  | { type: 'send'; peer: PeerId; message: Message }
  /** The neighbour joined and wants the recent objects from `startSeq` on. */
  | { type: 'replay'; peer: PeerId; stream: StreamId; startSeq: number }
  /** The stream's way to here is confirmed up to the publisher; again when it changes. */
  | { type: 'established'; stream: StreamId; upstream: PeerId; hops: number }
  /** Nobody gives the stream any more; it is asked for wherever the route leads. */
  | { type: 'lost'; stream: StreamId }
  /** Nobody takes it any more: what is kept of it can go. */
  | { type: 'closed'; stream: StreamId }

export interface StreamView {
  stream: StreamId
  publisher: PeerId
  upstream: PeerId | undefined
  hops: number
  children: readonly PeerId[]
  subscribers: number
}

interface Child {
  /** Until when its SUB counts. */
  until: Millis
  /** It has had SUB_OK. */
  confirmed: boolean
}

interface Stream {
  readonly id: StreamId
  readonly publisher: PeerId
  /** This node publishes it. */
  readonly isOwn: boolean
  readonly children: Map<PeerId, Child>
  /** The keys of `children`, made anew when they change: what the hot path reads. */
  childList: readonly PeerId[]
  subscribers: number
  /** The parent: established, and feeding. */
  upstream: PeerId | undefined
  confirmedAt: Millis
  /** The next hop that was sent SUB and has not answered. */
  asked: PeerId | undefined
  hops: number
  /** The first object that somebody here wants, while none has come. */
  startSeq: number | undefined
}

export interface RelayLookups {
  /** The next hop towards a publisher, as routes have it now. */
  nextHop: (publisher: PeerId) => PeerId | undefined
  /** The seqno after the newest object held of a stream. */
  resumeSeq: (stream: StreamId) => number | undefined
}

export class Relay {
  readonly #self: PeerId
  readonly #config: Config
  readonly #timers: Timers
  readonly #lookups: RelayLookups
  readonly #streams = new Map<StreamId, Stream>()
  /** The same streams: a route that changes concerns those of one publisher only. */
  readonly #byPublisher = new Map<PeerId, Set<Stream>>()
  /** Streams per neighbour that is a child, for the quota. */
  readonly #subscriptions = new Map<PeerId, number>()

  constructor(self: PeerId, config: Config, timers: Timers, lookups: RelayLookups) {
    this.#self = self
    this.#config = config
    this.#timers = timers
    this.#lookups = lookups
  }

  /** Who takes the stream from here. */
  children(stream: StreamId): readonly PeerId[] {
    return this.#streams.get(stream)?.childList ?? []
  }

  /** Whether objects of the stream may come from `peer`: from the parent, and from the one asked, which may answer first. */
  isSource(stream: StreamId, peer: PeerId): boolean {
    const state = this.#streams.get(stream)
    return state !== undefined && (state.upstream === peer || state.asked === peer)
  }

  subscribers(stream: StreamId): number {
    return this.#streams.get(stream)?.subscribers ?? 0
  }

  *streams(): Iterable<StreamView> {
    for (const { id, childList, ...state } of this.#streams.values()) {
      const { publisher, upstream, hops, subscribers } = state
      yield { stream: id, publisher, upstream, hops, children: childList, subscribers }
    }
  }

  /** This node publishes the stream from now on. */
  startOwn(stream: StreamId, now: Millis): void {
    this.#add(stream, this.#self, true, now)
  }

  /** A local subscriber takes the stream, from its beginning if that is still to be had. */
  subscribe(stream: StreamId, publisher: PeerId, now: Millis): RelayEvent[] {
    const state = this.#stream(stream, publisher, now)
    if (state === undefined) return []
    state.subscribers++
    const { hops } = state
    const upstream = state.isOwn ? this.#self : state.upstream
    if (upstream !== undefined) return [{ type: 'established', stream, upstream, hops }]
    state.startSeq = 0
    return this.#follow(state)
  }

  unsubscribe(stream: StreamId): RelayEvent[] {
    const state = this.#streams.get(stream)
    if (state === undefined || state.subscribers === 0) return []
    state.subscribers--
    return this.#releaseIfUnused(state)
  }

  /** The last object has passed, or there will be none: the whole tree below lets go in the same way. */
  end(stream: StreamId): RelayEvent[] {
    const state = this.#streams.get(stream)
    return state === undefined ? [] : this.#forget(state)
  }

  handleSub(peer: PeerId, sub: Sub, now: Millis): RelayEvent[] {
    const { stream, publisher, startSeq } = sub
    const known = this.#streams.get(stream)
    if (publisher === this.#self && known?.isOwn !== true) return [nack(peer, stream, 'unknown')]
    const isNew = known?.children.has(peer) !== true
    if (isNew && this.#isFull(peer, known)) return [nack(peer, stream, 'full')]
    if (peer === known?.upstream || peer === this.#lookups.nextHop(publisher))
      return [nack(peer, stream, 'loop')]
    const state = this.#stream(stream, publisher, now)
    if (state === undefined) return [nack(peer, stream, 'full')]
    const child = this.#child(state, peer)
    child.until = now + this.#config.subTimeoutMs
    // Once it is confirmed, all that came since its first SUB has been passed on: it cannot ask for the same again.
    const isReplayed = startSeq !== undefined && !child.confirmed

    const events: RelayEvent[] = []
    if (child.confirmed ? state.isOwn || state.upstream !== undefined : this.#isEstablished(state)) {
      events.push(confirm(state, peer, child))
    }
    if (isReplayed) {
      events.push({ type: 'replay', peer, stream, startSeq })
      if (state.upstream === undefined) state.startSeq = least(state.startSeq, startSeq)
    }
    return [...events, ...this.#follow(state)]
  }

  handleSubOk(peer: PeerId, { stream, hops }: SubOk, now: Millis): RelayEvent[] {
    const state = this.#streams.get(stream)
    // Our UNSUB is on its way, or the neighbour is mistaken: say it again.
    if (state === undefined || (peer !== state.asked && peer !== state.upstream)) return [unsub(peer, stream)]
    // A way that grows without end goes in a circle: leave it, and ask anew.
    if (hops >= this.#config.hopsMax) return [unsub(peer, stream), ...this.#leave(state, peer)]
    const before = state.upstream
    const changed = before !== peer || state.hops !== hops + 1
    state.upstream = peer
    state.hops = hops + 1
    state.confirmedAt = now
    state.startSeq = undefined
    if (state.asked === peer) state.asked = undefined
    if (!changed) return []

    const events: RelayEvent[] = []
    if (before !== undefined && before !== peer) events.push(unsub(before, stream))
    events.push({ type: 'established', stream, upstream: peer, hops: state.hops })
    if (this.#isEstablished(state)) events.push(...confirmAll(state))
    return events
  }

  handleSubNack(peer: PeerId, { stream, reason }: SubNack): RelayEvent[] {
    const state = this.#streams.get(stream)
    if (state === undefined) return []
    const isParent = state.upstream === peer || (state.upstream === undefined && state.asked === peer)
    return reason === 'unknown' && isParent ? this.#dismiss(state) : this.#leave(state, peer)
  }

  handleUnsub(peer: PeerId, stream: StreamId): RelayEvent[] {
    const state = this.#streams.get(stream)
    if (state === undefined || !this.#removeChild(state, peer)) return []
    return this.#releaseIfUnused(state)
  }

  /** The route to a publisher changed: its streams are asked for there. */
  handleNextHop(publisher: PeerId): RelayEvent[] {
    return [...(this.#byPublisher.get(publisher) ?? [])].flatMap(state => this.#follow(state))
  }

  handleDown(peer: PeerId): RelayEvent[] {
    const events: RelayEvent[] = []
    for (const state of this.#streams.values()) {
      if (this.#removeChild(state, peer)) events.push(...this.#releaseIfUnused(state))
      if (this.#streams.has(state.id)) events.push(...this.#leave(state, peer))
    }
    this.#subscriptions.delete(peer)
    return events
  }

  /** The timer `subscriptions`: every SUB once more, and an end to what was not confirmed. */
  handleTimeout(now: Millis): RelayEvent[] {
    const events: RelayEvent[] = []
    for (const state of this.#streams.values()) {
      for (const [peer, child] of state.children) if (child.until <= now) this.#removeChild(state, peer)
      events.push(...this.#releaseIfUnused(state))
      if (!this.#streams.has(state.id) || state.isOwn) continue
      events.push(...this.#refresh(state, now))
    }
    if (this.#streams.size > 0) this.#timers.set('subscriptions', now + this.#config.subIntervalMs)
    return events
  }

  /** Rule 1: established, and the parent is the next hop, or the next hop does not want this node. */
  #isEstablished(state: Stream): boolean {
    if (state.isOwn) return true
    if (state.upstream === undefined) return false
    return state.asked === undefined || state.upstream === this.#lookups.nextHop(state.publisher)
  }

  /** Rule 3, this node's side of it. */
  #refresh(state: Stream, now: Millis): RelayEvent[] {
    const { upstream } = state
    state.asked = undefined
    if (upstream === undefined) return this.#follow(state)
    if (now - state.confirmedAt >= this.#config.subTimeoutMs) {
      return [unsub(upstream, state.id), ...this.#leave(state, upstream)]
    }
    return [this.#sub(state, upstream, undefined), ...this.#follow(state)]
  }

  /** Rule 2: asks the present next hop unless it is the parent, or asked, already. */
  #follow(state: Stream): RelayEvent[] {
    if (state.isOwn) return []
    const nextHop = this.#lookups.nextHop(state.publisher)
    const { asked } = state
    const events: RelayEvent[] = []
    if (asked !== undefined && asked !== nextHop) {
      state.asked = undefined
      events.push(unsub(asked, state.id), ...lostUnlessFed(state))
      if (state.upstream === undefined && nextHop === undefined) events.push(...disown(state))
    }
    if (nextHop === undefined) return events
    if (nextHop === state.upstream) {
      // The route came back to the parent: those who waited for a new one are answered now.
      return asked === undefined ? events : [...events, ...confirmAll(state)]
    }
    if (nextHop === state.asked) return events
    // A neighbour cannot be parent and child of one stream: what it wanted from here it has to find elsewhere.
    if (this.#removeChild(state, nextHop)) {
      events.push(nack(nextHop, state.id, 'loop'))
      const released = this.#releaseIfUnused(state)
      if (released.length > 0) return [...events, ...released]
    }
    state.asked = nextHop
    const startSeq = this.#lookups.resumeSeq(state.id) ?? state.startSeq
    events.push(this.#sub(state, nextHop, startSeq))
    return events
  }

  /**
   * `peer` does not give the stream, or no more. If it was the parent and the route knows no other, the children are
   * told, so that each looks for its own way. One that was merely asked is asked again in the next round.
   */
  #leave(state: Stream, peer: PeerId): RelayEvent[] {
    const wasAsked = state.asked === peer
    if (wasAsked) state.asked = undefined
    if (state.upstream !== peer) return wasAsked ? lostUnlessFed(state) : []
    state.upstream = undefined
    const events: RelayEvent[] = [{ type: 'lost', stream: state.id }]
    const nextHop = this.#lookups.nextHop(state.publisher)
    if (nextHop === undefined || nextHop === peer) {
      events.push(...disown(state))
    }
    return [...events, ...this.#follow(state)]
  }

  /**
   * The publisher has no such stream, so nobody below can have it, and nothing is kept for them: what strangers make up
   * must not fill the limits of those on the way. A local subscriber asks again in the next round.
   */
  #dismiss(state: Stream): RelayEvent[] {
    const events = state.childList.map(child => nack(child, state.id, 'unknown'))
    for (const child of state.childList) this.#removeChild(state, child)
    state.upstream = undefined
    state.asked = undefined
    return [...events, ...lostUnlessFed(state), ...this.#releaseIfUnused(state)]
  }

  #releaseIfUnused(state: Stream): RelayEvent[] {
    if (state.isOwn || state.subscribers > 0 || state.children.size > 0) return []
    const events = [state.upstream, state.asked]
      .filter(peer => peer !== undefined)
      .map(peer => unsub(peer, state.id))
    return [...events, ...this.#forget(state)]
  }

  #forget(state: Stream): RelayEvent[] {
    for (const child of state.childList) this.#removeChild(state, child)
    this.#streams.delete(state.id)
    const others = this.#byPublisher.get(state.publisher)
    others?.delete(state)
    if (others?.size === 0) this.#byPublisher.delete(state.publisher)
    return [{ type: 'closed', stream: state.id }]
  }

  #stream(stream: StreamId, publisher: PeerId, now: Millis): Stream | undefined {
    const known = this.#streams.get(stream)
    if (known !== undefined || this.#streams.size >= this.#config.streamsMax) return known
    return this.#add(stream, publisher, false, now)
  }

  #add(id: StreamId, publisher: PeerId, isOwn: boolean, now: Millis): Stream {
    const state: Stream = {
      id,
      publisher,
      isOwn,
      children: new Map(),
      childList: [],
      subscribers: 0,
      upstream: undefined,
      confirmedAt: 0,
      asked: undefined,
      hops: 0,
      startSeq: undefined
    }
    this.#streams.set(id, state)
    this.#byPublisher.set(publisher, (this.#byPublisher.get(publisher) ?? new Set()).add(state))
    this.#timers.setBy('subscriptions', now + this.#config.subIntervalMs)
    return state
  }

  #isFull(peer: PeerId, state: Stream | undefined): boolean {
    const ofPeer = this.#subscriptions.get(peer) ?? 0
    const ofStream = state?.children.size ?? 0
    return (
      ofPeer >= this.#config.subscriptionsPerNeighbourMax || ofStream >= this.#config.childrenPerStreamMax
    )
  }

  #child(state: Stream, peer: PeerId): Child {
    const known = state.children.get(peer)
    if (known !== undefined) return known
    const child: Child = { until: 0, confirmed: false }
    state.children.set(peer, child)
    state.childList = [...state.children.keys()]
    this.#subscriptions.set(peer, (this.#subscriptions.get(peer) ?? 0) + 1)
    return child
  }

  #removeChild(state: Stream, peer: PeerId): boolean {
    if (!state.children.delete(peer)) return false
    state.childList = [...state.children.keys()]
    const left = (this.#subscriptions.get(peer) ?? 1) - 1
    if (left > 0) this.#subscriptions.set(peer, left)
    else this.#subscriptions.delete(peer)
    return true
  }

  #sub(state: Stream, peer: PeerId, startSeq: number | undefined): RelayEvent {
    const { id: stream, publisher } = state
    const sub: Sub = { type: 'sub', stream, publisher }
    return { type: 'send', peer, message: startSeq === undefined ? sub : { ...sub, startSeq } }
  }
}

function confirm({ id, hops }: Stream, peer: PeerId, child: Child): RelayEvent {
  child.confirmed = true
  return { type: 'send', peer, message: { type: 'sub-ok', stream: id, hops } }
}

function confirmAll(state: Stream): RelayEvent[] {
  return [...state.children].map(([peer, child]) => confirm(state, peer, child))
}

/** There is no way for now: children that were promised one are told. They stay, and are answered when there is. */
function disown({ id, children }: Stream): RelayEvent[] {
  const events: RelayEvent[] = []
  for (const [peer, child] of children) {
    if (child.confirmed) events.push(nack(peer, id, 'no-route'))
    child.confirmed = false
  }
  return events
}

/** Who was asked may have sent objects before its SUB_OK; there will be no more of them. */
function lostUnlessFed({ id, upstream }: Stream): RelayEvent[] {
  return upstream === undefined ? [{ type: 'lost', stream: id }] : []
}

function nack(peer: PeerId, stream: StreamId, reason: SubNack['reason']): RelayEvent {
  return { type: 'send', peer, message: { type: 'sub-nack', stream, reason } }
}

function unsub(peer: PeerId, stream: StreamId): RelayEvent {
  return { type: 'send', peer, message: { type: 'unsub', stream } }
}

function least(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b)
}
