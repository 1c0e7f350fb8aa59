/**
 * Work that no object has to wait for: a little at a time, and in between whatever else has come. Each line in its order, and one of each line
 * in turn, so that a neighbour who brings much does not keep what others bring waiting.
 */
import type { Millis } from '../ids.ts'

/** One piece more may go on after it. Objects wait so long at most, and a send is shared by what is done in it. */
const sliceMs: Millis = 1

/** After what can be read by now has been read. Unlike a timer's, a browser does not put it off in a tab that is not seen. */
const inNextTurn: (action: () => void) => unknown =
  (globalThis as { setImmediate?: (action: () => void) => unknown }).setImmediate ?? byMessage()

export class BackgroundWork {
  /** Those for which something waits, the next one first. */
  readonly #lines = new Set<(() => void)[]>()
  readonly #now: () => Millis
  readonly #inNextTurn: (action: () => void) => unknown

  constructor(now: () => Millis = () => performance.now(), nextTurn = inNextTurn) {
    this.#now = now
    this.#inNextTurn = nextTurn
  }

  /** A new line. It is as long as its user lets it be. */
  line(): WorkLine {
    const line: (() => void)[] = []
    return {
      run: work =>
        new Promise(resolve => {
          line.push(() => resolve(work()))
          if (this.#lines.size === 0) this.#inNextTurn(this.#doSlice)
          this.#lines.add(line)
        })
    }
  }

  readonly #doSlice = () => {
    const end = this.#now() + sliceMs
    for (const line of this.#lines) {
      line.shift()?.()
      // Behind the others.
      this.#lines.delete(line)
      if (line.length > 0) this.#lines.add(line)
      if (this.#now() >= end) break
    }
    if (this.#lines.size > 0) this.#inNextTurn(this.#doSlice)
  }
}

export interface WorkLine {
  /** Does `work` when it is its turn. Resolves to what comes of it. */
  run<T>(work: () => Promise<T>): Promise<T>
}

function byMessage(): (action: () => void) => void {
  const actions: (() => void)[] = []
  const { port1, port2 } = new MessageChannel()
  port1.onmessage = () => actions.shift()?.()
  return action => {
    actions.push(action)
    port2.postMessage(undefined)
  }
}
