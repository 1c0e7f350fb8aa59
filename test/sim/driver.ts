/**
 * The driver's stand-in: it does what the outputs of a node say. It carries messages over links, wakes nodes at their
 * deadlines, and answers `sign`. Control messages go through the codec, as they do on a real link. No cryptography: an
 * announcement counts as verified, after the time that it would take. Who sends what no codec takes, or what is signed by
 * nobody, is closed.
 */
import type { Command, Input, Millis, Output, PeerId, VerifiedAnnouncement } from '@hopcast/protocol'
import { validityMs } from '../../packages/protocol/src/libp2p/verifying.ts'
import { encodeAnnouncement } from '../../packages/protocol/src/wire/announcement.ts'
import {
  type Announcement,
  type Message,
  ProtocolError,
  type SignedAnnouncement
} from '../../packages/protocol/src/wire/messages.ts'
import type { Carrier } from './carrier.ts'
import { describeInput, describeOutput } from './describe.ts'
import { checkStep } from './invariants.ts'
import type { End, SimLink } from './link.ts'
import type { SimNode } from './node.ts'
import { InvariantBreak } from './observer.ts'
import { Outbox } from './outbox.ts'
import { type ControlParcel, ObjectParcel, Packer } from './parcel.ts'
import { sign, signVersion } from './signatures.ts'
import type { Simulation } from './simulation.ts'

/** What a dial takes that leads nowhere. */
const dialTimeoutMs = 1_000

interface DriverOptions {
  /** Signing an announcement, or checking its signature. */
  signatureMs: Millis
  /** Told of every message but beats and objects as it arrives, for people. */
  log: ((line: string) => void) | undefined
}

/** Runs the nodes of a simulation: the core's, or those of another protocol that it is compared with. */
export interface NodeDriver {
  command(node: SimNode, command: Command): void
  /** The link is open from now on, and both ends know who dialled: the first, unless it is said. */
  open(link: SimLink, dialler?: SimNode): void
  /** `node` is told that its connection is over, if it has one. */
  disconnect(link: SimLink, node: SimNode): void
}

export class Driver implements NodeDriver {
  readonly #sim: Simulation
  readonly #options: DriverOptions
  readonly #packer = new Packer()
  readonly #carrier: Carrier

  constructor(sim: Simulation, options: DriverOptions) {
    this.#sim = sim
    this.#options = options
    this.#carrier = sim.carrier
  }

  // Driving a node

  command(node: SimNode, command: Command): void {
    this.step(node, { type: 'command', command })
  }

  step(node: SimNode, input: Input): void {
    if (!node.running) return
    if (this.#options.log) this.#log(node, describeInput(input))
    this.#sim.counts.steps++
    const now = node.clock.local(this.#sim.now)
    const outputs = node.overlay.handle(input, now)
    for (const output of outputs) {
      if (this.#options.log) this.#log(node, describeOutput(output))
      this.#do(node, output)
    }
    const deadline = node.overlay.deadline()
    try {
      checkStep(this.#sim, { node, input, outputs, now, deadline })
    } catch (error) {
      this.#onBreak(error)
    }
    this.#arm(node, deadline)
  }

  /** Peer ids are given the names of their nodes. */
  #log(node: SimNode, text: string | undefined): void {
    if (text === undefined) return
    const named = text.replaceAll(/12D3KooW\w+/g, id => this.#sim.nodesById.get(id as PeerId)?.name ?? id)
    this.#options.log?.(`${this.#sim.now.toFixed(3)} ${node.name} ${named}`)
  }

  #arm(node: SimNode, deadline: Millis | undefined): void {
    if (deadline === undefined || (node.wakeAt !== undefined && node.wakeAt <= deadline)) return
    const { incarnation } = node
    node.wakeAt = deadline
    this.#sim.clock.plan(Math.max(this.#sim.now, node.clock.when(deadline)), () => {
      // Another wake-up, for an earlier time, has taken its place.
      if (node.incarnation !== incarnation || node.wakeAt !== deadline) return
      node.wakeAt = undefined
      const next = node.overlay.deadline()
      const isDue = next !== undefined && next <= node.clock.local(this.#sim.now)
      if (isDue) this.step(node, { type: 'timeout' })
      else if (node.running) this.#arm(node, next)
    })
  }

  #do(node: SimNode, output: Output): void {
    switch (output.type) {
      case 'send':
        return this.sendControl(node, output.peer, output.message)
      case 'forward':
        return this.#forward(node, output.peers, ObjectParcel.of(output.object))
      case 'deliver':
        return this.#deliver(node, output)
      case 'subscription':
        return this.#tell(node, output)
      case 'sign':
        return this.#sign(node, output)
      case 'sign-seqno':
        return this.#signSeqno(node, output)
      case 'epoch':
        return this.#sim.goOn(node, output.channel, output.epoch)
      case 'close':
        if (output.code !== undefined) this.#sim.counts.closes++
        return this.#close(node, output.peer)
      case 'dial':
        return this.#dial(node, output.peer)
      case 'written':
      case 'neighbour':
        return
    }
  }

  #deliver(node: SimNode, output: Extract<Output, { type: 'deliver' }>): void {
    const { channel, publisher, epoch, track, object } = output
    const reception = node.receptions.get(channel)
    if (reception === undefined) throw new Error(`${node.name} was given an object that it does not want`)
    this.#sim.counts.delivered++
    const run = this.#sim.runs.get(object.header.stream)
    if (run?.publisher.id !== publisher || run.epoch !== epoch) {
      throw new Error(`${reception}: an object under the name of another`)
    }
    try {
      reception.onObject(object, run, track, this.#sim.now)
    } catch (error) {
      this.#onBreak(error)
    }
  }

  /** Ends the run, unless somebody counts what is broken. */
  #onBreak(error: unknown): void {
    const { observer } = this.#sim
    if (observer === undefined || !(error instanceof InvariantBreak)) throw error
    observer.onBreak(error)
  }

