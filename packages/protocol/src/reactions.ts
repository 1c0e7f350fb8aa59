/**
 * What an event of one part means to the others: the match statements that make a node of the parts. Start in `overlay.ts`.
 */
import type { ChannelEvent } from './channels.ts'
import type { Output } from './contract.ts'
import {
  type ChannelId,
  firstTrack,
  type Millis,
  type PeerId,
  type StreamId,
  type StreamName
} from './ids.ts'
import type { NeighbourEvent } from './neighbours.ts'
import type { Parts } from './parts.ts'
import type { RelayEvent } from './relay-event.ts'
import type { RepairEvent } from './repair.ts'
import type { RouteEvent } from './route-event.ts'
import type { SubscriptionEvent } from './subscriptions.ts'
import type { Announcement, Message, Nack, ObjectFrame } from './wire/messages.ts'

type Replay = Extract<RelayEvent, { type: 'replay' }>

export class Reactions {
  /** The origins whose next hop has changed since the last `take`. */
  readonly rerouted: PeerId[] = []
  readonly #parts: Parts
  #outputs: Output[] = []

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** What is to be done since the last call, in order. */
  take(): Output[] {
    const outputs = this.#outputs
    this.#outputs = []
    return outputs
  }

  /** To be done after what has been said so far. */
  say(output: Output): void {
    this.#outputs.push(output)
  }

  /** Hands an object to the children and the subscribers of its stream. `from` is undefined for this node's own. */
  pass(object: ObjectFrame, from: PeerId | undefined, now: Millis): void {
    const { stream, seq, end } = object.header
    const { expected } = this.#parts.relay
    if (!expected.isIdle) expected.handleObject(stream, now)
    const peers = this.#parts.relay.children(stream)
    if (peers.length > 0) {
      this.#parts.repair.budget.earn(object, peers.length)
      this.#forwardTo(peers, object, now)
    }
    const target = this.#parts.subscriptions.target(stream, seq, now)
    if (target !== undefined && !end) {
      this.#onSubscriptionEvents(this.#parts.subscriptions.handleObject(stream))
      this.#outputs.push({ type: 'deliver', ...target, object, from })
    }
    if (end) this.#onStreamEnd(stream, now)
  }

