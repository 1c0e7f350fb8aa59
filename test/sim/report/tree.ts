/** The tree of the stream with the most listeners: the publisher in the middle, and further out who hears it later. */
import type { Millis, StreamId } from '@hopcast/protocol'
import type { SimNode } from '../node.ts'
import { treeDelayMs } from '../oracle.ts'
import type { Simulation } from '../simulation.ts'
import { regions } from '../underlay/regions.ts'
import { element, escaped, label, short, ticks } from './svg.ts'

const size = 640
const middle = size / 2
const radiusMax = middle - 14

interface Place {
  node: SimNode
  parent: Place | undefined
  delayMs: Millis
  /** In turns. */
  angle: number
}

/** Undefined when nobody listens. */
export function treeFigure(sim: Simulation): string | undefined {
  const stream = largest(sim)
  if (stream === undefined) return undefined
  const places = placesOf(sim, stream)
  const longest = Math.max(...places.map(place => place.delayMs), 1)
  const at = (place: Place) => {
    const radius = (place.delayMs / longest) * radiusMax
    const radians = 2 * Math.PI * place.angle
    return [short(middle + radius * Math.cos(radians)), short(middle + radius * Math.sin(radians))] as const
  }
  const edges = new Map<number, string>()
  const dots: string[] = []
  const dotRadius = places.length > 3_000 ? 1 : places.length > 500 ? 1.8 : 3
  for (const place of places) {
    const { node, parent } = place
    const [cx, cy] = at(place)
    if (parent !== undefined) {
      edges.set(node.region, `${edges.get(node.region) ?? ''}M${at(parent).join(' ')}L${cx} ${cy}`)
    }
    const text = `${node.name}, ${regions[node.region]}, ${Math.round(place.delayMs)} ms`
    const shape = { cx, cy, r: parent === undefined ? 6 : node.isServer ? 4 : dotRadius }
    dots.push(
      element('circle', { ...shape, class: `region r${node.region}` }, element('title', {}, escaped(text)))
    )
  }
  const paths = [...edges].map(([region, d]) => element('path', { d, class: `edge r${region}` }))
  const title = `The tree at the end: ${places.length - 1} nodes; further out is later`
  const svg = element(
    'svg',
    { viewBox: `0 0 ${size} ${size}`, role: 'img', 'aria-label': title },
    rings(longest) + paths.join('') + dots.join('')
  )
  return `<figure class="tree"><figcaption>${title}<span class="keys">${legend(places)}</span></figcaption>${svg}</figure>`
}

function largest(sim: Simulation): StreamId | undefined {
  let best: { stream: StreamId; listeners: number } | undefined
  const counts = new Map<StreamId, number>()
  for (const node of sim.nodes.values()) {
    for (const stream of node.parents.keys()) counts.set(stream, (counts.get(stream) ?? 0) + 1)
  }
  for (const [stream, listeners] of counts) {
    if (sim.runs.get(stream)?.live && listeners > (best?.listeners ?? 0)) best = { stream, listeners }
  }
  return best?.stream
}

/** Everyone's share of the circle is what hangs below. */
function placesOf(sim: Simulation, stream: StreamId): Place[] {
  const publisher = sim.runs.get(stream)?.publisher as SimNode
  const children = new Map<SimNode, SimNode[]>()
  for (const node of sim.nodes.values()) {
    const peer = node.parents.get(stream)
    const parent = peer && sim.nodesById.get(peer)
    if (parent && node.running) children.set(parent, [...(children.get(parent) ?? []), node])
  }
  const places: Place[] = []
  const visit = (node: SimNode, parent: Place | undefined, from: number, to: number): void => {
    const delayMs = treeDelayMs(node, publisher.id, hop => hop.parents.get(stream))
    const place: Place = { node, parent, delayMs: delayMs ?? 0, angle: (from + to) / 2 }
    places.push(place)
    const all = weightOf(node, children) - 1
    let start = from
    for (const child of children.get(node) ?? []) {
      const end = start + ((to - from) * weightOf(child, children)) / all
      visit(child, place, start, end)
      start = end
    }
  }
  visit(publisher, undefined, 0, 1)
  return places
}

/** Nodes below, itself included. Known ones are not counted again. */
const weights = new WeakMap<Map<SimNode, SimNode[]>, Map<SimNode, number>>()

function weightOf(node: SimNode, children: Map<SimNode, SimNode[]>): number {
  const known = weights.get(children) ?? new Map<SimNode, number>()
  weights.set(children, known)
  const weight = known.get(node)
  if (weight !== undefined) return weight
  const sum = (children.get(node) ?? []).reduce((total, child) => total + weightOf(child, children), 1)
  known.set(node, sum)
  return sum
}

function rings(longest: Millis): string {
  return ticks(longest)
    .slice(1)
    .map(tick => {
      const r = short((tick / longest) * radiusMax)
      const ring = element('circle', { cx: middle, cy: middle, r, class: 'ring' })
      return ring + label(middle, middle - r - 3, `${tick} ms`, { 'text-anchor': 'middle', class: 'axis' })
    })
    .join('')
}

function legend(places: readonly Place[]): string {
  const present = new Set(places.map(place => place.node.region))
  return regions
    .map((name, region) =>
      present.has(region) ? `<span class="key r${region}">${escaped(name)}</span>` : ''
    )
    .join('')
}