  #tell(node: SimNode, output: Extract<Output, { type: 'subscription' }>): void {
    const { channel, event } = output
    const reception = node.receptions.get(channel)
    if (reception === undefined) return
    reception.onEvent(output, this.#sim.now)
    const publishers = new Set<SimNode>()
    for (const run of this.#sim.runs.values()) {
      if (run.channel === reception.channel) publishers.add(run.publisher)
    }
    // It may go to another one, and come back.
    if (event.type === 'interrupted' && publishers.size > 1) reception.forget()
  }

  #sign(node: SimNode, { draft }: Extract<Output, { type: 'sign' }>): void {
    const { ttlMs, ...rest } = draft
    const announcement: Announcement = { ...rest, expiresAt: Math.floor(node.wallClock.latest() + ttlMs) }
    const body = encodeAnnouncement(announcement)
    this.#announce(node, undefined, { body, signature: sign(body) })
  }

  #signSeqno(node: SimNode, { epoch, seqno }: Extract<Output, { type: 'sign-seqno' }>): void {
    const { incarnation } = node
    this.#sim.after(this.#options.signatureMs, () => {
      const signature = signVersion({ origin: node.id, epoch, seqno })
      if (node.incarnation === incarnation) this.step(node, { type: 'seqno-signed', epoch, seqno, signature })
    })
  }

  /** Hands an announcement to the core, after the time that its signature takes. */
  #announce(node: SimNode, from: PeerId | undefined, signed: SignedAnnouncement): void {
    const announcement = this.#announcement(node, from, signed)
    if (announcement === undefined) return
    // Only the first copy costs a signature check, as in the real driver.
    if (from !== undefined && !node.overlay.isNews(announcement)) return
    const { incarnation } = node
    const ttlMaxMs = node.config.announceTtlMs
    const fault = this.#packer.faultOf(signed)
    this.#sim.after(this.#options.signatureMs, () => {
      if (fault !== undefined && from !== undefined && node.incarnation === incarnation)
        return this.#fail(node, from, fault)
      const { id: self, wallClock: clock } = node
      const validForMs = from === undefined ? ttlMaxMs : validityMs(announcement, { self, ttlMaxMs, clock })
      const verified = { announcement, signed, validForMs } as VerifiedAnnouncement
      if (node.incarnation !== incarnation || validForMs <= 0) return
      this.step(node, { type: 'announcement', from, announcement: verified })
    })
  }

  #announcement(
    node: SimNode,
    from: PeerId | undefined,
    signed: SignedAnnouncement
  ): Announcement | undefined {
    try {
      return this.#packer.announcement(signed)
    } catch (error) {
      if (!(error instanceof ProtocolError) || from === undefined) throw error
      this.#fail(node, from, error)
      return undefined
    }
  }

  // Carrying messages

  open(link: SimLink, dialler = link.ends[0].node): void {
    for (const { node } of link.ends) this.disconnect(link, node)
    link.open()
    for (const { node } of link.ends) {
      const peer = link.other(node).node.id
      const inputs: Input[] = [
        { type: 'connected', peer, outbound: node === dialler },
        { type: 'addresses', peer, addresses: [peer] }
      ]
      for (const input of inputs) this.#sim.clock.guarded(() => this.step(node, input))
    }
  }

  /** The id stands for the address. Where there is a way, the answer comes after a round trip. */
  #dial(node: SimNode, peer: PeerId): void {
    const { incarnation } = node
    const way = this.#sim.reach(node, this.#sim.nodesById.get(peer))
    this.#sim.after(way === undefined ? dialTimeoutMs : 2 * way.delayMs, () => {
      if (node.incarnation !== incarnation || !node.running) return
      const other = this.#sim.nodesById.get(peer)
      if (way === undefined || other?.running !== true) return this.step(node, { type: 'dial-failed', peer })
      if (node.links.get(peer)?.isWhole !== true) this.#sim.connect(node.name, other.name, way)
    })
  }

  /** Tells `node` that its connection is over, if it has one. */
  disconnect(link: SimLink, node: SimNode): void {
    const end = link.end(node)
    if (end.session === undefined) return
    end.session = undefined
    const peer = link.other(node).node.id
    this.#sim.clock.guarded(() => this.step(node, { type: 'disconnected', peer }))
  }

  /** A node closes a neighbour, which hears of it after what was sent before. */
  #close(node: SimNode, peer: PeerId): void {
    const link = node.links.get(peer)
    const session = link?.end(node).session
    if (link === undefined || session === undefined) return
    link.end(node).session = undefined
    const other = link.other(node)
    const arrivesAt = link.arrival(node, 'control', 0, this.#sim.random, this.#sim.now)
    this.#sim.clock.plan(arrivesAt, () => {
      if (other.session === session && !link.silent) this.disconnect(link, other.node)
    })
  }

  sendControl(node: SimNode, peer: PeerId, message: Message): void {
    const { counts } = this.#sim
    counts.control.set(message.type, (counts.control.get(message.type) ?? 0) + 1)
    this.#carry(node, peer, this.#packer.pack(message))
  }

  /** The body of a control frame that no codec of ours has made. */
  sendBytes(node: SimNode, peer: PeerId, body: Uint8Array): void {
    this.#carry(node, peer, this.#packer.packBytes(body))
  }

  #carry(node: SimNode, peer: PeerId, { kind, bytes, digest, content }: ControlParcel): void {
    const frame = { streamClass: 'control', kind, bytes: frameBytes(bytes.length), digest } as const
    this.#carrier.carry(node, peer, frame, receiver => {
      if (content === undefined) return
      if (content instanceof ProtocolError) this.#fail(receiver, node.id, content)
      else if (content.type === 'announce') this.#announce(receiver, node.id, content.announcement)
      else this.step(receiver, { type: 'message', peer: node.id, message: content })
    })
  }

  /** What the neighbour sent cannot be right: it is told so, and closed. */
  #fail(node: SimNode, peer: PeerId, { code }: ProtocolError): void {
    if (node.links.get(peer)?.end(node).session === undefined) return
    this.#sim.counts.closes++
    this.sendControl(node, peer, { type: 'close', code })
    this.#close(node, peer)
    this.step(node, { type: 'disconnected', peer })
  }

  #forward(node: SimNode, peers: readonly PeerId[], object: ObjectParcel): void {
    this.#sim.counts.objectCopies += peers.length
    const { now } = this.#sim
    const expiresAt = node.deadlines.expiresAt(object.header, now)
    for (const peer of peers) {
      const link = node.links.get(peer)
      const end = link?.end(node)
      if (end?.session === undefined) continue
      end.outbox ??= this.#newOutbox(node, peer, end)
      end.outbox.push(object, expiresAt, now)
    }
  }

  /** Of the present session: what is left over when it ends goes nowhere. */
  #newOutbox(node: SimNode, peer: PeerId, end: End): Outbox {
    const { session } = end
    return new Outbox(node.config, this.#sim.createQueue, {
      send: object => {
        if (end.session === session) this.#sendObject(node, peer, ObjectParcel.of(object))
      },
      idleAt: () => node.access?.idleAt(this.#sim.now) ?? this.#sim.now,
      plan: (at, action) => this.#sim.clock.plan(at, action),
      onDropped: count => this.#carrier.noteDropped(count)
    })
  }

  #sendObject(node: SimNode, peer: PeerId, object: ObjectParcel): void {
    const input: Input = { type: 'object', peer: node.id, object }
    const { kind, bytes, digest } = object
    const frame = { streamClass: 'object', kind, bytes: frameBytes(bytes.length), digest } as const
    this.#carrier.carry(node, peer, frame, receiver => this.step(receiver, input))
  }
}

/** With the length before it: a varint (RFC 2, section "Framing"). */
function frameBytes(bodyBytes: number): number {
  return bodyBytes + (bodyBytes < 1 << 7 ? 1 : bodyBytes < 1 << 14 ? 2 : 3)
}
