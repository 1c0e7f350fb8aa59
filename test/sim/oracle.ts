/** What a node that knows everything would do: the ground truth that runs are compared with. */
import type { Micros, PeerId } from '@hopcast/protocol'
import type { SimLink } from './link.ts'
import type { SimNode } from './node.ts'
import type { Simulation } from './simulation.ts'

/** The cost that a perfect measurement of the link gives, in microseconds (RFC 1, section "Cost"). */
export function trueCostUs(link: SimLink): Micros {
  const { linkBaseCostMs } = link.ends[0].node.config
  return 1_000 * (link.halfRttMs + linkBaseCostMs)
}

/** Every running node to which there is a way from `start`. */
export function reachable(start: SimNode): Set<SimNode> {
  const reached = new Set<SimNode>()
  const waiting = start.running ? [start] : []
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (reached.has(node)) continue
    reached.add(node)
    for (const link of node.links.values()) if (link.isUp) waiting.push(link.other(node).node)
  }
  return reached
}

/** The least cost from `origin` to every node that can be reached (Dijkstra, without a heap: the networks are small). */
export function leastCosts(origin: SimNode): Map<SimNode, Micros> {
  const settled = new Map<SimNode, Micros>()
  const open = new Map<SimNode, Micros>([[origin, 0]])
  while (open.size > 0) {
    const [node, cost] = [...open].reduce((least, entry) => (entry[1] < least[1] ? entry : least))
    open.delete(node)
    settled.set(node, cost)
    for (const link of node.links.values()) {
      const { node: other } = link.other(node)
      const through = cost + trueCostUs(link)
      const isNearer = through < (open.get(other) ?? Number.POSITIVE_INFINITY)
      if (link.isUp && !settled.has(other) && isNearer) open.set(other, through)
    }
  }
  return settled
}

/** The true cost of the way that `node` takes to `origin`; undefined when it does not get there. */
export function actualCostUs(sim: Simulation, node: SimNode, origin: PeerId): Micros | undefined {
  let cost = 0
  let hop = node
  for (let hops = 0; hop.id !== origin; hops++) {
    const nextHop = hop.overlay.route(origin)?.nextHop
    const link = nextHop && hop.links.get(nextHop)
    if (!link?.isUp || hops > sim.nodes.size) return undefined
    cost += trueCostUs(link)
    hop = link.other(hop).node
  }
  return cost
}

/** How much longer the ways in use are than the best ones: the ratios, in ascending order. */
export function stretches(sim: Simulation, origin: SimNode): number[] {
  const ratios: number[] = []
  for (const [node, least] of leastCosts(origin)) {
    const actual = node === origin ? undefined : actualCostUs(sim, node, origin.id)
    if (actual !== undefined) ratios.push(actual / least)
  }
  return ratios.sort((a, b) => a - b)
}
