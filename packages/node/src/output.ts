import type { WriteStream } from 'node:tty'
import { lineOf, statsText } from './lines.ts'
import type { Report, Stats } from './reports.ts'

/** How often `stats` are told: drawn on a terminal, for programs, and in a file or a journal that people read later. */
const liveIntervalMs = 100
const jsonIntervalMs = 1000
const journalIntervalMs = 10_000

/** Under this the same peer's "cannot reach" is not said again, unless for programs. */
const unreachableIntervalMs = 10_000

const eraseLine = '\r\x1b[2K'

/**
 * The one place that writes. For people: lines, and on a terminal one status line below them that is drawn again.
 * With `json`: reports on standard output and nothing else there. Warnings and errors go to standard error always.
 */
export class Output {
  /** A status line is drawn. */
  readonly live: boolean
  /** Between two calls of `stats`. */
  readonly statsIntervalMs: number
  readonly #json: boolean
  readonly #out: NodeJS.WritableStream & Partial<WriteStream>
  readonly #err: NodeJS.WritableStream
  readonly #toldUnreachable = new Map<string, number>()
  #statusDrawn = false
  #status = ''

  /** @param onClosed called once when the reader of standard output has gone, e.g. `| head -1` */
  constructor(options: { json: boolean; onClosed: () => void }) {
    this.#json = options.json
    this.#out = process.stdout
    this.#err = process.stderr
    this.live = !options.json && process.stdout.isTTY === true
    this.statsIntervalMs = this.live ? liveIntervalMs : options.json ? jsonIntervalMs : journalIntervalMs
    let closed = false
    this.#out.on('error', error => {
      if (closed) return
      if (!('code' in error) || error.code !== 'EPIPE') throw error
      closed = true
      options.onClosed()
    })
    // Nobody is left to be told.
    this.#err.on('error', () => {})
  }

  report(report: Exclude<Report, { type: 'error' }>): void {
    if (report.type === 'unreachable') this.#complain(lineOf(report), report.address)
    if (this.#json) this.#out.write(`${JSON.stringify(report)}\n`)
    else if (report.type !== 'unreachable') this.#above(() => this.#out.write(`${lineOf(report)}\n`))
  }

  stats(stats: Stats): void {
    if (!this.live) return this.report(stats)
    const columns = this.#out.columns || 80
    this.#status = Array.from(statsText(stats))
      .slice(0, columns - 1)
      .join('')
    this.#out.write(`${eraseLine}${this.#status}`)
    this.#statusDrawn = true
  }

  /** Something to know that is no failure, e.g. that the identity is temporary. */
  log(message: string): void {
    this.#above(() => this.#err.write(`hopcast: ${message}\n`))
  }

  /** Why the command fails. */
  fail(message: string): void {
    if (this.#json) this.#out.write(`${JSON.stringify({ type: 'error', message } satisfies Report)}\n`)
    this.log(message)
  }

  /** Takes the status line away: what a terminal keeps as the last line is the summary, or why it failed. */
  close(): void {
    if (this.#statusDrawn) this.#out.write(eraseLine)
    this.#statusDrawn = false
  }

  #complain(line: string, address: string): void {
    const now = performance.now()
    const told = this.#toldUnreachable.get(address)
    if (told !== undefined && now - told < unreachableIntervalMs) return
    this.#toldUnreachable.set(address, now)
    this.log(line)
  }

  /** Writes a line where the status line stands, and draws that again below. */
  #above(write: () => void): void {
    if (this.#statusDrawn) this.#out.write(eraseLine)
    write()
    if (this.#statusDrawn) this.#out.write(this.#status)
  }
}
