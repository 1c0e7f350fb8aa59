/** The level of the sound over the last seconds, as bars that grow from the middle line. */

const barPx = 3
const gapPx = 3
/** Milliseconds per bar: the drawing moves by a bar each time. */
const barMs = 50
/** Quieter than this is drawn as silence, decibels below full scale. */
const floorDb = -54

/** Height of a bar, 0 to 1, for a level (root mean square, 0 to 1): even steps for the ear. */
export function barHeight(level: number): number {
  if (level <= 0) return 0
  const db = 20 * Math.log10(level)
  return Math.min(Math.max(1 - db / floorDb, 0), 1)
}

export class Wave {
  readonly #canvas: HTMLCanvasElement
  readonly #level: () => number
  readonly #bars: number[] = []
  #timer: ReturnType<typeof setInterval> | undefined

  /** @param level asked for each bar: root mean square, 0 to 1 */
  constructor(canvas: HTMLCanvasElement, level: () => number) {
    this.#canvas = canvas
    this.#level = level
    new ResizeObserver(() => this.#draw()).observe(canvas)
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#draw())
  }

  start(): void {
    this.#timer ??= setInterval(() => this.#step(), barMs)
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#bars.length = 0
    this.#draw()
  }

  #step(): void {
    this.#bars.push(barHeight(this.#level()))
    const barsMax = Math.ceil(this.#canvas.clientWidth / (barPx + gapPx)) + 1
    if (this.#bars.length > barsMax) this.#bars.splice(0, this.#bars.length - barsMax)
    this.#draw()
  }

  #draw(): void {
    const canvas = this.#canvas
    const [width, height] = [canvas.clientWidth, canvas.clientHeight]
    canvas.width = width * devicePixelRatio
    canvas.height = height * devicePixelRatio
    const context = canvas.getContext('2d')
    if (context === null) return
    context.scale(devicePixelRatio, devicePixelRatio)
    const style = getComputedStyle(canvas)
    const count = Math.floor(width / (barPx + gapPx))
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches
    for (let i = 0; i < count; i++) {
      // For those who asked for less motion the bars do not wander: all show the level of now.
      const value = still ? (this.#bars.at(-1) ?? 0) : (this.#bars[this.#bars.length - count + i] ?? 0)
      const bar = Math.max(value * height, barPx)
      context.fillStyle = style.getPropertyValue(value > 0 ? '--tone' : '--line')
      context.globalAlpha = value > 0 ? 0.35 + (0.65 * i) / count : 1
      context.beginPath()
      context.roundRect(i * (barPx + gapPx), (height - bar) / 2, barPx, bar, barPx / 2)
      context.fill()
    }
  }
}
