/** What a node that knows everything would do: the ground truth that runs are compared with. */
import type { Micros, Millis, PeerId } from '@hopcast/protocol'
import { EventQueue } from './event-queue.ts'
import type { SimLink } from './link.ts'
import type { SimNode } from './node.ts'

/** The cost that a perfect measurement of the link gives, in microseconds (RFC 1, section "Cost"). */
function trueCostUs(link: SimLink): Micros {
  const { linkBaseCostMs } = link.ends[0].node.config
  return 1_000 * (link.halfRttMs + linkBaseCostMs)
}

/**
 * Every running node to which there is a way from `start`, over links that are up, or that `isUsable` allows. Strangers
 * are reached, and lead nowhere.
 */
export function reachable(start: SimNode, isUsable = (link: SimLink): boolean => link.isUp): Set<SimNode> {
  const reached = new Set<SimNode>()
  const waiting = start.running ? [start] : []
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (reached.has(node)) continue
    reached.add(node)
    if (node.isStranger && node !== start) continue
    for (const link of node.links.values()) if (isUsable(link)) waiting.push(link.other(node).node)
  }
  return reached
}

/** The least cost from `origin` to every node that can be reached (Dijkstra). */
function leastCosts(origin: SimNode): Map<SimNode, Micros> {
  return shortest(origin, trueCostUs)
}

/** The least time that an object can take from `origin` to every node that can be reached. */
export function leastDelays(origin: SimNode): Map<SimNode, Millis> {
  return shortest(origin, (link, from) => link.delayFrom(from))
}

function shortest(origin: SimNode, lengthOf: (link: SimLink, from: SimNode) => number): Map<SimNode, number> {
  const settled = new Map<SimNode, number>()
  const open = new EventQueue<SimNode>()
  open.add(0, origin)
  for (let length = open.nextAt; length !== undefined; length = open.nextAt) {
    const node = open.take() as SimNode
    if (settled.has(node)) continue
    settled.set(node, length)
    for (const link of node.links.values()) {
      const { node: other } = link.other(node)
      if (link.isUp && !settled.has(other)) open.add(length + lengthOf(link, node), other)
    }
  }
  return settled
}

/** The true cost of the way that `node` takes to `origin`; undefined when it does not get there. */
function actualCostUs(node: SimNode, origin: PeerId): Micros | undefined {
  return along(node, origin, hop => hop.overlay.route(origin)?.nextHop, trueCostUs)
}

/** What an object takes down the tree of a stream to `node`; undefined when the tree does not reach from its publisher. */
export function treeDelayMs(
  node: SimNode,
  publisher: PeerId,
  parentOf: (node: SimNode) => PeerId | undefined
): Millis | undefined {
  return along(node, publisher, parentOf, (link, from) => link.delayFrom(from))
}

/** The length of the way from `node` towards `origin`; each link is taken in the direction of the data. */
function along(
  node: SimNode,
  origin: PeerId,
  next: (node: SimNode) => PeerId | undefined,
  lengthOf: (link: SimLink, from: SimNode) => number
): number | undefined {
  const passed = new Set<SimNode>()
  let length = 0
  for (let hop = node; hop.id !== origin; ) {
    const peer = next(hop)
    const link = peer && hop.links.get(peer)
    if (!link?.isUp || passed.has(hop)) return undefined
    passed.add(hop)
    hop = link.other(hop).node
    length += lengthOf(link, hop)
  }
  return length
}

/** How much longer the ways in use are than the best ones: the ratios, in ascending order. */
export function stretches(origin: SimNode): number[] {
  const ratios: number[] = []
  for (const [node, least] of leastCosts(origin)) {
    const actual = node === origin ? undefined : actualCostUs(node, origin.id)
    if (actual !== undefined) ratios.push(actual / least)
  }
  return ratios.sort((a, b) => a - b)
}
