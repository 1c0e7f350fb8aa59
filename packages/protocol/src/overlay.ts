/**
 * Start here. `Overlay` is a node of hopcast without its sockets: what comes in goes to `handle`, what is to be done
 * comes back, and `deadline` says when to call again although nothing came.
 *
 *     links          who is there, and how far          → up, down, cost, suspect
 *     routes         the best next hop to each origin   → next hop
 *     channels       who publishes what                 → join, leave
 *     relay          the tree: parents and children     → established, lost, closed
 *     forward        objects on their way through
 *     subscriptions  what the applications here take    → started, route, interrupted, ended
 *     publications   what they publish
 *
 * They know nothing of each other. Each answers a call with its events, and this file says what an event of one
 * means to the others. So the whole node is the match statements below.
 *
 * No clock, timer, promise, socket or randomness of its own: time is passed in, monotonic, and equal choices are
 * broken by a stated order, so a run is a function of its inputs. Bad input from a peer comes back as `close`;
 * misuse of the API throws TypeError.
 */
import { type ChannelEvent, Channels, type Publication, type VerifiedAnnouncement } from './channels.ts'
import { type Config, defaultConfig } from './config.ts'
import type { Command, Input, Output, OverlayOptions, WrittenObject } from './contract.ts'
import { Forward } from './forward.ts'
import { type ChannelId, checkTracks, type Millis, type PeerId, type StreamId } from './ids.ts'
import { type LinkEvent, Links, type Neighbour } from './links.ts'
import { Publications } from './publications.ts'
import { Relay, type StreamView } from './relay.ts'
import type { RelayEvent } from './relay-event.ts'
import { type Route, type RouteEvent, Routes } from './routes.ts'
import { type SubscriptionEvent, Subscriptions } from './subscriptions.ts'
import { type Timer, Timers } from './timers.ts'
import type { Announcement, Message, ObjectFrame, UnsignedMessage } from './wire/messages.ts'

export class Overlay {
  readonly self: PeerId
  readonly config: Config
  /** The origins whose next hop the last call of `handle` has changed: who looks after each need not look at all. */
  readonly rerouted: PeerId[] = []
  readonly #timers = new Timers()
  readonly #links: Links
  readonly #routes: Routes
  readonly #channels: Channels
  readonly #relay: Relay
  readonly #forward: Forward
  readonly #subscriptions = new Subscriptions()
  readonly #publications: Publications
  /** Objects that came from nobody who was asked for them. */
  #unwanted = 0
  #outputs: Output[] = []

