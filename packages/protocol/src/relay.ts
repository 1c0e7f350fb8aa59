/**
 * The tree: for each stream, who takes it from here and who gives it (RFC 1, section "Subscriptions").
 *
 * A stream has children (neighbours that asked for it), local subscribers, or both; while it has any, this node asks
 * its next hop towards the publisher, once for all of them, or who is to become it. Four rules keep the tree whole:
 *
 * 1. SUB_OK is given only by a node that is established itself, or whose parent is its present next hop.
 * 2. SUB_OK tells the way from the publisher. A neighbour whose way leads through this node is no parent for it.
 * 3. A new parent is asked before the old one is left, and the old one is left when the new one has fed.
 * 4. Links are reliable: a SUB counts until UNSUB, SUB_NACK, the end of the stream or of the link.
 *
 * Rules 2 and 3 are kept in `upstream.ts`, which looks up; this file looks down, and joins the two. How many look up to
 * this node is decided in `capacity.ts`.
 */
import { Capacity } from './capacity.ts'
import { confirm } from './children.ts'
import type { Config } from './config.ts'
import { Expected } from './expected.ts'
import {
  type ChannelId,
  type Millis,
  type PathTag,
  type PeerId,
  pathTag,
  type StreamId,
  type StreamName,
  streamId
} from './ids.ts'
import { established, lostUnlessFed, nack, type RelayEvent, type RelayLookups } from './relay-event.ts'
import { Resubscriptions } from './resubscriptions.ts'
import {
  isAnswer,
  isSource,
  type Rate,
  type Stream,
  Streams,
  type StreamView,
  takersOf,
  view
} from './streams.ts'
import type { Timers } from './timers.ts'
import { Upstream } from './upstream.ts'
import type { Move, Sub, SubNack, SubOk, WireRate } from './wire/messages.ts'

export class Relay {
  readonly #self: PeerId
  readonly #tag: PathTag
  readonly #config: Config
  readonly #timers: Timers
  readonly #lookups: RelayLookups
  readonly #streams: Streams
  readonly #upstream: Upstream
  readonly #capacity: Capacity
  readonly #resubscriptions: Resubscriptions
  /** Who will ask for a stream, but has not yet. */
  readonly expected: Expected
  /** Streams that ended a moment ago, and until when that is remembered. */
  readonly #ended = new Map<StreamId, Millis>()

