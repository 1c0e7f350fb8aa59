/**
 * What must hold in every run. `checkStep` looks after each step, at what of the node may have changed in it: no other
 * node has changed, and a loop that is new goes through a next hop, or a parent, that is new. `unsettled` looks at all
 * nodes, and lists what is not yet as it has to be once the network has been left alone for a while.
 */
import { type Input, type Millis, type Output, type PeerId, type StreamId, streamId } from '@hopcast/protocol'
import type { StreamView } from '../../packages/protocol/src/streams.ts'
import type { SimNode } from './node.ts'
import { InvariantBreak } from './observer.ts'
import { reachable } from './oracle.ts'
import type { Simulation } from './simulation.ts'

/** What a node did in one call of `handle`. */
interface Step {
  node: SimNode
  input: Input
  outputs: readonly Output[]
  /** By the node's clock. */
  now: Millis
  /** When it wants to be called again, by the same clock. */
  deadline: Millis | undefined
}

/** @throws InvariantBreak that names the node and what is wrong with it */
export function checkStep(sim: Simulation, step: Step): void {
  const { node, input } = step
  const { overlay } = node
  for (const origin of overlay.rerouted) checkRoute(sim, node, origin)
  const touched = touchedStreams(step)
  if (touched === 'all') checkStreams(sim, node)
  else if (touched !== undefined) checkOneStream(sim, node, touched)
  if (input.type === 'connected') atMost(node, 'neighbours', present(node).size, node.config.neighboursMax)
  checkDeadline(step)
}

/**
 * The streams whose parent or children may be others than before: all, unless it is sure that it can only be one, or
 * none. Most steps are objects that pass, and beats.
 */
function touchedStreams({ node, input, outputs }: Step): StreamId | 'all' | undefined {
  if (node.overlay.rerouted.length > 0) return 'all'
  if (input.type === 'object') {
    return input.object.header.end || !outputs.every(isPassing) ? 'all' : undefined
  }
  if ((input.type === 'announcement' || input.type === 'timeout') && outputs.every(isControl))
    return undefined
  if (input.type === 'command') return input.command.type === 'write' ? undefined : 'all'
  if (input.type !== 'message' || outputs.some(output => output.type === 'neighbour')) return 'all'
  switch (input.message.type) {
    case 'beat':
    case 'sync':
    case 'metrics':
    case 'seqno-req':
      return undefined
    case 'sub':
      return streamId(input.message)
    case 'sub-ok':
    case 'sub-nack':
    case 'unsub':
      return input.message.stream
    default:
      return 'all'
  }
}

function isPassing({ type }: Output): boolean {
  return type === 'forward' || type === 'deliver' || type === 'subscription'
}

const aboutStreams: ReadonlySet<string> = new Set(['sub', 'sub-nack', 'unsub'])

/** None of these takes up a stream or lets it go. */
function isControl(output: Output): boolean {
  return output.type === 'send' && !aboutStreams.has(output.message.type)
}

/** No routing loop, at any instant, whatever is on its way. */
function checkRoute(sim: Simulation, node: SimNode, origin: PeerId): void {
  note(node.nextHops, origin, node.overlay.route(origin)?.nextHop)
  const path = routePath(sim, node, origin)
  if (path.loops)
    throw new InvariantBreak('loop', `a routing loop to ${nameOf(sim, origin)}: ${names(path.nodes)}`)
}

function checkOneStream(sim: Simulation, node: SimNode, stream: StreamId): void {
  const view = node.overlay.stream(stream)
  if (view === undefined) node.parents.delete(stream)
  else checkStream(sim, node, view, present(node))
}

function checkStreams(sim: Simulation, node: SimNode): void {
  const { config } = node
  const neighbours = present(node)
  let relayed = 0
  for (const view of node.overlay.streams()) {
    if (view.publisher !== node.id) relayed++
    checkStream(sim, node, view, neighbours)
  }
  for (const stream of node.parents.keys()) {
    if (node.overlay.stream(stream) === undefined) node.parents.delete(stream)
  }
  atMost(node, 'streams', relayed, config.streamsMax)
  atMost(node, 'origins', node.nextHops.size, config.originsMax + config.originsOnDemandMax)
}

/**
 * One parent per stream, which is no child; nothing kept that nobody wants. And parents form a tree: following them never
 * comes back to where it started.
 */
