/**
 * Runs gossipsub in place of the core: on the same links, uplinks and clocks, with the same applications. What a node
 * heard a message from first is its parent, so that trees can be compared.
 */
import type { Command, Millis, PeerId, StreamId } from '@hopcast/protocol'
import type { ObjectFrame } from '../../../packages/protocol/src/wire/messages.ts'
import type { NodeDriver } from '../driver.ts'
import type { SimLink } from '../link.ts'
import type { Run, SimNode } from '../node.ts'
import type { Simulation } from '../simulation.ts'
import { type GossipMessage, GossipNode, type Rpc } from './gossip-node.ts'
import { gossipsub } from './parameters.ts'
import {
  graftBytes,
  ihaveBytes,
  iwantBytes,
  messageBytes,
  pruneBytes,
  subscriptionBytes
} from './rpc-size.ts'

interface Running {
  incarnation: number
  gossip: GossipNode
}

export class GossipDriver implements NodeDriver {
  readonly #sim: Simulation
  readonly #nodes = new Map<SimNode, Running>()
  /** The one topic, once somebody has named it. */
  #run: Run | undefined
  #messages = 0

  constructor(sim: Simulation) {
    this.#sim = sim
  }

  command(node: SimNode, command: Command): void {
    const gossip = this.#gossip(node)
    switch (command.type) {
      case 'publish':
        this.#run = node.runs.get(command.publication.channel)
        return
      case 'write': {
        const bytes = command.object.payload.length
        const seq = (this.#run?.written ?? 1) - 1
        return gossip.publish({ id: this.#messages++, seq, bytes })
      }
      case 'subscribe':
        return gossip.subscribe(this.#sim.now)
      case 'unsubscribe':
        return gossip.unsubscribe()
      case 'unpublish':
        throw new TypeError('gossipsub has no end of a stream')
    }
  }

  open(link: SimLink): void {
    for (const { node } of link.ends) this.disconnect(link, node)
    link.open()
    for (const [i, { node }] of link.ends.entries()) {
      this.#gossip(node).handleConnected(link.other(node).node.id, i === 0)
      this.#ping(link, node, this.#sim.random.between(0, gossipsub.pingEveryMs))
    }
  }

  disconnect(link: SimLink, node: SimNode): void {
    const end = link.end(node)
    if (end.session === undefined) return
    end.session = undefined
    if (node.running) this.#gossip(node).handleDisconnected(link.other(node).node.id)
  }

  /** A connection whose other end is gone is found out by a ping. */
  #ping(link: SimLink, node: SimNode, inMs: Millis): void {
    const { session } = link.end(node)
    this.#sim.after(inMs, () => {
      if (link.end(node).session !== session || !node.running) return
      if (link.isUp) return this.#ping(link, node, gossipsub.pingEveryMs)
      this.#sim.after(gossipsub.pingTimeoutMs, () => {
        if (link.end(node).session === session) this.disconnect(link, node)
      })
    })
  }

  /** The node of this start of its process. */
  #gossip(node: SimNode): GossipNode {
    const known = this.#nodes.get(node)
    if (known?.incarnation === node.incarnation) return known.gossip
    const gossip = new GossipNode({
      random: this.#sim.random,
      send: (peer, rpc) => this.#send(node, peer, rpc),
      deliver: (message, from) => this.#deliver(node, message, from)
    })
    this.#nodes.set(node, { incarnation: node.incarnation, gossip })
    const first = gossipsub.heartbeatInitialDelayMs + this.#sim.random.between(0, gossipsub.heartbeatMs)
    this.#heartbeat(node, node.incarnation, gossip, first)
    return gossip
  }

  #heartbeat(node: SimNode, incarnation: number, gossip: GossipNode, inMs: Millis): void {
    this.#sim.after(inMs, () => {
      if (!node.running || node.incarnation !== incarnation) return
      gossip.heartbeat(this.#sim.now)
      this.#heartbeat(node, incarnation, gossip, gossipsub.heartbeatMs)
    })
  }

  #send(node: SimNode, peer: PeerId, rpc: Rpc): void {
    const { counts, carrier } = this.#sim
    const isMessage = rpc.type === 'message'
    if (isMessage) counts.objectCopies++
    const waitMs = (node.access?.idleAt(this.#sim.now) ?? 0) - this.#sim.now
    if (isMessage && waitMs > gossipsub.uplinkQueueMs) return carrier.noteDropped(1)
    const digest = isMessage ? rpc.message.id : rpc.type.length
    const streamClass = isMessage ? 'object' : 'control'
    const frame = { streamClass, kind: rpc.type, bytes: this.#bytes(rpc), digest } as const
    carrier.carry(node, peer, frame, receiver => {
      if (!receiver.running) return
      counts.steps++
      this.#gossip(receiver).handle(node.id, rpc, this.#sim.now)
    })
  }

  #bytes(rpc: Rpc): number {
    const topic = this.#run?.channel ?? ''
    switch (rpc.type) {
      case 'message':
        return messageBytes(topic, rpc.message.bytes)
      case 'subscribe':
        return subscriptionBytes(topic)
      case 'graft':
        return graftBytes(topic)
      case 'prune':
        return pruneBytes(topic)
      case 'ihave':
        return ihaveBytes(topic, rpc.ids.length)
      case 'iwant':
        return iwantBytes(rpc.ids.length)
    }
  }

  #deliver(node: SimNode, message: GossipMessage, from: PeerId): void {
    const run = this.#run as Run
    const stream = run.streams[0] as StreamId
    node.parents.set(stream, from)
    const reception = node.receptions.get(run.channelId)
    if (reception === undefined) return
    this.#sim.counts.delivered++
    reception.heard.add(run.publisher.id)
    const header = { stream, seq: message.seq } as ObjectFrame['header']
    reception.onObject({ header, bytes: new Uint8Array(0) }, run, 0, this.#sim.now)
  }
}