  #onStreamEnd(stream: StreamId, now: Millis): void {
    this.onRelayEvents(this.#parts.relay.end(stream, now), now)
    const run = this.#parts.subscriptions.handleEnd(stream)
    if (run !== undefined) this.onChannelEvents(this.#parts.channels.handleEnd(run, now), now)
  }

  onNeighbourEvents(events: NeighbourEvent[], now: Millis): void {
    for (const event of events) {
      switch (event.type) {
        case 'send':
        case 'close':
        case 'dial':
          this.#outputs.push(event)
          break
        case 'up':
          this.#onUp(event.peer, now)
          break
        case 'down':
          this.#outputs.push({ type: 'neighbour', peer: event.peer, change: 'down', reason: event.reason })
          this.onRouteEvents(this.#parts.routes.handleDown(event.peer, now), now)
          this.onRelayEvents(this.#parts.relay.handleDown(event.peer, now), now)
          this.#parts.repair.handleDown(event.peer)
          this.#parts.channels.handleDown(event.peer)
          break
        case 'cost':
          this.onRouteEvents(this.#parts.routes.handleCost(event.peer, this.#costUs(event.peer), now), now)
          break
        case 'suspect':
          this.onRouteEvents(this.#parts.routes.handleSuspect(event.peer, event.suspected, now), now)
      }
    }
  }

  #onUp(peer: PeerId, now: Millis): void {
    this.#outputs.push({ type: 'neighbour', peer, change: 'up', reason: '' })
    this.onChannelEvents(this.#parts.channels.handleUp(peer, now), now)
    this.onRouteEvents(this.#parts.routes.handleUp(peer, this.#costUs(peer), now), now)
  }

  onRouteEvents(events: RouteEvent[], now: Millis): void {
    for (const event of events) {
      switch (event.type) {
        case 'send':
        case 'sign-seqno':
          this.#outputs.push(event)
          break
        case 'close':
          this.onNeighbourEvents(this.#parts.neighbours.close(event.peer, event.code, event.reason, now), now)
          break
        case 'next-hop':
          this.rerouted.push(event.origin)
          this.onRelayEvents(this.#parts.relay.handleTarget(event.origin, now), now)
          this.onChannelEvents(this.#parts.channels.handleReach(event.origin, now), now)
          break
        case 'candidate':
          this.onRelayEvents(this.#parts.relay.handleTarget(event.origin, now), now)
      }
    }
  }

  onChannelEvents(events: ChannelEvent[], now: Millis): void {
    for (const event of events) {
      switch (event.type) {
        case 'sign':
        case 'send':
          this.#outputs.push(event)
          break
        case 'rows':
          this.onRouteEvents(this.#parts.routes.tellAgain(event.peer, event.origins), now)
          break
        case 'close':
          this.onNeighbourEvents(this.#parts.neighbours.close(event.peer, event.code, event.reason, now), now)
          break
        case 'expect':
          this.onRelayEvents(this.#parts.relay.expect(event.peer, firstStream(event.run), now), now)
          break
        case 'flood':
          for (const { peer, agent } of this.#parts.links.neighbours()) {
            if (peer !== event.except && agent !== undefined) this.#send(peer, event.message)
          }
          break
        case 'restart':
          this.#restart(event.channel, event.epoch, now)
          break
        case 'remembered':
          this.onRouteEvents(this.#parts.routes.raiseOwn(event.epoch + 1), now)
          break
        case 'join':
          this.#join(event.announcement, now)
          break
        case 'leave':
          this.#leave(event.announcement, event.ended, now)
      }
    }
  }

  /** What is published here goes on as another run. */
  #restart(channel: ChannelId, epoch: number, now: Millis): void {
    const { ends, streams } = this.#parts.publications.restart(channel, epoch)
    for (const end of ends) this.pass(end, undefined, now)
    for (const { name, rate } of streams) this.#parts.relay.startOwn(name, rate, now)
    this.#outputs.push({ type: 'epoch', channel, epoch })
  }

  #join(announcement: Announcement, now: Millis): void {
    for (const stream of this.#parts.subscriptions.join(announcement)) {
      this.onRelayEvents(this.#parts.relay.subscribe(stream, now), now)
    }
  }

  #leave(announcement: Announcement, ended: boolean, now: Millis): void {
    const { streams, events } = this.#parts.subscriptions.leave(announcement, ended, now)
    for (const stream of streams) this.onRelayEvents(this.#parts.relay.unsubscribe(stream), now)
    this.#onSubscriptionEvents(events)
  }

  onRelayEvents(events: RelayEvent[], now: Millis): void {
    for (const event of events) {
      switch (event.type) {
        case 'send':
          this.#outputs.push(event)
          break
        case 'replay':
          this.#replay(event, now)
          break
        case 'established':
          this.#onSubscriptionEvents(
            this.#parts.subscriptions.handleEstablished(event.stream, event.upstream, event.hops)
          )
          this.onRouteEvents(this.#parts.routes.handleTaken(event.publisher, event.upstream, now), now)
          break
        case 'lost':
          this.#onSubscriptionEvents(this.#parts.subscriptions.handleLost(event.stream))
          break
        case 'closed':
          this.#parts.forward.drop(event.stream)
          this.#parts.repair.drop(event.stream)
          break
        case 'crowded':
        case 'refused':
          this.onNeighbourEvents(this.#parts.neighbours.suggest(event.peer, event.redirect, now), now)
          this.onRouteEvents(this.#parts.routes.avoid(event.publisher, event.peer, event.type, now), now)
          break
        case 'withdrawn':
          this.onNeighbourEvents(this.#parts.neighbours.suggest(event.peer, event.redirect, now), now)
          break
        case 'fault':
          this.onRouteEvents(this.#parts.routes.avoid(event.publisher, event.peer, event.type, now), now)
          break
        case 'doubted':
          this.onRouteEvents(this.#parts.routes.doubt(event.publisher, event.peer, now), now)
      }
    }
  }

  #replay({ peer, stream, startSeq, onlyWhole }: Replay, now: Millis): void {
    const peers = [peer]
    for (const object of this.#parts.forward.recent(stream, startSeq, onlyWhole, now)) {
      this.#forwardTo(peers, object, now)
    }
  }

  onRepairEvents(events: RepairEvent[], now: Millis): void {
    for (const event of events) {
      if (event.type === 'send') {
        this.#outputs.push(event)
        continue
      }
      const publisher = this.#parts.relay.publisher(event.stream)
      if (publisher === undefined) continue
      this.onRouteEvents(this.#parts.routes.avoid(publisher, event.peer, 'fault', now), now)
    }
  }

  /** Sends what is asked for and held; otherwise says what is. */
  serve(peer: PeerId, { stream, first, last }: Nack, now: Millis): void {
    if (!this.#parts.repair.mayAsk(peer, now)) return
    // The newest are worth most.
    const objects = this.#parts.forward.newestFirst(stream, first, last, now)
    const isChild = this.#parts.relay.children(stream).includes(peer)
    const given = this.#parts.repair.budget.take(peer, objects, isChild, now)
    const peers = [peer]
    for (const object of given) this.#forwardTo(peers, object, now)
    if (given.length > last - first) return
    // Else it would wait for the rest, and hold it against this node.
    const held = this.#parts.forward.held(stream, now)
    this.#send(peer, { type: 'have', stream, ...(held && { held }) })
  }

  #onSubscriptionEvents(events: SubscriptionEvent[]): void {
    for (const event of events) this.#outputs.push({ type: 'subscription', ...event })
  }

  /** Before HELLO a neighbour may say nothing else. */
  isGreeted(peer: PeerId, type: Message['type'], now: Millis): boolean {
    if (this.#parts.links.isUp(peer)) return true
    const reason = `${type} before HELLO`
    this.onNeighbourEvents(this.#parts.neighbours.close(peer, 'unexpected', reason, now), now)
    return false
  }

  #costUs(peer: PeerId): number {
    return this.#parts.links.costUs(peer) ?? 0
  }

  #forwardTo(peers: readonly PeerId[], object: ObjectFrame, now: Millis): void {
    this.#parts.links.noteObject(peers, now)
    this.#parts.forward.countSent(object.header.stream, peers.length)
    this.#outputs.push({ type: 'forward', peers, object })
  }

  #send(peer: PeerId, message: Message): void {
    this.#outputs.push({ type: 'send', peer, message })
  }
}

function firstStream({ channel, publisher, epoch }: Announcement): StreamName {
  return { channel, publisher, epoch, track: firstTrack }
}
