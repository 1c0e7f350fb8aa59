/**
 * Start here. `Overlay` is a node of hopcast without its sockets: what comes in goes to `handle`, what is to be done
 * comes back, and `deadline` says when to call again although nothing came.
 *
 *     neighbours     who is there, and how far (links)  → up, down, cost, suspect
 *                    and who should be (peers)          → dial
 *     routes         the best next hop to each origin   → next hop
 *     channels       who publishes what, and whom we follow → join, leave
 *     relay          the tree: parents and children     → established, lost, closed
 *     forward        objects on their way through
 *     repair         those that are missing             → lossy
 *     subscriptions  what the applications here take    → started, route, interrupted, ended
 *     publications   what they publish
 *
 * They know nothing of each other. Each answers a call with its events. This file says which input goes to which
 * part, `reactions.ts` what an event of one means to the others: the whole node is the match statements of the two.
 *
 * No clock, timer, promise, socket or randomness of its own: time is passed in, monotonic, and equal choices are
 * broken by a stated order, so a run is a function of its inputs. Bad input from a peer comes back as `close`;
 * misuse of the API throws TypeError.
 */
import type { VerifiedAnnouncement } from './channels.ts'
import type { Config } from './config.ts'
import type { Command, Input, Output, OverlayOptions, Publish, WrittenObject } from './contract.ts'
import { defaultConfig } from './default-config.ts'
import { type ChannelId, checkTracks, type Millis, type PeerId, type StreamId } from './ids.ts'
import type { Neighbour } from './links.ts'
import { Parts } from './parts.ts'
import type { Slot } from './places.ts'
import { checkRates } from './publications.ts'
import { Reactions } from './reactions.ts'
import type { Route } from './route-event.ts'
import type { StreamView } from './streams.ts'
import type { Timer } from './timers.ts'
import type { Announcement, ObjectFrame, UnsignedMessage } from './wire/messages.ts'
import { objectPayload } from './wire/object.ts'

export class Overlay {
  readonly self: PeerId
  readonly config: Config
  readonly #parts: Parts
  readonly #reactions: Reactions
  /** Objects that came from nobody who was asked for them. */
  #unwanted = 0

  constructor(options: OverlayOptions) {
    const { self, rng } = options
    this.self = self
    this.config = { ...defaultConfig, ...options.config }
    this.#parts = new Parts(self, this.config, rng)
    this.#reactions = new Reactions(this.#parts)
  }

  // Getters

  /** When to call `handle` with a timeout, unless something comes before. */
  deadline(): Millis | undefined {
    return this.#parts.timers.next()
  }

  neighbours(): Iterable<Readonly<Neighbour>> {
    return this.#parts.links.neighbours()
  }

  /** Why `peer` is a neighbour, in the choice of them; undefined when it is none. */
  slot(peer: PeerId): Slot | undefined {
    return this.#parts.neighbours.slot(peer)
  }

  routes(): Iterable<Route & { origin: PeerId }> {
    return this.#parts.routes.routes()
  }

  route(origin: PeerId): Route | undefined {
    return this.#parts.routes.route(origin)
  }

  stream(id: StreamId): StreamView | undefined {
    return this.#parts.relay.stream(id)
  }

