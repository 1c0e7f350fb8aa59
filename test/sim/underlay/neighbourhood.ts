/**
 * Who is connected to whom, until the core chooses its neighbours itself: each node opens some links to nodes near by,
 * some to random ones, and one to a server if there are servers with room.
 */
import type { Millis } from '@hopcast/protocol'
import type { SimNode } from '../node.ts'
import { reachable } from '../oracle.ts'
import type { Simulation } from '../simulation.ts'
import { roundTripMs } from './regions.ts'

export interface NeighbourhoodOptions {
  /** Links per node on average, servers apart. */
  degree: number
  /** The share of pairs of nodes, neither of them a server, that can open a connection: NATs prevent the others. */
  connectableShare: number
}

/** A node looks for near ones among so many that it happens to know. */
const acquaintances = 32
const serverLinksMax = 128
/** A path is not the straight line between two regions: it is this much longer or shorter. */
const detour = { from: 0.9, to: 1.25 }
/** What a relay takes to pass an object on: measured between processes on one machine. Part of every link's delay. */
const forwardingMs: Millis = 0.5
const jitterMs = { from: 0.5, to: 3 }

export class Neighbourhood {
  readonly #sim: Simulation
  readonly #options: NeighbourhoodOptions
  readonly #nodes: SimNode[]
  readonly #servers: SimNode[]
  readonly #others: SimNode[]

  constructor(sim: Simulation, options: NeighbourhoodOptions) {
    this.#sim = sim
    this.#options = options
    this.#nodes = [...sim.nodes.values()]
    this.#servers = this.#nodes.filter(node => node.isServer)
    this.#others = this.#nodes.filter(node => !node.isServer)
  }

  /**
   * Links all nodes, each at a time of its own within the next `withinMs`, so that their beats are not in step. Every node
   * can be reached from every other afterwards.
   */
  connectAll(withinMs: Millis): void {
    for (const [i, server] of this.#servers.entries()) {
      for (const other of this.#servers.slice(0, i)) this.#connect(server, other)
    }
    for (const [i, node] of this.#others.entries()) this.#connectOne(node, i)
    this.#joinParts()
    for (const link of this.#sim.links.values()) {
      this.#sim.after(this.#sim.random.between(0, withinMs), () => this.#sim.reconnect(link))
    }
  }

  canConnect(a: SimNode, b: SimNode): boolean {
    if (a.isServer || b.isServer) return true
    // A hash of the pair, so that the answer is the same whenever it is asked for.
    const [low, high] = a.index < b.index ? [a.index, b.index] : [b.index, a.index]
    let hash = Math.imul(low ^ (this.#sim.seed | 0), 0x9e3779b1) ^ Math.imul(high, 0x85ebca6b)
    hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35)
    return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32 < this.#options.connectableShare
  }

  #connectOne(node: SimNode, index: number): void {
    const server = this.#nearest(
      node,
      this.#servers.filter(one => one.links.size < serverLinksMax)
    )
    if (server !== undefined) this.#connect(node, server)
    const own = Math.round(this.#options.degree / 2) - (server === undefined ? 0 : 1)
    const near = Math.ceil(own / 2)
    // One to a node that was there before, so that nearly all hang together.
    for (let i = 0; i < own; i++) {
      const among = this.#sample(node, i === near && index > 0 ? index : this.#others.length)
      const peer = i < near ? this.#nearest(node, among) : among[0]
      if (peer !== undefined) this.#connect(node, peer)
    }
  }

  /** Nodes among the first `count` to which `node` could open a link. */
  #sample(node: SimNode, count: number): SimNode[] {
    const found = new Set<SimNode>()
    for (let i = 0; i < acquaintances; i++) {
      const peer = this.#others[this.#sim.random.integer(0, count - 1)] as SimNode
      if (peer === node || node.links.has(peer.id) || !this.canConnect(node, peer)) continue
      if (peer.links.size < 2 * this.#options.degree) found.add(peer)
    }
    return [...found]
  }

  #nearest(node: SimNode, among: readonly SimNode[]): SimNode | undefined {
    let best: { peer: SimNode; ms: Millis } | undefined
    for (const peer of among) {
      const ms = baseDelayMs(node, peer)
      if (best === undefined || ms < best.ms) best = { peer, ms }
    }
    return best?.peer
  }

  /** A few may have found nobody who leads to the rest. */
  #joinParts(): void {
    for (;;) {
      const reached = reachable(this.#nodes[0] as SimNode, () => true)
      if (reached.size === this.#nodes.length) return
      const outside = this.#nodes.find(node => !reached.has(node)) as SimNode
      const peer = this.#sim.random.pick([...reached].filter(node => this.canConnect(outside, node)))
      this.#connect(outside, peer)
    }
  }

  #connect(a: SimNode, b: SimNode): void {
    const { random } = this.#sim
    const coreMs = (roundTripMs(a.region, b.region) / 2) * random.between(detour.from, detour.to)
    const delayMs = coreMs + lastMilesMs(a, b) + forwardingMs
    this.#sim.wire(a.name, b.name, { delayMs, jitterMs: random.between(jitterMs.from, jitterMs.to) })
  }
}

/** One way, without detour. */
function baseDelayMs(a: SimNode, b: SimNode): Millis {
  return roundTripMs(a.region, b.region) / 2 + lastMilesMs(a, b)
}

function lastMilesMs(a: SimNode, b: SimNode): Millis {
  return (a.access?.lastMileMs ?? 0) + (b.access?.lastMileMs ?? 0)
}