  constructor(self: PeerId, config: Config, timers: Timers, lookups: RelayLookups) {
    this.#self = self
    this.#tag = pathTag(self)
    this.#config = config
    this.#timers = timers
    this.#lookups = lookups
    this.#streams = new Streams(config, lookups.isServer)
    this.#resubscriptions = new Resubscriptions(this.#streams, config, lookups.resumeSeq)
    this.#upstream = new Upstream(this.#tag, config, timers, lookups)
    this.#capacity = new Capacity(config, this.#streams, lookups)
    this.expected = new Expected(self, config, { streams: this.#streams, capacity: this.#capacity, lookups })
  }

  /** Who takes the stream from here. */
  children(stream: StreamId): readonly PeerId[] {
    return this.#streams.get(stream)?.childList ?? []
  }

  /** Whether objects of the stream may come from `peer`: from the parent, and from the one asked, which may answer first. */
  isSource(stream: StreamId, peer: PeerId): boolean {
    const state = this.#streams.get(stream)
    return state !== undefined && isSource(state, peer)
  }

  /** Who gives the stream. */
  parent(stream: StreamId): PeerId | undefined {
    return this.#streams.get(stream)?.upstream
  }

  publisher(stream: StreamId): PeerId | undefined {
    return this.#streams.get(stream)?.name.publisher
  }

  /** Whether any stream of the publisher's passes here, or is asked for. */
  carries(publisher: PeerId): boolean {
    return this.#streams.of(publisher).length > 0
  }

  /** Whether a stream of the publisher comes from `peer`. */
  feeds(publisher: PeerId, peer: PeerId): boolean {
    return this.#streams.of(publisher).some(({ upstream }) => upstream === peer)
  }

  /** Who takes what the publisher sends on the channel; undefined when none of it passes here. */
  takers(channel: ChannelId, publisher: PeerId): Set<PeerId> | undefined {
    const streams = this.#streams.of(publisher).filter(({ name }) => name.channel === channel)
    return streams.length === 0 ? undefined : new Set(streams.flatMap(state => state.childList))
  }

  *streams(): Iterable<StreamView> {
    for (const state of this.#streams.all()) yield view(state)
  }

  /** Undefined for a stream that is not carried here. */
  nameOf(id: StreamId): StreamName | undefined {
    return this.#streams.get(id)?.name
  }

  stream(id: StreamId): StreamView | undefined {
    const state = this.#streams.get(id)
    return state && view(state)
  }

  /** This node publishes the stream from now on. */
  startOwn(name: StreamName, rate: Rate | undefined, now: Millis): void {
    const state = this.#add(streamId(name), name, true, now)
    if (state !== undefined && rate !== undefined) this.#capacity.declare(state, rate)
  }

  /** A local subscriber takes the stream, from its beginning if that is still to be had. */
  subscribe(name: StreamName, now: Millis): RelayEvent[] {
    const stream = streamId(name)
    const state = this.#streams.get(stream) ?? this.#add(stream, name, false, now)
    if (state === undefined) return []
    state.subscribers++
    const upstream = state.isOwn ? this.#self : state.upstream
    if (upstream !== undefined) return [established(state, upstream)]
    if (state.establishedAt === undefined) state.startSeq = 0
    return this.#follow(state, now)
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
    const { asked } = state
    // It may not have the stream, and then it does not see the end.
    return [
      ...(asked === undefined ? [] : [this.#upstream.unsub(asked.peer, stream)]),
      ...this.#forget(state)
    ]
  }

  handleSub(peer: PeerId, sub: Sub, now: Millis): RelayEvent[] {
    const { type: _, startSeq, insist: __, attempt = 0, ...name } = sub
    const { publisher } = name
    const stream = streamId(name)
    const known = this.#streams.get(stream)
    // Sent before the end came to it, which is on its way: a refusal would overtake the last objects.
    if (this.#ended.has(stream)) return []
    if (publisher === this.#self && known?.isOwn !== true) return [nack(peer, stream, 'unknown')]
    const wasExpected = known?.expected.has(peer) === true
    const isNew = known?.children.has(peer) !== true && !wasExpected
    const refusal = isNew ? this.#capacity.refusal(peer, stream, known, sub.insist === true) : undefined
    if (refusal !== undefined) return [refusal]
    if (peer === known?.upstream || peer === this.#lookups.nextHop(publisher))
      return [nack(peer, stream, 'loop')]
    const state = known ?? this.#add(stream, name, false, now)
    if (state === undefined) return [nack(peer, stream, 'full')]
    // What it asks of this node it cannot give.
    const events = state.asked?.peer === peer ? this.#upstream.leave(state, peer, now) : []
    if (isNew) this.#capacity.take(state)
    const child = this.#streams.child(state, peer)
    child.until = undefined
    child.attempt = attempt
    // Once it is confirmed, all that came since its first SUB has been passed on: it cannot ask for the same again. Nor can who
    // was sent what came before it asked: the beginning is gone then.
    const isFed = child.confirmed || (wasExpected && !state.isHeldBack)
    const isReplayed = startSeq !== undefined && !isFed

    const isEstablished = this.#upstream.isEstablished(state)
    if (child.confirmed ? state.isOwn || state.upstream !== undefined : isEstablished) {
      events.push(confirm(state, this.#tag, peer, child))
    }
    if (isReplayed) {
      // A run's beginning is of use as a whole, or not at all. What is here before SUB_OK came is a part of what is
      // still on its way, and will not come again.
      const onlyWhole = startSeq === 0 && isEstablished
      events.push({ type: 'replay', peer, stream, startSeq, onlyWhole })
      if (state.upstream === undefined) state.startSeq = this.#wantedBefore(state, startSeq)
    }
    // Who was asked already, and who refused, is asked again in the next round, however many want it until then.
    return known === undefined ? [...events, ...this.#follow(state, now)] : events
  }

  /** The neighbour has only now been told of the stream, and will ask for it: see `expected.ts`. */
  expect(peer: PeerId, name: StreamName, now: Millis): RelayEvent[] {
    const stream = streamId(name)
    if (this.#ended.has(stream) || !this.expected.isWelcome(peer, stream, name)) return nothing
    const known = this.#streams.get(stream)
    const state = known ?? this.#add(stream, name, false, now)
    if (state === undefined) return nothing
    this.expected.add(state, peer, now)
    if (known !== undefined) return nothing
    // Its SUB may be for the beginning.
    state.startSeq = 0
    return this.#follow(state, now)
  }

  /** The first object that somebody here waits for, once a newcomer wants those from `startSeq` on. */
  #wantedBefore(state: Stream, startSeq: number): number | undefined {
    if (state.establishedAt === undefined) return least(state.startSeq, startSeq)
    // Who has had a parent goes on from there. The beginning, which a newcomer may want, is not to be had any more.
    const resumeSeq = state.startSeq ?? this.#lookups.resumeSeq(state.id)
    return startSeq === 0 ? resumeSeq : least(resumeSeq, startSeq)
  }

  handleSubOk(peer: PeerId, { stream, path, rate, attempt = 0 }: SubOk, now: Millis): RelayEvent[] {
    const state = this.#streams.get(stream)
    // Our UNSUB is on its way, or the neighbour is mistaken: say it again.
    if (state === undefined || !isSource(state, peer)) return [this.#upstream.unsub(peer, stream)]
    if (!isAnswer(state, peer, attempt)) return nothing
    const events = rate !== undefined && this.#upstream.isWay(path) ? this.#learn(state, rate) : nothing
    const isKept = this.#streams.get(stream) === state
    return isKept ? [...events, ...this.#upstream.handleOk(state, peer, path, now)] : events
  }

  /** Children that turn out to be too many are refused, and what nobody takes then is given up. */
  #learn(state: Stream, { mean, peak }: WireRate): RelayEvent[] {
    const peakMax = this.#config.peakToMeanMax * mean
    const told = { meanBps: 1_000 * mean, peakBps: 1_000 * Math.min(peak, peakMax) }
    const refusals = this.#capacity.learn(state, told)
    if (refusals.length === 0) return nothing
    return [...refusals, ...[...this.#streams.all()].flatMap(one => this.#releaseIfUnused(one))]
  }

  handleSubNack(peer: PeerId, { stream, reason, redirect = [] }: SubNack, now: Millis): RelayEvent[] {
    const state = this.#streams.get(stream)
    if (state === undefined) return []
    if (reason === 'full') return this.#upstream.handleFull(state, peer, redirect)
    if (this.#upstream.isTried(state, peer)) {
      const kept = reason === 'no-route' ? [this.#upstream.unsub(peer, stream)] : []
      return [...kept, ...this.#upstream.handleFull(state, peer, [])]
    }
    const isParent = state.upstream === peer || (state.upstream === undefined && state.asked?.peer === peer)
    if (reason === 'unknown' && isParent) return this.#dismiss(state)
    const wasSource = this.isSource(stream, peer)
    const events = this.#upstream.leave(state, peer, now)
    // It keeps its children through a loss, and is told if this one does not wait for it.
    const isKept = reason === 'no-route' && wasSource && !this.isSource(stream, peer)
    return isKept ? [...events, this.#upstream.unsub(peer, stream)] : events
  }

  handleMove(peer: PeerId, { stream, redirect }: Move): RelayEvent[] {
    if (stream === undefined) {
      const isNeeded = [...this.#streams.all()].some(state => isSource(state, peer))
      return isNeeded ? [{ type: 'withdrawn', peer, redirect }] : []
    }
    const state = this.#streams.get(stream)
    if (state === undefined || state.upstream !== peer) return []
    return [{ type: 'crowded', publisher: state.name.publisher, peer, redirect }]
  }

  handleUnsub(peer: PeerId, stream: StreamId): RelayEvent[] {
    const state = this.#streams.get(stream)
    if (state === undefined || !this.#streams.remove(state, peer)) return []
    return this.#releaseIfUnused(state)
  }

  /** An object of the stream came from `peer`, one of its sources. */
  handleObject(peer: PeerId, stream: StreamId, now: Millis): RelayEvent[] {
    if (!this.#upstream.isMoving) return nothing
    const state = this.#streams.get(stream)
    return state === undefined ? nothing : this.#upstream.handleObject(state, peer, now)
  }

  /**
   * `peer` has given what the publisher has not signed. It may be honest, and its own parent not; the way through it is
   * no good all the same.
   */
  handleAltered(peer: PeerId, stream: StreamId): RelayEvent[] {
    const state = this.#streams.get(stream)
    return state === undefined ? [] : [{ type: 'fault', publisher: state.name.publisher, peer }]
  }

  /** Nothing has come of the stream for a while, though it did before. */
  handleSilence(stream: StreamId, now: Millis): RelayEvent[] {
    const state = this.#streams.get(stream)
    return state === undefined ? [] : this.#upstream.handleSilence(state, now)
  }

  /** Who may be a child, and who should go elsewhere: see `capacity.ts`. */
  get capacity(): Capacity {
    return this.#capacity
  }

  /** What a DIGEST says to the neighbour, and what follows from its own: see `resubscriptions.ts`. */
  get resubscriptions(): Resubscriptions {
    return this.#resubscriptions
  }

  /** Whom to ask for a publisher's streams has changed. */
  handleTarget(publisher: PeerId, now: Millis): RelayEvent[] {
    return this.#streams.of(publisher).flatMap(state => this.#follow(state, now))
  }

  handleDown(peer: PeerId, now: Millis): RelayEvent[] {
    this.#resubscriptions.handleDown(peer)
    const events: RelayEvent[] = []
    for (const state of this.#streams.all()) {
      if (this.#streams.remove(state, peer)) events.push(...this.#releaseIfUnused(state))
      if (this.#streams.get(state.id) === state) events.push(...this.#upstream.leave(state, peer, now))
    }
    return events
  }

  /** The timer `moves`: who was asked has had its time. */
  handleMoves(now: Millis): RelayEvent[] {
    return this.#upstream.handleTimeout(now)
  }

  /** The timer `subscriptions`: who was refused asks again, and who has been given nothing asks elsewhere. */
  handleTimeout(now: Millis): RelayEvent[] {
    const events = this.#capacity.shed()
    for (const state of this.#streams.all()) {
      events.push(...this.#forgetDoubtful(state, now))
      if (this.#streams.get(state.id) !== state) continue
      events.push(...this.#follow(state, now), ...this.#capacity.spread(state, now))
      events.push(...this.#upstream.handleStart(state, now))
    }
    for (const [stream, until] of this.#ended) if (until <= now) this.#ended.delete(stream)
    if (this.#streams.size + this.#ended.size > 0) {
      this.#timers.set('subscriptions', now + this.#config.subIntervalMs)
    }
    return events
  }

  /** Those that were to ask, or to ask again, and did not. */
  #forgetDoubtful(state: Stream, now: Millis): RelayEvent[] {
    this.#resubscriptions.handleTimeout(state, now)
    this.expected.handleTimeout(state, now)
    return this.#releaseIfUnused(state)
  }

  #follow(state: Stream, now: Millis): RelayEvent[] {
    const nextHop = this.#lookups.nextHop(state.name.publisher)
    // A neighbour cannot be parent and child of one stream: what it wanted from here it has to find elsewhere.
    const hasAsked = nextHop !== undefined && state.children.has(nextHop)
    if (nextHop === undefined || !this.#streams.remove(state, nextHop))
      return this.#upstream.follow(state, now)
    const refused = hasAsked ? [nack(nextHop, state.id, 'loop')] : nothing
    const released = this.#releaseIfUnused(state)
    return [...refused, ...(released.length > 0 ? released : this.#upstream.follow(state, now))]
  }

  /**
   * The publisher has no such stream, so nobody below can have it, and nothing is kept for them: what strangers make up
   * must not fill the limits of those on the way. A local subscriber asks again in the next round.
   */
  #dismiss(state: Stream): RelayEvent[] {
    const events = [...state.children.keys()].map(child => nack(child, state.id, 'unknown'))
    for (const peer of [...state.children.keys(), ...state.expected.keys()]) this.#streams.remove(state, peer)
    state.upstream = undefined
    this.#upstream.unask(state)
    return [...events, ...lostUnlessFed(state), ...this.#releaseIfUnused(state)]
  }

  #releaseIfUnused(state: Stream): RelayEvent[] {
    if (state.isOwn || state.subscribers > 0 || takersOf(state) > 0) return []
    const events = [state.upstream, state.asked?.peer]
      .filter(peer => peer !== undefined)
      .map(peer => this.#upstream.unsub(peer, state.id))
    return [...events, ...this.#forget(state)]
  }

  #forget(state: Stream): RelayEvent[] {
    this.#upstream.drop(state)
    this.expected.drop(state)
    this.#streams.delete(state)
    return [{ type: 'closed', stream: state.id }]
  }

  #add(stream: StreamId, name: StreamName, isOwn: boolean, now: Millis): Stream | undefined {
    this.#timers.setBy('subscriptions', now + this.#config.subIntervalMs)
    return this.#streams.add(stream, name, isOwn)
  }
}

const nothing: RelayEvent[] = []

function least(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b)
}