  *streams(): Iterable<StreamView & { received: number; sent: number }> {
    for (const view of this.#parts.relay.streams())
      yield { ...view, ...this.#parts.forward.counts(view.stream) }
  }

  channels(): Iterable<{ channel: ChannelId; name: string; publishers: PeerId[] }> {
    return this.#parts.channels.channels()
  }

  /** The origins whose next hop the last call of `handle` has changed: who looks after each need not look at all. */
  get rerouted(): readonly PeerId[] {
    return this.#reactions.rerouted
  }

  /** Whether an announcement is worth checking its signature: newer than what is known of the same publisher. */
  isNews(announcement: Announcement): boolean {
    return this.#parts.channels.isNews(announcement)
  }

  /** Since the start. */
  get counters(): Record<'objectsReceived' | 'objectsSent' | 'duplicates' | 'unwanted', number> {
    const { received, sent, duplicates } = this.#parts.forward
    return { objectsReceived: received, objectsSent: sent, duplicates, unwanted: this.#unwanted }
  }

  // Input

  /**
   * Takes one input and returns all that follows from it, in order.
   *
   * @param now monotonic milliseconds, never less than before
   * @throws TypeError for a command that makes no sense, e.g. writing to a channel that is not published
   */
  handle(input: Input, now: Millis): Output[] {
    this.#reactions.rerouted.length = 0
    this.#dispatch(input, now)
    return this.#reactions.take()
  }

  #dispatch(input: Input, now: Millis): void {
    const { neighbours, routes, relay, timers } = this.#parts
    const reactions = this.#reactions
    switch (input.type) {
      case 'object':
        return this.#onObject(input.peer, input.object, now)
      case 'altered':
        return reactions.onRelayEvents(relay.handleAltered(input.peer, input.stream), now)
      case 'message':
        return this.#onMessage(input.peer, input.message, now)
      case 'announcement':
        return this.#onAnnouncement(input.from, input.announcement, now)
      case 'seqno-signed':
        return reactions.onRouteEvents(routes.handleSeqnoSigned(input, input.signature), now)
      case 'connected':
        return this.#onConnected(input, now)
      case 'disconnected':
      case 'addresses':
      case 'dial-failed':
        return reactions.onNeighbourEvents(neighbours.handleInput(input, now), now)
      case 'command':
        return this.#onCommand(input.command, now)
      case 'timeout':
        for (const timer of timers.takeDue(now)) this.#onTimer(timer, now)
    }
  }

  #onConnected(input: Extract<Input, { type: 'connected' }>, now: Millis): void {
    const { links, neighbours, channels } = this.#parts
    const { peer } = input
    const wasThere = links.has(peer)
    this.#reactions.onNeighbourEvents(neighbours.handleInput(input, now), now)
    if (wasThere || !links.has(peer)) return
    this.#reactions.onChannelEvents(channels.handleConnected(peer, links.isOnly(peer), now), now)
  }

  #onMessage(peer: PeerId, message: UnsignedMessage, now: Millis): void {
    const { links, neighbours, routes, channels, relay, repair } = this.#parts
    const reactions = this.#reactions
    reactions.onNeighbourEvents(links.handleAny(peer, now), now)
    if (message.type !== 'hello' && !reactions.isGreeted(peer, message.type, now)) return
    switch (message.type) {
      case 'hello':
      case 'peers':
      case 'close':
        return reactions.onNeighbourEvents(neighbours.handleMessage(peer, message, now), now)
      case 'beat':
        reactions.onNeighbourEvents(links.handleBeat(peer, message, now), now)
        return reactions.onRouteEvents(routes.setFull(peer, message.full === true, now), now)
      case 'sync':
      case 'metrics':
      case 'seqno-req':
        return reactions.onRouteEvents(routes.handleMessage(peer, message, now), now)
      case 'digest':
        reactions.onRouteEvents(routes.handleMessage(peer, message, now), now)
        return reactions.onRelayEvents(
          relay.resubscriptions.handleDigest(peer, message.subscriptions, now),
          now
        )
      case 'resync':
        reactions.onRouteEvents(routes.handleMessage(peer, message, now), now)
        return reactions.onRelayEvents(relay.resubscriptions.handleResync(peer, message.subscriptions), now)
      case 'sub':
        return reactions.onRelayEvents(relay.handleSub(peer, message, now), now)
      case 'sub-ok':
        return reactions.onRelayEvents(relay.handleSubOk(peer, message, now), now)
      case 'sub-nack':
        return reactions.onRelayEvents(relay.handleSubNack(peer, message, now), now)
      case 'move':
        return reactions.onRelayEvents(relay.handleMove(peer, message), now)
      case 'nack':
        return reactions.serve(peer, message, now)
      case 'have':
        return reactions.onRepairEvents(repair.handleHave(peer, message, now), now)
      case 'unsub':
        return reactions.onRelayEvents(relay.handleUnsub(peer, message.stream), now)
      case 'route-query':
        return reactions.onChannelEvents(channels.handleQuery(peer, message, now), now)
    }
  }

