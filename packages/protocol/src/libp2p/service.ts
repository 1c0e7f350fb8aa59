/**
 * The driver: it carries what the core decides between libp2p's streams and the application. All it adds is what the
 * core must not have: the clock, the timer, signatures, and sockets through libp2p.
 */
import type {
  ComponentLogger,
  Connection,
  Libp2pEvents,
  PeerId as Libp2pPeerId,
  Logger,
  PrivateKey,
  Startable,
  Stream,
  TypedEventTarget
} from '@libp2p/interface'
import type { AddressManager, ConnectionManager, Registrar } from '@libp2p/interface-internal'
import type { Command, Input, Output } from '../contract.ts'
import { Deadlines } from '../deadlines.ts'
import type { Millis, PeerId } from '../ids.ts'
import { Overlay } from '../overlay.ts'
import {
  type CloseCode,
  type Message,
  type ObjectFrame,
  ProtocolError,
  type UnsignedMessage
} from '../wire/messages.ts'
import { parseObject } from '../wire/object.ts'
import { parseAddress } from './addresses.ts'
import type {
  Hopcast,
  HopcastEvent,
  HopcastInit,
  Publication,
  PublishOptions,
  Status,
  SubscribeOptions,
  Subscription
} from './api.ts'
import { BackgroundWork } from './background-work.ts'
import { configOf } from './config.ts'
import { CoreLoop } from './core-loop.ts'
import { Dialer } from './dialer.ts'
import { Discovery } from './discovery.ts'
import { FanOut } from './fan-out.ts'
import { Inbox, inboxLimits } from './inbox.ts'
import { type FaultOrigin, Integrity } from './integrity.ts'
import { carriesNothing, leaveWithinMs } from './leaving.ts'
import { audioProtocol, controlProtocol, drained, type StreamClass } from './link.ts'
import { LocalSubscriptions } from './local-subscriptions.ts'
import { LocalPublications } from './publication.ts'
import { Sessions } from './sessions.ts'
import { Signer } from './signer.ts'
import { makeStatus } from './status.ts'
import { SeqnoVerifier } from './verifying.ts'
import { WallClock } from './wall-clock.ts'

export interface HopcastComponents {
  peerId: Libp2pPeerId
  privateKey: PrivateKey
  registrar: Registrar
  connectionManager: ConnectionManager
  addressManager: AddressManager
  events: TypedEventTarget<Libp2pEvents>
  logger: ComponentLogger
}

/** Two of a class at a time: the one in use, and one of a session that begins before the other has ended. */
const inboundStreamsMax = 2
/** Versions of origins whose signature was checked: those of two full tables, and room for newer ones. */
const seqnosMax = 8_192

export class HopcastService implements Hopcast, Startable {
  readonly peerId: PeerId
  readonly #components: HopcastComponents
  readonly #log: Logger
  readonly #overlay: Overlay
  readonly #core: CoreLoop
  readonly #dialer: Dialer
  readonly #discovery: Discovery
  readonly #sessions: Sessions
  readonly #publications: LocalPublications
  readonly #subscriptions: LocalSubscriptions
  readonly #listeners = new Set<(event: HopcastEvent) => void>()
  readonly #deadlines: Deadlines
  readonly #fanOut: FanOut
  readonly #integrity: Integrity
  readonly #counters = { overflow: 0, expired: 0, waitsForKey: 0, peersClosed: 0 }
  readonly #signer: Signer
  readonly #seqnos = new SeqnoVerifier(seqnosMax)
  readonly #work = new BackgroundWork()
  readonly #clock = new WallClock()
  #topology: string | undefined

