import { svg } from './svg.ts'

/** Values of the last minute, at one a second. */
const valuesMax = 60

/** The path of a line through `values` in a box of `width` × `height`, oldest first and ending at the right edge. */
export function sparkPath(values: readonly number[], width: number, height: number): string {
  const low = Math.min(...values)
  // Ten milliseconds at least from bottom to top, so that a steady line is drawn as one.
  const span = Math.max(Math.max(...values) - low, 10)
  const step = width / (valuesMax - 1)
  return values
    .map((value, i) => {
      const x = width - (values.length - 1 - i) * step
      const y = height - ((value - low) / span) * height
      return `${i === 0 ? 'M' : 'L'}${x.toFixed(1)},${y.toFixed(1)}`
    })
    .join(' ')
}

/** The latency of the last minute as a little line. */
export class Sparkline {
  readonly #host: HTMLElement
  readonly #values: number[] = []
  #lastAt = Number.NEGATIVE_INFINITY

  constructor(host: HTMLElement) {
    this.#host = host
  }

  /** @param now milliseconds; what comes within a second of the last value is left out */
  add(value: number, now: number): void {
    if (now - this.#lastAt < 1_000) return
    this.#lastAt = now
    this.#values.push(value)
    if (this.#values.length > valuesMax) this.#values.shift()
    this.#draw()
  }

  clear(): void {
    this.#values.length = 0
    this.#lastAt = Number.NEGATIVE_INFINITY
    this.#draw()
  }

  #draw(): void {
    if (this.#values.length === 0) {
      this.#host.replaceChildren()
      return
    }
    const [width, height] = [240, 36]
    const line = sparkPath(this.#values, width, height)
    const start = line.slice(1, line.indexOf(','))
    const picture = svg('svg', { viewBox: `0 -3 ${width} ${height + 6}`, preserveAspectRatio: 'none' }, [
      svg('path', { class: 'area', d: `${line} L${width},${height + 3} L${start},${height + 3} Z` }),
      svg('path', { class: 'line', d: line })
    ])
    this.#host.replaceChildren(picture)
  }
}
