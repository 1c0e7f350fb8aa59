/** Charts: bars of a distribution, and lines over time or over size. */
import { compact, element, escaped, label, short, ticks } from './svg.ts'

const width = 480
const height = 240
const margin = { left: 48, right: 12, top: 26, bottom: 36 }
const inner = { width: width - margin.left - margin.right, height: height - margin.top - margin.bottom }

interface Line {
  name: string
  /** A class of the page's style. */
  style: string
  points: readonly (readonly [number, number])[]
}

export interface LineChart {
  /** What it shows, for those who cannot see it. */
  title: string
  x: string
  y: string
  lines: readonly Line[]
  /** Both axes count in powers. */
  isLogarithmic?: boolean
  /** Here something begins. */
  mark?: { x: number; text: string }
}

export function lineChart(chart: LineChart): string {
  return figure(chart.title, lines(chart), chart.lines)
}

/** What a line chart draws, 480 by 240. */
export function lines({ x, y, lines: all, isLogarithmic = false, mark }: LineChart): string {
  const points = all.flatMap(line => line.points)
  const xs = points.map(point => point[0])
  const ys = points.map(point => point[1])
  const scaleX = isLogarithmic ? logScale(xs, inner.width) : linearScale(xs, inner.width)
  const scaleY = isLogarithmic ? logScale(ys, inner.height) : linearScale([0, ...ys], inner.height)
  const place = ([px, py]: readonly [number, number]) =>
    [short(margin.left + scaleX.at(px)), short(margin.top + inner.height - scaleY.at(py))] as const
  const drawn = all.map(line => {
    const path = line.points.map((point, i) => `${i === 0 ? 'M' : 'L'}${place(point).join(' ')}`).join('')
    const dots = isLogarithmic ? line.points.map(point => dot(place(point), line.style)) : []
    return element('path', { d: path, class: `line ${line.style}` }) + dots.join('')
  })
  const marked = mark === undefined ? '' : verticalMark(margin.left + scaleX.at(mark.x), mark.text)
  return axes(scaleX, scaleY, x, y) + drawn.join('') + marked
}

interface BarChart {
  title: string
  x: string
  y: string
  bars: readonly number[]
  /** Where the last bar ends, in units of x. */
  to: number
  marks: readonly { x: number; text: string }[]
}

export function barChart({ title, x, y, bars, to, marks }: BarChart): string {
  const scaleX = linearScale([0, to], inner.width)
  const scaleY = linearScale([0, ...bars], inner.height)
  const step = inner.width / bars.length
  const drawn = bars.map((value, i) => {
    const tall = scaleY.at(value)
    const at = { x: short(margin.left + i * step), y: short(margin.top + inner.height - tall) }
    return element('rect', {
      ...at,
      width: short(Math.max(0.5, step - 0.5)),
      height: short(tall),
      class: 'bar'
    })
  })
  const marked = marks.map((mark, i) => verticalMark(margin.left + scaleX.at(mark.x), mark.text, i))
  return figure(title, axes(scaleX, scaleY, x, y) + drawn.join('') + marked.join(''), [])
}

interface Scale {
  at: (value: number) => number
  ticks: readonly number[]
}

function linearScale(values: readonly number[], length: number): Scale {
  const max = Math.max(...values) || 1
  return { at: value => (Math.min(value, max) / max) * length, ticks: ticks(max) }
}

function logScale(values: readonly number[], length: number): Scale {
  const from = Math.floor(Math.log10(Math.min(...values)))
  const to = Math.max(from + 1, Math.ceil(Math.log10(Math.max(...values))))
  const powers = Array.from({ length: to - from + 1 }, (_, i) => 10 ** (from + i))
  return { at: value => ((Math.log10(value) - from) / (to - from)) * length, ticks: powers }
}

function axes(scaleX: Scale, scaleY: Scale, x: string, y: string): string {
  const bottom = margin.top + inner.height
  const parts = scaleY.ticks.map(tick => {
    const at = short(bottom - scaleY.at(tick))
    const grid = { x1: margin.left, x2: margin.left + inner.width, y1: at, y2: at, class: 'grid' }
    return element('line', grid) + label(margin.left - 6, at + 4, compact(tick), { 'text-anchor': 'end' })
  })
  const below = scaleX.ticks.map(tick =>
    label(margin.left + scaleX.at(tick), bottom + 16, compact(tick), { 'text-anchor': 'middle' })
  )
  const names = [
    label(margin.left + inner.width, bottom + 31, x, { 'text-anchor': 'end', class: 'axis' }),
    label(margin.left, margin.top - 10, y, { class: 'axis' })
  ]
  return [...parts, ...below, ...names].join('')
}

/** @param row marks side by side do not cover each other's texts */
function verticalMark(at: number, text: string, row = 0): string {
  const line = { x1: short(at), x2: short(at), y1: margin.top, y2: margin.top + inner.height, class: 'mark' }
  const isRight = at > margin.left + 0.75 * inner.width
  const place = isRight ? { 'text-anchor': 'end' } : {}
  return (
    element('line', line) +
    label(at + (isRight ? -4 : 4), margin.top + 10 + 15 * row, text, { class: 'mark-text', ...place })
  )
}

function dot([cx, cy]: readonly [number, number], style: string): string {
  return element('circle', { cx, cy, r: 3.5, class: `dot ${style}` })
}

function figure(title: string, content: string, lines: readonly Line[]): string {
  const svg = element('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': title }, content)
  const keys = lines.map(({ name, style }) => `<span class="key ${style}">${escaped(name)}</span>`).join('')
  const caption = `<figcaption>${escaped(title)}${lines.length > 1 ? `<span class="keys">${keys}</span>` : ''}</figcaption>`
  return `<figure>${caption}${svg}</figure>`
}