  constructor(components: HopcastComponents, init: HopcastInit) {
    this.#components = components
    this.#log = components.logger.forComponent('hopcast')
    this.peerId = components.peerId.toString() as PeerId
    this.#overlay = new Overlay({ self: this.peerId, config: configOf(init), rng: Math.random })
    this.#core = new CoreLoop(this.#overlay, (output, now) => this.#do(output, now))
    this.#deadlines = new Deadlines(this.#overlay.config)
    this.#sessions = new Sessions(components.logger, this.#overlay.config, this.#counters, {
      inbox: (peer, onError) => this.#inbox(peer, onError),
      onBegun: (peer, connection) => {
        this.#handle({ type: 'connected', peer, outbound: connection.direction === 'outbound' })
        this.#discovery.handleBegun(connection)
      },
      onFrame: (peer, inbox, streamClass, body) => this.#onFrame(peer, inbox, streamClass, body),
      onEnded: (peer, error) => this.#onEnded(peer, error)
    })
    this.#fanOut = new FanOut(this.#sessions)
    this.#integrity = new Integrity(this.peerId, components.privateKey, of => this.#onFault(of))
    this.#signer = new Signer(components.privateKey, this.#clock, input => this.#handle(input))
    this.#subscriptions = new LocalSubscriptions({
      checks: this.#integrity,
      command: command => this.#command(command)
    })
    this.#publications = new LocalPublications({
      lists: this.#integrity,
      self: this.peerId,
      command: command => this.#command(command),
      drained: () => this.#drained(),
      streams: () => this.#overlay.streams(),
      now: () => this.#clock.now()
    })
    this.#dialer = new Dialer(components.connectionManager, components.logger, {
      onConnection: connection => this.#sessions.begin(connection),
      onUnreachable: (address, reason, retryMs) => {
        this.#emit({ type: 'peer-unreachable', address, reason, retryMs })
      }
    })
    this.#discovery = new Discovery(components, {
      sessions: this.#sessions,
      dialer: this.#dialer,
      canDial: init.discovery?.canDial,
      handle: input => this.#handle(input)
    })
  }

  // libp2p service

  async start(): Promise<void> {
    this.#core.start()
    this.#sessions.start()
    this.#discovery.start()
    this.#dialer.start()
    this.#integrity.start()
    const { registrar } = this.#components
    const options = { maxInboundStreams: inboundStreamsMax }
    const accept = (streamClass: StreamClass) => (stream: Stream, connection: Connection) =>
      this.#sessions.accept(streamClass, stream, connection)
    await registrar.handle(controlProtocol, accept('control'), options)
    await registrar.handle(audioProtocol, accept('audio'), options)
    this.#topology = await registrar.register(controlProtocol, {
      onConnect: (_peer, connection) => this.#sessions.tryBegin(connection)
    })
  }

  /** While libp2p still has its connections: neighbours are told. */
  async beforeStop(): Promise<void> {
    this.#core.stop()
    this.#dialer.stop()
    this.#discovery.stop()
    this.#integrity.stop()
    this.#subscriptions.close()
    this.#fanOut.flush()
    await this.#sessions.stop()
  }

  async stop(): Promise<void> {
    const { registrar } = this.#components
    if (this.#topology !== undefined) registrar.unregister(this.#topology)
    await registrar.unhandle(controlProtocol)
    await registrar.unhandle(audioProtocol)
  }

  // Application

  publish(channel: string, options: PublishOptions = {}): Publication {
    return this.#publications.publish(channel, options)
  }

  subscribe(channel: string, options: SubscribeOptions = {}): Subscription {
    return this.#subscriptions.subscribe(channel, options)
  }

  connect(address: string): void {
    this.#dialer.keep(parseAddress(address))
  }

  withdraw(withdrawn: boolean): void {
    this.#command({ type: 'withdraw', withdrawn, withinMs: leaveWithinMs })
  }

  async leave(): Promise<void> {
    this.withdraw(true)
    await carriesNothing(this.#overlay)
  }

  status(): Status {
    return makeStatus({
      overlay: this.#overlay,
      addresses: this.#components.addressManager.getAddresses().map(address => address.toString()),
      connection: peer => this.#sessions.link(peer)?.connection,
      counters: { ...this.#counters, ...this.#integrity.counts }
    })
  }

  on(listener: (event: HopcastEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  // Links

  #inbox(peer: PeerId, onError: (error: ProtocolError) => void): Inbox {
    const { announceTtlMs, announcementsRate } = this.#overlay.config
    const announcements = { self: this.peerId, ttlMaxMs: announceTtlMs, clock: this.#clock }
    return new Inbox(
      { seqnos: this.#seqnos, announcements, work: this.#work },
      { ...inboxLimits, announcementsRate },
      {
        onMessage: message => this.#onMessage(peer, message),
        onAnnouncement: announcement => this.#handle({ type: 'announcement', from: peer, announcement }),
        onError,
        isNews: announcement => this.#overlay.isNews(announcement)
      }
    )
  }

  #onFrame(peer: PeerId, inbox: Inbox, streamClass: StreamClass, body: Uint8Array): void {
    if (streamClass === 'audio') return this.#handle({ type: 'object', peer, object: parseObject(body) })
    inbox.push(body)
  }

  #onMessage(peer: PeerId, message: UnsignedMessage): void {
    const received = message.type === 'peers' ? this.#discovery.received(peer, message) : message
    if (received !== undefined) this.#handle({ type: 'message', peer, message: received })
  }

  #onEnded(peer: PeerId, error: Error): void {
    if (error instanceof ProtocolError && error.code !== 'leaving') {
      this.#closed(peer, error.code, error.message)
    }
    this.#handle({ type: 'disconnected', peer })
  }

  #closed(peer: PeerId, code: CloseCode, reason: string): void {
    if (code !== 'surplus') this.#counters.peersClosed++
    this.#log('closed %s: %s, %s', peer, code, reason)
    this.#emit({ type: 'peer-closed', peer, code, reason })
  }

  // Core

  #command(command: Command): void {
    this.#handle({ type: 'command', command })
  }

  #handle(input: Input): void {
    this.#core.handle(input)
  }

  #do(output: Output, now: Millis): void {
    switch (output.type) {
      case 'forward':
        this.#forward(output.peers, output.object, now)
        break
      case 'deliver':
        this.#subscriptions.deliver(output)
        break
      case 'written':
        this.#integrity.written(output.object)
        break
      case 'send':
        this.#send(output.peer, output.message)
        break
      case 'sign':
        this.#signer.signAnnouncement(output.draft)
        break
      case 'sign-seqno':
        this.#signer.signSeqno(output)
        break
      case 'epoch':
        this.#publications.restart(output.channel, output.epoch)
        break
      case 'close':
        this.#sessions.link(output.peer)?.break(errorOf(output))
        break
      case 'dial':
        void this.#discovery.dial(output.peer, output.addresses)
        break
      case 'neighbour':
        this.#onNeighbour(output.peer, output.change, output.reason)
        break
      case 'subscription':
        this.#subscriptions.handleEvent(output)
    }
  }

  #forward(peers: readonly PeerId[], object: ObjectFrame, now: Millis): void {
    this.#fanOut.forward(peers, object, this.#deadlines.expiresAt(object.header, now), now)
  }

  #send(peer: PeerId, message: Message): void {
    const sent = message.type === 'peers' ? this.#discovery.told(peer, message) : message
    if (sent !== undefined) this.#sessions.send(peer, sent)
  }

  #onFault({ channel: id, stream, ...of }: FaultOrigin): void {
    const channel = this.#subscriptions.name(id) ?? ''
    this.#emit({ type: 'altered', channel, ...of })
    this.#handle({ type: 'altered', peer: of.peer, stream })
  }

  #onNeighbour(peer: PeerId, change: 'up' | 'down', reason: string): void {
    if (change === 'down') return this.#emit({ type: 'neighbour-down', peer, reason })
    const address = this.#sessions.link(peer)?.connection.remoteAddr.toString() ?? ''
    const { agent = '' } = [...this.#overlay.neighbours()].find(neighbour => neighbour.peer === peer) ?? {}
    this.#emit({ type: 'neighbour-up', peer, address, agent })
  }

  #emit(event: HopcastEvent): void {
    for (const listener of this.#listeners) listener(event)
  }

  /** Resolves when what was decided so far has left this node, or was given up. */
  async #drained(): Promise<void> {
    await this.#signer.settled()
    this.#fanOut.flush()
    await drained(this.#sessions.links())
  }
}

/** A neighbour that said CLOSE itself has done nothing wrong. */
function errorOf({ code, reason }: Extract<Output, { type: 'close' }>): Error {
  return code === undefined ? new Error(reason) : new ProtocolError(code, reason)
}