function checkStream(
  sim: Simulation,
  node: SimNode,
  view: StreamView,
  neighbours: ReadonlySet<PeerId>
): void {
  const { stream, publisher, upstream, children, expected, subscribers } = view
  const of = `${node.name}, stream ${stream}`
  const isOwn = publisher === node.id
  if (isOwn && upstream !== undefined) throw new InvariantBreak('rule', `${of}: a publisher with a parent`)
  if (!isOwn && children.length + expected + subscribers === 0)
    throw new InvariantBreak('rule', `${of}: kept for nobody`)
  if (upstream !== undefined && !neighbours.has(upstream))
    throw new InvariantBreak('rule', `${of}: a parent that is gone`)
  if (new Set(children).size !== children.length) throw new InvariantBreak('rule', `${of}: a child twice`)
  for (const child of children) {
    if (child === upstream) throw new InvariantBreak('rule', `${of}: one neighbour is parent and child`)
    if (!neighbours.has(child)) throw new InvariantBreak('rule', `${of}: a child that is gone`)
  }
  const before = node.parents.get(stream)
  if (before !== undefined && upstream !== undefined && before !== upstream)
    sim.observer?.onParent(node, stream)
  note(node.parents, stream, upstream)
  atMost(node, 'children', children.length, node.config.childrenPerStreamMax)
  if (upstream === undefined) return
  const path = parentPath(sim, node, stream)
  if (path.loops) throw new InvariantBreak('loop', `parents in a circle for ${stream}: ${names(path.nodes)}`)
}

/** A node is woken when it asked for it, and does what it asked for. */
function checkDeadline({ node, input, now, deadline }: Step): void {
  if (deadline === undefined) return
  if (deadline < now) throw new InvariantBreak('rule', `${node.name}: woken ${now - deadline} ms too late`)
  if (input.type === 'timeout' && deadline <= now)
    throw new InvariantBreak('rule', `${node.name}: a timer that stays due`)
}

/** What was seen of the node last, for those who measure, and for the test that a step's checks miss nothing. */
function note<Key>(seen: Map<Key, PeerId>, key: Key, peer: PeerId | undefined): void {
  if (peer === undefined) seen.delete(key)
  else seen.set(key, peer)
}

function present(node: SimNode): Set<PeerId> {
  const peers = new Set<PeerId>()
  for (const { peer } of node.overlay.neighbours()) peers.add(peer)
  return peers
}

function atMost(node: SimNode, what: string, count: number, max: number): void {
  if (count > max) throw new InvariantBreak('rule', `${node.name}: ${count} ${what}, more than ${max}`)
}

interface Path {
  /** Those passed, the first included, as far as the way is known. */
  nodes: SimNode[]
  loops: boolean
}

/** The next hops from `node` towards `origin`. A hop counts while both of its ends are in the same session. */
export function routePath(sim: Simulation, node: SimNode, origin: PeerId): Path {
  return follow(sim, node, hop => hop.overlay.route(origin)?.nextHop)
}

/** The parents of `node` for a stream. */
export function parentPath(sim: Simulation, node: SimNode, stream: StreamId): Path {
  return follow(sim, node, hop => hop.overlay.stream(stream)?.upstream)
}

function follow(sim: Simulation, start: SimNode, next: (node: SimNode) => PeerId | undefined): Path {
  const nodes = [start]
  for (let node = start; ; ) {
    const peer = next(node)
    if (peer === undefined || !node.links.get(peer)?.isWhole) return { nodes, loops: false }
    node = sim.nodesById.get(peer) as SimNode
    const loops = nodes.includes(node)
    nodes.push(node)
    if (loops) return { nodes, loops }
  }
}

/**
 * What is not as it has to be at rest, in words; empty once the network has settled. Of strangers nothing is expected, and
 * ways to publishers that they are, or make up, may be there or not.
 */
