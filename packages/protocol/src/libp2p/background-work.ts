/**
 * Work that no object has to wait for: a little in each turn of the event loop, and in between whatever else has come. Each line in its
 * order, and one of each line in turn, so that a neighbour who brings much does not keep what others bring waiting.
 */
import type { Millis } from '../ids.ts'

/** In each turn. One piece more may go on after it. */
const sliceMs: Millis = 1

type RunLater = (action: () => void) => unknown

/** After what can be read by now has been read. Unlike a timer's, a browser does not put it off in a tab that is not seen. */
const inNextTurn: RunLater = (globalThis as { setImmediate?: RunLater }).setImmediate ?? byMessage()

export class BackgroundWork {
  readonly #now: () => Millis
  readonly #inNextTurn: RunLater
  /** Those for which something waits, the next one first. */
  readonly #lines = new Set<WorkLine>()
  #isPlanned = false
  #isAtWork = false
  /** Of this turn. */
  #spentMs: Millis = 0

  constructor(now: () => Millis = () => performance.now(), nextTurn = inNextTurn) {
    this.#now = now
    this.#inNextTurn = nextTurn
  }

  line(): WorkLine {
    return new WorkLine(line => {
      this.#lines.add(line)
      // At once, if there is time left in this turn and nothing else: most of what comes, comes alone.
      if (this.#lines.size === 1 && !this.#isAtWork) this.#doSlice()
    })
  }

  #doSlice(): void {
    this.#isAtWork = true
    for (const line of this.#lines) {
      if (this.#spentMs >= sliceMs) break
      const start = this.#now()
      line.doNext()
      this.#spentMs += this.#now() - start
      // Behind the others.
      this.#lines.delete(line)
      if (line.size > 0) this.#lines.add(line)
    }
    this.#isAtWork = false
    if (this.#isPlanned) return
    this.#isPlanned = true
    this.#inNextTurn(this.#onTurn)
  }

  readonly #onTurn = () => {
    this.#isPlanned = false
    this.#spentMs = 0
    if (this.#lines.size > 0) this.#doSlice()
  }
}

/** It is as long as its user lets it be. */
export class WorkLine {
  readonly #onWork: (line: WorkLine) => void
  readonly #waiting: (() => void)[] = []

  constructor(onWork: (line: WorkLine) => void) {
    this.#onWork = onWork
  }

  get size(): number {
    return this.#waiting.length
  }

  /** Does `work` when it is its turn. Resolves to what comes of it; never, if the line is closed before. */
  run<T>(work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const begin = async () => work()
      this.#waiting.push(() => begin().then(resolve, reject))
      this.#onWork(this)
    })
  }

  doNext(): void {
    this.#waiting.shift()?.()
  }

  /** What waits is not done any more. */
  close(): void {
    this.#waiting.length = 0
  }
}

/** For where there is no `setImmediate`. */
export function byMessage(): RunLater {
  const actions: (() => void)[] = []
  const { port1, port2 } = new MessageChannel()
  port1.onmessage = () => actions.shift()?.()
  return action => {
    actions.push(action)
    port2.postMessage(undefined)
  }
}