  constructor(options: OverlayOptions) {
    const { self, rng } = options
    const config: Config = { ...defaultConfig, ...options.config }
    this.self = self
    this.config = config
    this.#links = new Links(config, this.#timers)
    this.#routes = new Routes(self, config, this.#timers, rng)
    const reach = (publisher: PeerId) => (publisher === self ? 0 : this.#routes.route(publisher)?.metricUs)
    this.#channels = new Channels(self, config, this.#timers, reach)
    this.#forward = new Forward(config, this.#timers)
    this.#publications = new Publications(self)
    this.#relay = new Relay(self, config, this.#timers, {
      nextHop: publisher => this.#routes.route(publisher)?.nextHop,
      backup: publisher => this.#routes.backup(publisher),
      resumeSeq: stream => this.#forward.resumeSeq(stream),
      isFlowing: (stream, now) => this.#forward.isFlowing(stream, now)
    })
  }

  // Getters

  /** When to call `handle` with a timeout, unless something comes before. */
  deadline(): Millis | undefined {
    return this.#timers.next()
  }

  neighbours(): Iterable<Readonly<Neighbour>> {
    return this.#links.neighbours()
  }

  routes(): Iterable<Route & { origin: PeerId }> {
    return this.#routes.routes()
  }

  route(origin: PeerId): Route | undefined {
    return this.#routes.route(origin)
  }

  stream(id: StreamId): StreamView | undefined {
    return this.#relay.stream(id)
  }

  *streams(): Iterable<StreamView & { received: number; sent: number }> {
    for (const view of this.#relay.streams()) yield { ...view, ...this.#forward.counts(view.stream) }
  }

  channels(): Iterable<{ channel: ChannelId; name: string; publishers: PeerId[] }> {
    return this.#channels.channels()
  }

  /** Whether an announcement is worth checking its signature: newer than what is known of the same publisher. */
  isNews(announcement: Announcement): boolean {
    return this.#channels.isNews(announcement)
  }

  /** Since the start. */
  get counters(): Record<'objectsReceived' | 'objectsSent' | 'duplicates' | 'unwanted', number> {
    const { received, sent, duplicates } = this.#forward
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
    this.rerouted.length = 0
    this.#dispatch(input, now)
    const outputs = this.#outputs
    this.#outputs = []
    return outputs
  }

  #dispatch(input: Input, now: Millis): void {
    switch (input.type) {
      case 'object':
        return this.#onObject(input.peer, input.object, now)
      case 'message':
        return this.#onMessage(input.peer, input.message, now)
      case 'announcement':
        return this.#onAnnouncement(input.from, input.announcement, now)
      case 'connected':
        return this.#onLinkEvents(this.#links.handleConnected(input.peer, now), now)
      case 'disconnected':
        return this.#onLinkEvents(this.#links.handleDisconnected(input.peer), now)
      case 'command':
        return this.#onCommand(input.command, now)
      case 'timeout':
        for (const timer of this.#timers.takeDue(now)) this.#onTimer(timer, now)
    }
  }

  #onMessage(peer: PeerId, message: UnsignedMessage, now: Millis): void {
    this.#onLinkEvents(this.#links.handleAny(peer, now), now)
    if (message.type !== 'hello' && !this.#isGreeted(peer, message.type, now)) return
    switch (message.type) {
      case 'hello':
        return this.#onLinkEvents(this.#links.handleHello(peer, message), now)
      case 'beat':
        return this.#onLinkEvents(this.#links.handleBeat(peer, message, now), now)
      case 'sync':
        return this.#onRouteEvents(this.#routes.handleSync(peer, message.rows, now), now)
      case 'seqno-req':
        return this.#onRouteEvents(this.#routes.handleSeqnoReq(peer, message, now), now)
      case 'sub':
        return this.#onRelayEvents(this.#relay.handleSub(peer, message, now), now)
      case 'sub-ok':
        return this.#onRelayEvents(this.#relay.handleSubOk(peer, message, now), now)
      case 'sub-nack':
        return this.#onRelayEvents(this.#relay.handleSubNack(peer, message, now), now)
      case 'unsub':
        return this.#onRelayEvents(this.#relay.handleUnsub(peer, message.stream), now)
      case 'digest':
      case 'resync':
      case 'route-query':
      case 'nack':
      case 'have':
      case 'move':
      case 'peers':
      case 'close':
        return
    }
  }

  #onAnnouncement(from: PeerId | undefined, verified: VerifiedAnnouncement, now: Millis): void {
    if (from !== undefined && !this.#isGreeted(from, 'announce', now)) return
    this.#onChannelEvents(this.#channels.handleAnnouncement(from, verified, now), now)
    // The last withdrawal is on its way; only now does the way to it go, too.
    const isLast = from === undefined && verified.announcement.ended && !this.#channels.isPublishing
    if (isLast) this.#onRouteEvents(this.#routes.stopOwn(), now)
  }

  #onObject(peer: PeerId, object: ObjectFrame, now: Millis): void {
    this.#onLinkEvents(this.#links.handleAny(peer, now), now)
    const { stream } = object.header
    if (!this.#relay.isSource(stream, peer)) {
      this.#unwanted++
      return
    }
    if (this.#forward.accept(object, now)) this.#pass(object, now)
    this.#onRelayEvents(this.#relay.handleObject(peer, stream, now), now)
  }

  /** Hands an object to the children and the subscribers of its stream. */
  #pass(object: ObjectFrame, now: Millis): void {
    const { stream, end } = object.header
    const peers = this.#relay.children(stream)
    if (peers.length > 0) this.#forwardTo(peers, object)
    const target = this.#subscriptions.target(stream)
    if (target !== undefined && !end) {
      this.#onSubscriptionEvents(this.#subscriptions.handleObject(stream))
      this.#outputs.push({ type: 'deliver', ...target, object })
    }
    if (end) this.#onStreamEnd(stream, now)
  }

  #onStreamEnd(stream: StreamId, now: Millis): void {
    this.#onRelayEvents(this.#relay.end(stream, now), now)
    const run = this.#subscriptions.handleEnd(stream)
    if (run === undefined) return
    this.#onChannelEvents(this.#channels.handleEnd(run.channel, run.announcement, now), now)
  }

  #onTimer(timer: Timer, now: Millis): void {
    switch (timer) {
      case 'beat':
        return this.#onLinkEvents(this.#links.handleTimeout(now), now)
      case 'sync':
        return this.#onRouteEvents(this.#routes.handleSyncTimeout(), now)
      case 'origins':
        return this.#onRouteEvents(this.#routes.handleOriginsTimeout(now), now)
      case 'switches':
        return this.#onRouteEvents(this.#routes.handleSwitchesTimeout(now), now)
      case 'penalties':
        return this.#onRouteEvents(this.#routes.handlePenaltiesTimeout(now), now)
      case 'subscriptions':
        this.#forward.expire(now)
        return this.#onRelayEvents(this.#relay.handleTimeout(now), now)
      case 'moves':
        return this.#onRelayEvents(this.#relay.handleMoves(now), now)
      case 'silence':
        for (const stream of this.#forward.handleSilence(now)) {
          this.#onRelayEvents(this.#relay.handleSilence(stream, now), now)
        }
        return
      case 'announcements':
        return this.#onChannelEvents(this.#channels.handleTimeout(now), now)
      case 'endings':
        return this.#onChannelEvents(this.#channels.handleEndings(now), now)
    }
  }

  // Commands

  #onCommand(command: Command, now: Millis): void {
    if ('tracks' in command) checkTracks(command.tracks)
    switch (command.type) {
      case 'publish':
        return this.#publish(command.publication, command.tracks, now)
      case 'write':
        return this.#write(command.channel, command.track, command.object, now)
      case 'unpublish':
        return this.#unpublish(command.channel, now)
      case 'subscribe':
        this.#subscriptions.open(command.channel, command.tracks)
        return this.#onChannelEvents(this.#channels.subscribe(command.channel, now), now)
      case 'unsubscribe':
        this.#subscriptions.close(command.channel)
        this.#onChannelEvents(this.#channels.unsubscribe(command.channel), now)
    }
  }

  #publish(publication: Publication, tracks: readonly number[], now: Millis): void {
    const events = this.#channels.publish(publication, now)
    for (const name of this.#publications.open(publication, tracks)) this.#relay.startOwn(name, now)
    this.#onRouteEvents(this.#routes.startOwn(publication.epoch, now), now)
    this.#onChannelEvents(events, now)
  }

  #write(channel: ChannelId, track: number, written: WrittenObject, now: Millis): void {
    const object = this.#publications.write(channel, track, written)
    if (this.#forward.accept(object, now)) this.#pass(object, now)
  }

  #unpublish(channel: ChannelId, now: Millis): void {
    for (const end of this.#publications.close(channel)) this.#pass(end, now)
    this.#onChannelEvents(this.#channels.unpublish(channel, now), now)
  }

  // What an event of one part means to the others

  #onLinkEvents(events: LinkEvent[], now: Millis): void {
    for (const event of events) {
      switch (event.type) {
        case 'send':
        case 'close':
          this.#outputs.push(event)
          break
        case 'up':
          this.#onUp(event.peer, now)
          break
        case 'down':
          this.#outputs.push({ type: 'neighbour', peer: event.peer, change: 'down', reason: event.reason })
          this.#onRouteEvents(this.#routes.handleDown(event.peer, now), now)
          this.#onRelayEvents(this.#relay.handleDown(event.peer, now), now)
          break
        case 'cost':
          this.#onRouteEvents(this.#routes.handleCost(event.peer, this.#costUs(event.peer), now), now)
          break
        case 'suspect':
          this.#onRouteEvents(this.#routes.handleSuspect(event.peer, event.suspected, now), now)
      }
    }
  }

  #onUp(peer: PeerId, now: Millis): void {
    this.#outputs.push({ type: 'neighbour', peer, change: 'up', reason: '' })
    for (const { message } of this.#channels.handleUp(peer)) this.#send(peer, message)
    this.#onRouteEvents(this.#routes.handleUp(peer, this.#costUs(peer)), now)
  }

  #onRouteEvents(events: RouteEvent[], now: Millis): void {
    for (const event of events) {
      if (event.type === 'send') {
        this.#outputs.push(event)
        continue
      }
      this.rerouted.push(event.origin)
      this.#onRelayEvents(this.#relay.handleNextHop(event.origin, now), now)
      this.#onChannelEvents(this.#channels.handleReach(event.origin, now), now)
    }
  }

  #onChannelEvents(events: ChannelEvent[], now: Millis): void {
    for (const event of events) {
      switch (event.type) {
        case 'sign':
          this.#outputs.push(event)
          break
        case 'flood':
          for (const { peer, agent } of this.#links.neighbours()) {
            if (peer !== event.except && agent !== undefined) this.#send(peer, event.message)
          }
          break
        case 'join':
          this.#join(event.channel, event.announcement, now)
          break
        case 'leave':
          this.#leave(event.channel, event.ended, now)
      }
    }
  }

  #join(channel: ChannelId, announcement: Announcement, now: Millis): void {
    for (const stream of this.#subscriptions.join(channel, announcement)) {
      this.#onRelayEvents(this.#relay.subscribe(stream, now), now)
    }
  }

  #leave(channel: ChannelId, ended: boolean, now: Millis): void {
    const { streams, events } = this.#subscriptions.leave(channel, ended)
    for (const stream of streams) this.#onRelayEvents(this.#relay.unsubscribe(stream), now)
    this.#onSubscriptionEvents(events)
  }

  #onRelayEvents(events: RelayEvent[], now: Millis): void {
    for (const event of events) {
      switch (event.type) {
        case 'send':
          this.#outputs.push(event)
          break
        case 'replay':
          for (const object of this.#forward.recent(event.stream, event.startSeq, event.onlyWhole, now)) {
            this.#forwardTo([event.peer], object)
          }
          break
        case 'established':
          this.#onSubscriptionEvents(
            this.#subscriptions.handleEstablished(event.stream, event.upstream, event.hops)
          )
          break
        case 'lost':
          this.#onSubscriptionEvents(this.#subscriptions.handleLost(event.stream))
          break
        case 'closed':
          this.#forward.drop(event.stream)
          break
        case 'fault':
          this.#onRouteEvents(this.#routes.penalise(event.publisher, event.peer, now), now)
      }
    }
  }

  #onSubscriptionEvents(events: SubscriptionEvent[]): void {
    for (const event of events) this.#outputs.push({ type: 'subscription', ...event })
  }

  // Look-ups

  /** Before HELLO a neighbour may say nothing else. */
  #isGreeted(peer: PeerId, type: Message['type'], now: Millis): boolean {
    if (this.#links.isUp(peer)) return true
    this.#onLinkEvents(this.#links.close(peer, 'unexpected', `${type} before HELLO`), now)
    return false
  }

  #costUs(peer: PeerId): number {
    return this.#links.costUs(peer) ?? 0
  }

  #forwardTo(peers: readonly PeerId[], object: ObjectFrame): void {
    this.#forward.countSent(object.header.stream, peers.length)
    this.#outputs.push({ type: 'forward', peers, object })
  }

  #send(peer: PeerId, message: Message): void {
    this.#outputs.push({ type: 'send', peer, message })
  }
}
