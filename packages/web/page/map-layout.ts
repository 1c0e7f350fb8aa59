/** Where everything in the drawing of the neighbourhood goes. Pure: a view and a width in, coordinates out. */
import type { Neighbour, View } from './view.ts'

interface PathNode {
  role: 'you' | 'relay' | 'speaker' | 'more' | 'nobody'
  /** Peer id, where it is known: a tab knows its neighbours and the publisher, not who is between. */
  peer?: string
  label: string
}

/** From this tab outwards, along the stream. */
interface Way {
  nodes: PathNode[]
  /** `in`: sound comes to this tab; `out`: it leaves from here; `still`: nothing moves. */
  flow: 'in' | 'out' | 'still'
}

export interface Placed extends PathNode {
  x: number
  y: number
}

interface Arc {
  /** SVG path data, in the direction in which the sound travels. */
  d: string
  /** Where a note on this link goes. */
  apex: { x: number; y: number }
  /** Not connected yet, or not known in detail. */
  faint: boolean
  /** The neighbour whose link with this tab it is. */
  neighbour?: string
}

export interface MapLayout {
  width: number
  height: number
  nodes: Placed[]
  arcs: Arc[]
  /** The whole way of the sound as one path; empty when nothing moves. */
  flow: string
  /** Neighbours beside the way. */
  others: { peer: string; x: number; y: number; line: string }[]
  /** Neighbours that there was no room for. */
  hidden: number
}

/** Over the arcs, for the round trips; under the nodes, for their names. */
const noteRoom = 30
const nameRoom = 62
const riseMax = 66
const otherStep = 38
const othersMax = 3
const othersRoom = 120
const gapMax = 230
const edge = 46

/** What is known of the way that sound takes to this tab, or from it. */
export function wayOf(view: View): Way {
  const you: PathNode = { role: 'you', label: 'this tab', ...(view.self && { peer: view.self }) }
  const { activity } = view
  const [nearest] = view.neighbours
  if (activity.type === 'listening' && activity.stats.upstream && activity.stats.publisher) {
    const { upstream, publisher, hops = 1, state } = activity.stats
    const flow = state === 'playing' ? 'in' : 'still'
    const speaker: PathNode = { role: 'speaker', peer: publisher, label: 'speaker' }
    if (upstream === publisher) return { nodes: [you, speaker], flow }
    return { nodes: [you, relayNode(upstream), ...between(hops - 2), speaker], flow }
  }
  if (activity.type === 'publishing') {
    const [child] = view.children
    const relay = child ?? nearest?.peer
    const nodes = relay ? [you, relayNode(relay), nobody('listeners')] : [you]
    return { nodes, flow: child ? 'out' : 'still' }
  }
  return { nodes: nearest ? [you, relayNode(nearest.peer), nobody('someone')] : [you], flow: 'still' }
}

function relayNode(peer: string): PathNode {
  return { role: 'relay', peer, label: 'relay' }
}

function nobody(label: string): PathNode {
  return { role: 'nobody', label }
}

/** Two relays are drawn one by one, more as one node that counts them. */
function between(count: number): PathNode[] {
  if (count > 2) return [{ role: 'more', label: `${count} more relays` }]
  return Array.from({ length: Math.max(count, 0) }, () => ({ role: 'more', label: 'relay' }))
}

/** @param width of the drawing in CSS pixels, at least 240 */
export function layOut(view: View, width: number): MapLayout {
  const way = wayOf(view)
  const onWay = new Set(way.nodes.map(node => node.peer))
  const beside = view.neighbours.filter(neighbour => !onWay.has(neighbour.peer))
  const right = beside.length > 0 ? Math.min(othersRoom, width / 4) : 0
  const room = width - 2 * edge - right
  const steps = Math.max(way.nodes.length - 1, 1)
  const gap = Math.min(room / steps, gapMax)
  const youX = width / 2 - right / 2 + (gap * (way.nodes.length - 1)) / 2
  const rise = Math.min(gap * 0.42, riseMax)
  const baseline = noteRoom + (way.nodes.length > 1 ? rise : 0) + (beside.length > 1 ? 12 : 0)
  const nodes = way.nodes.map((node, i) => ({ ...node, x: youX - i * gap, y: baseline }))
  const arcs = nodes.slice(1).map((outer, i) => arcBetween(outer, nodes[i] as Placed, rise, way.flow))
  return {
    width,
    height: baseline + nameRoom,
    nodes,
    arcs,
    flow: way.flow === 'still' ? '' : joined(way.flow === 'in' ? arcs.toReversed() : arcs),
    others: placeOthers(beside, { x: youX, y: baseline }, right),
    hidden: Math.max(beside.length - othersMax, 0)
  }
}

function arcBetween(outer: Placed, inner: Placed, rise: number, flow: Way['flow']): Arc {
  const [from, to] = flow === 'out' ? [inner, outer] : [outer, inner]
  // A cubic's apex is at three quarters of the height of its control points.
  const control = from.y - (rise * 4) / 3
  const bend = (to.x - from.x) * 0.22
  const d = `M${point(from.x, from.y)} C${point(from.x + bend, control)} ${point(to.x - bend, control)} ${point(to.x, to.y)}`
  return {
    d,
    apex: { x: (from.x + to.x) / 2, y: from.y - rise },
    faint: outer.role === 'nobody',
    ...(inner.role === 'you' && outer.peer && { neighbour: outer.peer })
  }
}

/** One path out of arcs that follow each other: only the first keeps its `M`. */
function joined(arcs: Arc[]): string {
  return arcs.map((arc, i) => (i === 0 ? arc.d : arc.d.slice(arc.d.indexOf('C')))).join(' ')
}

function placeOthers(beside: Neighbour[], you: { x: number; y: number }, right: number): MapLayout['others'] {
  const shown = beside.slice(0, othersMax)
  return shown.map(({ peer }, i) => {
    const x = you.x + right - 12
    const y = you.y + (i - (shown.length - 1) / 2) * otherStep
    return { peer, x, y, line: `M${point(you.x, you.y)} L${point(x, y)}` }
  })
}

function point(x: number, y: number): string {
  return `${x.toFixed(1)},${y.toFixed(1)}`
}
