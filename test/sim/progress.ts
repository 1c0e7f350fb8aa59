/** How far a run is, on stderr: one line that changes on a terminal, a line each ten seconds elsewhere. */
import type { Progress } from './play.ts'

const lineEveryMs = 10_000
const changeEveryMs = 200

export class ProgressLine {
  readonly #isTerminal = process.stderr.isTTY === true
  #shownAt = performance.now()

  show({ nodes, seconds, ofSeconds, steps }: Progress): void {
    const now = performance.now()
    if (now - this.#shownAt < (this.#isTerminal ? changeEveryMs : lineEveryMs)) return
    this.#shownAt = now
    const text = `${nodes} nodes: ${seconds} of ${ofSeconds} s, ${(steps / 1e6).toFixed(1)} million steps`
    process.stderr.write(this.#isTerminal ? `\r\x1b[K${text}` : `${text}\n`)
  }

  end(): void {
    if (this.#isTerminal) process.stderr.write('\r\x1b[K')
  }
}
