/** The live drawing of the neighbourhood: sound hops from node to node along arcs. */
import { layOut, type MapLayout, type Placed } from './map-layout.ts'
import { svg } from './svg.ts'
import { shortPeer, type View } from './view.ts'

/** Seconds that a dot takes over one arc. */
const hopSeconds = 0.75
const dots = 3
const widthMin = 240

export class NeighbourhoodMap {
  readonly #host: HTMLElement
  readonly #stillness = matchMedia('(prefers-reduced-motion: reduce)')
  #view: View | undefined
  #width: number
  #drawn = ''

  constructor(host: HTMLElement) {
    this.#host = host
    this.#width = host.clientWidth
    new ResizeObserver(() => {
      this.#width = host.clientWidth
      this.#draw()
    }).observe(host)
    this.#stillness.addEventListener('change', () => this.#draw())
  }

  render(view: View): void {
    this.#view = view
    this.#draw()
  }

  #draw(): void {
    if (this.#view === undefined) return
    const layout = layOut(this.#view, Math.max(this.#width, widthMin))
    const moving = layout.flow !== '' && !this.#stillness.matches
    // Redrawn only when something has moved: otherwise the dots would start again and again.
    const key = JSON.stringify([layout, moving])
    if (key !== this.#drawn) this.#host.replaceChildren(draw(layout, moving))
    this.#drawn = key
    this.#noteRoundTrips(this.#view)
  }

  #noteRoundTrips(view: View): void {
    for (const { peer, rttMs } of view.neighbours) {
      const note = this.#host.querySelector(`[data-peer="${CSS.escape(peer)}"]`)
      if (note) note.textContent = rttMs === undefined ? '' : formatMs(rttMs)
    }
  }
}

/** With a decimal below 10 ms, where it matters. */
export function formatMs(ms: number): string {
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`
}

function draw(layout: MapLayout, moving: boolean): SVGElement {
  const { width, height } = layout
  const picture = svg('svg', { viewBox: `0 0 ${width} ${height}`, width, height, role: 'img' })
  picture.append(svg('title', {}, [describe(layout)]))
  for (const other of layout.others) picture.append(svg('path', { class: 'beside', d: other.line }))
  for (const arc of layout.arcs) {
    const flows = layout.flow !== '' && !arc.faint
    picture.append(svg('path', { class: arc.faint ? 'arc faint' : flows ? 'arc flows' : 'arc', d: arc.d }))
    if (arc.neighbour) {
      const { x, y } = arc.apex
      picture.append(svg('text', { class: 'note', x, y: y - 9, 'data-peer': arc.neighbour }))
    }
  }
  if (moving) picture.append(...movingDots(layout))
  for (const other of layout.others) {
    picture.append(
      svg('circle', { class: 'node relay', cx: other.x, cy: other.y, r: 6 }),
      svg('text', { class: 'peer', x: other.x, y: other.y + 20 }, [shortPeer(other.peer)])
    )
  }
  for (const node of layout.nodes) picture.append(...drawNode(node))
  if (layout.hidden > 0) {
    picture.append(svg('text', { class: 'role', x: width - 40, y: height - 4 }, [`+${layout.hidden}`]))
  }
  return picture
}

function drawNode(node: Placed): SVGElement[] {
  const radius = { you: 11, speaker: 11, relay: 8, more: 6, nobody: 8 }[node.role]
  const parts = [svg('circle', { class: `node ${node.role}`, cx: node.x, cy: node.y, r: radius })]
  if (node.role === 'you') parts.push(svg('circle', { class: 'heart', cx: node.x, cy: node.y, r: 4 }))
  parts.push(svg('text', { class: 'role', x: node.x, y: node.y + 32 }, [node.label]))
  if (node.peer) parts.push(svg('text', { class: 'peer', x: node.x, y: node.y + 50 }, [shortPeer(node.peer)]))
  return parts
}

function movingDots({ flow, arcs }: MapLayout): SVGElement[] {
  const seconds = arcs.length * hopSeconds
  return Array.from({ length: dots }, (_, i) => {
    const motion = svg('animateMotion', {
      path: flow,
      dur: `${seconds}s`,
      begin: `${(-i * seconds) / dots}s`,
      repeatCount: 'indefinite'
    })
    return svg('circle', { class: 'mover', r: 4.5 }, [motion])
  })
}

function describe({ nodes, flow }: MapLayout): string {
  const names = nodes.map(node => (node.peer ? `${node.label} ${shortPeer(node.peer)}` : node.label))
  return flow === '' ? `Neighbourhood: ${names.join(', ')}` : `The way of the sound: ${names.join(', ')}`
}
