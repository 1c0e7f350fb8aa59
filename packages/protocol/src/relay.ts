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
import { type Millis, type PeerId, type StreamId, type StreamName, streamId } from './ids.ts'
import { type Child, type Stream, Streams } from './streams.ts'
import type { Timers } from './timers.ts'
import type { Message, Sub, SubNack, SubOk } from './wire/messages.ts'

export type RelayEvent =
  | { type: 'send'; peer: PeerId; message: Message }
  /** The neighbour joined and wants the recent objects from `startSeq` on; with `onlyWhole` none if that one is gone. */
  | { type: 'replay'; peer: PeerId; stream: StreamId; startSeq: number; onlyWhole: boolean }
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
  readonly #streams: Streams
  /** Streams that ended a moment ago, and until when that is remembered. */
  readonly #ended = new Map<StreamId, Millis>()

  constructor(self: PeerId, config: Config, timers: Timers, lookups: RelayLookups) {
    this.#self = self
    this.#config = config
    this.#timers = timers
    this.#lookups = lookups
    this.#streams = new Streams(config)
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

  *streams(): Iterable<StreamView> {
    for (const { id, name, childList, ...state } of this.#streams.all()) {
      const { upstream, hops, subscribers } = state
      yield { stream: id, publisher: name.publisher, upstream, hops, children: childList, subscribers }
    }
  }

  /** This node publishes the stream from now on. */
  startOwn(name: StreamName, now: Millis): void {
    this.#add(streamId(name), name, true, now)
  }

  /** A local subscriber takes the stream, from its beginning if that is still to be had. */
  subscribe(name: StreamName, now: Millis): RelayEvent[] {
    const stream = streamId(name)
    const state = this.#streams.get(stream) ?? this.#add(stream, name, false, now)
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
  end(stream: StreamId, now: Millis): RelayEvent[] {
    const state = this.#streams.get(stream)
    if (state === undefined) return []
    if (this.#ended.size < this.#config.streamsMax) this.#ended.set(stream, now + this.#config.subTimeoutMs)
    return this.#forget(state)
  }

  handleSub(peer: PeerId, sub: Sub, now: Millis): RelayEvent[] {
    const { type: _, startSeq, ...name } = sub
    const { publisher } = name
    const stream = streamId(name)
    const known = this.#streams.get(stream)
    // Sent before the end came to it, which is on its way: a refusal would overtake the last objects.
    if (this.#ended.has(stream)) return []
    if (publisher === this.#self && known?.isOwn !== true) return [nack(peer, stream, 'unknown')]
    const isNew = known?.children.has(peer) !== true
    if (isNew && this.#streams.isFull(peer, known)) return [nack(peer, stream, 'full')]
    if (peer === known?.upstream || peer === this.#lookups.nextHop(publisher))
      return [nack(peer, stream, 'loop')]
    const state = known ?? this.#add(stream, name, false, now)
    if (state === undefined) return [nack(peer, stream, 'full')]
    const child = this.#streams.child(state, peer)
    child.until = now + this.#config.subTimeoutMs
    // Once it is confirmed, all that came since its first SUB has been passed on: it cannot ask for the same again.
    const isReplayed = startSeq !== undefined && !child.confirmed

    const events: RelayEvent[] = []
    const isEstablished = this.#isEstablished(state)
    if (child.confirmed ? state.isOwn || state.upstream !== undefined : isEstablished) {
      events.push(confirm(state, peer, child))
    }
    if (isReplayed) {
      // A run's beginning is of use as a whole, or not at all. What is here before SUB_OK came is a part of what is
      // still on its way, and will not come again.
      const onlyWhole = startSeq === 0 && isEstablished
      events.push({ type: 'replay', peer, stream, startSeq, onlyWhole })
      if (state.upstream === undefined) state.startSeq = least(state.startSeq, startSeq)
    }
    // Who was asked already, and who refused, is asked again in the next round, however many want it until then.
    return known === undefined ? [...events, ...this.#follow(state)] : events
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
    if (reason === 'unknown' && isParent) return this.#dismiss(state)
    const wasParent = state.upstream === peer
    const events = this.#leave(state, peer)
    // A parent keeps its children through a loss; who finds another way tells it.
    return wasParent && state.asked !== peer ? [...events, unsub(peer, stream)] : events
  }

  handleUnsub(peer: PeerId, stream: StreamId): RelayEvent[] {
    const state = this.#streams.get(stream)
    if (state === undefined || !this.#streams.removeChild(state, peer)) return []
    return this.#releaseIfUnused(state)
  }

  /** The route to a publisher changed: its streams are asked for there. */
  handleNextHop(publisher: PeerId): RelayEvent[] {
    return this.#streams.of(publisher).flatMap(state => this.#follow(state))
  }

  handleDown(peer: PeerId): RelayEvent[] {
    const events: RelayEvent[] = []
    for (const state of this.#streams.all()) {
      if (this.#streams.removeChild(state, peer)) events.push(...this.#releaseIfUnused(state))
      if (this.#streams.get(state.id) === state) events.push(...this.#leave(state, peer))
    }
    return events
  }

  /** The timer `subscriptions`: every SUB once more, and an end to what was not confirmed. */
  handleTimeout(now: Millis): RelayEvent[] {
    const events: RelayEvent[] = []
    for (const state of this.#streams.all()) {
      for (const [peer, child] of state.children)
        if (child.until <= now) this.#streams.removeChild(state, peer)
      events.push(...this.#releaseIfUnused(state))
      if (this.#streams.get(state.id) !== state || state.isOwn) continue
      events.push(...this.#refresh(state, now))
    }
    for (const [stream, until] of this.#ended) if (until <= now) this.#ended.delete(stream)
    if (this.#streams.size + this.#ended.size > 0) {
      this.#timers.set('subscriptions', now + this.#config.subIntervalMs)
    }
    return events
  }

  /** Rule 1: established, and the parent is the next hop, or the next hop does not want this node. */
  #isEstablished(state: Stream): boolean {
    if (state.isOwn) return true
    if (state.upstream === undefined) return false
    return state.asked === undefined || state.upstream === this.#lookups.nextHop(state.name.publisher)
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
    const nextHop = this.#lookups.nextHop(state.name.publisher)
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
    if (this.#streams.removeChild(state, nextHop)) {
      events.push(nack(nextHop, state.id, 'loop'))
      const released = this.#releaseIfUnused(state)
      if (released.length > 0) return [...events, ...released]
    }
    state.asked = nextHop
    // What came before the first SUB_OK may be a leftover of an earlier subscription: it is no place to go on from.
    const startSeq = state.startSeq ?? this.#lookups.resumeSeq(state.id)
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
    const nextHop = this.#lookups.nextHop(state.name.publisher)
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
    for (const child of state.childList) this.#streams.removeChild(state, child)
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
    this.#streams.delete(state)
    return [{ type: 'closed', stream: state.id }]
  }

  #add(stream: StreamId, name: StreamName, isOwn: boolean, now: Millis): Stream | undefined {
    this.#timers.setBy('subscriptions', now + this.#config.subIntervalMs)
    return this.#streams.add(stream, name, isOwn)
  }

  #sub(state: Stream, peer: PeerId, startSeq: number | undefined): RelayEvent {
    const sub: Sub = { type: 'sub', ...state.name }
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
