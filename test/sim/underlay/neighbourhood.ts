/**
 * Who is connected to whom at the start. Either everything is given: each node has some links to nodes near by, some to
 * random ones, and one to a server if there are servers with room. Or nodes choose their neighbours, as pages do: each begins
 * with the server that is nearest, and the core does the rest.
 */
import type { Millis } from '@hopcast/protocol'
import type { SimNode } from '../node.ts'
import { reachable } from '../oracle.ts'
import type { Simulation } from '../simulation.ts'
import { baseDelayMs, type Paths } from './paths.ts'

interface NeighbourhoodOptions {
  /** Links per node on average, servers apart. */
  degree: number
  paths: Paths
}

/** A node looks for near ones among so many that it happens to know. */
const acquaintances = 32
const serverLinksMax = 128
/** Servers know each other, and the first node, who is to publish, has its server, so long before the others come. */
const aheadMs = 500

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
    this.#connectServers()
    for (const [i, node] of this.#others.entries()) this.#connectOne(node, i)
    this.#joinParts()
    this.#openAll(withinMs)
  }

  /** Links each node to the nearest server, at a time of its own within the next `withinMs`. */
  connectToServers(withinMs: Millis): void {
    this.#connectServers()
    for (const node of this.#others) {
      const server = this.#nearest(node, this.#servers)
      if (server !== undefined) this.#connect(node, server)
    }
    this.#openAll(withinMs)
  }

  #connectServers(): void {
    for (const [i, server] of this.#servers.entries()) {
      for (const other of this.#servers.slice(0, i)) this.#connect(server, other)
    }
  }

  #openAll(withinMs: Millis): void {
    const crowdAt = this.#servers.length > 0 ? aheadMs : 0
    for (const link of this.#sim.links.values()) {
      const isAhead = link.ends.every(({ node }) => node.isServer || node === this.#others[0])
      const at = isAhead ? 0 : crowdAt + this.#sim.random.between(0, withinMs)
      this.#sim.after(at, () => this.#sim.reconnect(link))
    }
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
      if (peer === node || node.links.has(peer.id) || !this.#options.paths.canConnect(node, peer)) continue
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
      const peer = this.#sim.random.pick(
        [...reached].filter(node => this.#options.paths.canConnect(outside, node))
      )
      this.#connect(outside, peer)
    }
  }

  #connect(a: SimNode, b: SimNode): void {
    const way = this.#options.paths.between(a, b)
    if (way === undefined) throw new Error(`${a.name} and ${b.name} cannot connect`)
    this.#sim.wire(a.name, b.name, way)
  }
}