export function unsettled(sim: Simulation): string[] {
  const problems: string[] = []
  for (const link of sim.links.values()) {
    const isKnown = link.ends.some(end => end.node.running && end.session !== undefined)
    if (isKnown && !link.isUp)
      problems.push(`${names(link.ends.map(end => end.node))} is dead, and not noticed`)
  }
  const byPublisher = new Map<SimNode, Set<SimNode>>()
  for (const run of sim.runs.values()) {
    if (run.publisher.isStranger) continue
    if (run.live && !byPublisher.has(run.publisher)) byPublisher.set(run.publisher, reachable(run.publisher))
  }
  for (const node of sim.nodes.values()) {
    if (!node.running || node.isStranger) continue
    problems.push(...unsettledRoutes(sim, node, byPublisher))
    problems.push(...unsettledStreams(sim, node))
    problems.push(...unsettledSubscriptions(sim, node, byPublisher))
  }
  return problems
}

/** A way to every live publisher that can be reached, and to no other. */
function unsettledRoutes(sim: Simulation, node: SimNode, live: Map<SimNode, Set<SimNode>>): string[] {
  const problems: string[] = []
  for (const [publisher, reached] of live) {
    const should = reached.has(node) && node !== publisher
    const way = routePath(sim, node, publisher.id).nodes
    const does = node !== publisher && way.at(-1) === publisher
    if (should && !does) problems.push(`${node.name} has no way to ${publisher.name}: ${names(way)}`)
  }
  for (const { origin } of node.overlay.routes()) {
    const publisher = sim.nodesById.get(origin)
    if (publisher === undefined || publisher.isStranger) continue
    if (live.get(publisher)?.has(node) !== true) {
      problems.push(`${node.name} believes in a way to ${publisher.name}`)
    }
  }
  return problems
}

/** Parent and child know each other, and what is kept of a stream serves somebody. */
function unsettledStreams(sim: Simulation, node: SimNode): string[] {
  const problems: string[] = []
  for (const { stream, publisher, upstream, children, subscribers } of node.overlay.streams()) {
    const of = `${node.name}, stream ${stream}`
    if (sim.runs.get(stream)?.live !== true && subscribers === 0)
      problems.push(`${of}: of a run that is over`)
    for (const child of children) {
      const other = sim.nodesById.get(child) as SimNode
      if (other.isStranger) continue
      if (!other.running || other.overlay.stream(stream)?.upstream !== node.id) {
        problems.push(`${of}: ${other.name} is no child of it`)
      }
    }
    if (upstream === undefined) continue
    const parent = sim.nodesById.get(upstream) as SimNode
    if (parent.isStranger) continue
    if (!parent.overlay.stream(stream)?.children.includes(node.id))
      problems.push(`${of}: not fed by ${parent.name}`)
    const way = parentPath(sim, node, stream).nodes
    if (way.at(-1)?.id !== publisher) problems.push(`${of}: fed from nowhere, ${names(way)}`)
    if (upstream !== node.overlay.route(publisher)?.nextHop) problems.push(`${of}: fed beside its route`)
  }
  return problems
}

/** A subscription is fed by a live run if one can be reached, and otherwise does not claim to be. */
function unsettledSubscriptions(sim: Simulation, node: SimNode, live: Map<SimNode, Set<SimNode>>): string[] {
  const problems: string[] = []
  for (const reception of node.receptions.values()) {
    const runs = [...sim.runs].filter(([, run]) => run.live && run.channel === reception.channel)
    if (runs.some(([, { publisher }]) => publisher.isStranger)) continue
    const wanted = runs.filter(([, run]) => live.get(run.publisher)?.has(node))
    if (wanted.length === 0) {
      if (reception.live) problems.push(`${reception} claims to be live`)
      continue
    }
    const fed = wanted.filter(([stream, run]) => {
      const view = node.overlay.stream(stream)
      return (view?.subscribers ?? 0) > 0 && (run.publisher === node || view?.upstream !== undefined)
    })
    if (!reception.live || fed.length === 0) problems.push(`${reception} is not fed`)
    const [some, all] = [fed, wanted].map(list => new Set(list.map(([, run]) => run)).size)
    if (reception.mode === 'any' && some !== 1) problems.push(`${reception} is fed by ${some} runs`)
    if (reception.mode === 'all' && (some !== all || reception.heard.size !== all))
      problems.push(`${reception} is fed by ${some} runs of ${all}`)
  }
  return problems
}

function names(nodes: readonly SimNode[]): string {
  return nodes.map(node => node.name).join(' → ')
}

function nameOf(sim: Simulation, peer: PeerId): string {
  return sim.nodesById.get(peer)?.name ?? peer
}