  #onAnnouncement(from: PeerId | undefined, verified: VerifiedAnnouncement, now: Millis): void {
    const { links, routes, channels } = this.#parts
    const reactions = this.#reactions
    if (from !== undefined) reactions.onNeighbourEvents(links.handleAny(from, now), now)
    if (from !== undefined && !reactions.isGreeted(from, 'announce', now)) return
    reactions.onChannelEvents(channels.handleAnnouncement(from, verified, now), now)
    // The last withdrawal is on its way; only now does the way to it go, too.
    const isLast = from === undefined && verified.announcement.ended && !channels.isPublishing
    if (isLast) reactions.onRouteEvents(routes.stopOwn(), now)
  }

  #onObject(peer: PeerId, object: ObjectFrame, now: Millis): void {
    const { links, relay, repair } = this.#parts
    this.#reactions.onNeighbourEvents(links.handleObject(peer, now), now)
    const { stream, seq } = object.header
    const isSource = relay.isSource(stream, peer)
    if (isSource || (!repair.isIdle && repair.expects(stream, seq, peer))) {
      this.#take(peer, object, now)
      if (isSource) this.#reactions.onRelayEvents(relay.handleObject(peer, stream, now), now)
    } else this.#unwanted++
  }

  #take(peer: PeerId, object: ObjectFrame, now: Millis): void {
    const { forward, repair } = this.#parts
    if (object.header.end && !this.#isProven(object)) return
    if (!forward.accept(object, now)) return
    const { stream, seq } = object.header
    const { passedOver } = forward
    if (passedOver > 0) repair.handleGap(stream, seq - passedOver, seq - 1, now)
    if (!repair.isIdle) this.#reactions.onRepairEvents(repair.handleObject(stream, seq, peer, now), now)
    this.#reactions.pass(object, peer, now)
  }

  /** An end that its publisher has not made is nothing: if the stream goes on elsewhere, its silence here shows. */
  #isProven(end: ObjectFrame): boolean {
    const { channels, relay } = this.#parts
    const name = relay.nameOf(end.header.stream)
    return name === undefined || channels.isEnd(name, objectPayload(end))
  }

  #onTimer(timer: Timer, now: Millis): void {
    const { links, neighbours, routes, channels, relay, forward, repair } = this.#parts
    const reactions = this.#reactions
    switch (timer) {
      case 'beat':
      case 'peers':
        return reactions.onNeighbourEvents(neighbours.handleTimeout(timer, now), now)
      case 'sync':
      case 'seqno':
      case 'origins':
      case 'digest':
      case 'switches':
      case 'penalties':
        return reactions.onRouteEvents(routes.handleTimer(timer, now), now)
      case 'subscriptions':
        forward.handleTimeout(now)
        reactions.onRelayEvents(relay.handleTimeout(now), now)
        links.isFull = relay.capacity.isFull
        return
      case 'moves':
        return reactions.onRelayEvents(relay.handleMoves(now), now)
      case 'repair':
        return reactions.onRepairEvents(repair.handleTimeout(now), now)
      case 'silence':
        for (const stream of forward.handleSilence(now)) {
          reactions.onRelayEvents(relay.handleSilence(stream, now), now)
        }
        return
      case 'announcements':
        return reactions.onChannelEvents(channels.handleTimeout(now), now)
      case 'queries':
        return reactions.onChannelEvents(channels.handleQueriesTimeout(now), now)
      case 'endings':
        return reactions.onChannelEvents(channels.handleEndings(now), now)
    }
  }

  // Commands

  #onCommand(command: Command, now: Millis): void {
    const { links, routes, channels, relay, subscriptions } = this.#parts
    const reactions = this.#reactions
    if ('tracks' in command) checkTracks(command.tracks)
    if (command.type === 'publish') checkRates(command.rates ?? new Map(), command.tracks)
    switch (command.type) {
      case 'publish':
        return this.#publish(command, now)
      case 'write':
        return this.#write(command.channel, command.track, command.object, now)
      case 'unpublish':
        return this.#unpublish(command.channel, now)
      case 'subscribe':
        subscriptions.open(command.channel, command.tracks)
        return reactions.onChannelEvents(channels.subscribe(command.channel, command.mode, now), now)
      case 'unsubscribe':
        subscriptions.close(command.channel)
        return reactions.onChannelEvents(channels.unsubscribe(command.channel), now)
      case 'withdraw':
        reactions.onRelayEvents(relay.capacity.withdraw(command.withdrawn, command.withinMs), now)
        links.isFull = relay.capacity.isFull
        reactions.onRouteEvents(routes.withdraw(command.withdrawn, now), now)
    }
  }

  #publish({ publication, tracks, rates }: Publish, now: Millis): void {
    const { routes, channels, relay, publications } = this.#parts
    const reactions = this.#reactions
    const { channel } = publication
    const { epoch, events } = channels.publish(publication, now)
    const streams = publications.open({ ...publication, epoch }, tracks, rates)
    for (const { name, rate } of streams) relay.startOwn(name, rate, now)
    if (epoch !== publication.epoch) reactions.say({ type: 'epoch', channel, epoch })
    reactions.onRouteEvents(routes.startOwn(epoch), now)
    reactions.onChannelEvents(events, now)
  }

  #write(channel: ChannelId, track: number, written: WrittenObject, now: Millis): void {
    const { forward, publications } = this.#parts
    const object = publications.write(channel, track, written)
    if (forward.accept(object, now)) this.#reactions.pass(object, undefined, now)
    if (!object.header.list && publications.isSigned(channel)) {
      this.#reactions.say({ type: 'written', object })
    }
  }

  #unpublish(channel: ChannelId, now: Millis): void {
    const { channels, publications } = this.#parts
    for (const end of publications.close(channel)) this.#reactions.pass(end, undefined, now)
    this.#reactions.onChannelEvents(channels.unpublish(channel, now), now)
  }
}
