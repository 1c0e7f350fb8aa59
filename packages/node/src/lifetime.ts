import { messageOf } from './errors.ts'

/** How a command's time ended. */
type End = 'signal' | 'duration' | 'closed'

/** npm passes on a Ctrl-C that the terminal has sent to all its programs: that one is no second one. */
const sameSignalMs = 500

/**
 * How long a command runs: until Ctrl-C, SIGTERM, the end of `durationS` seconds, or until nobody reads its output.
 * A second Ctrl-C does not wait for the graceful end.
 */
export class Lifetime {
  /** Aborted at the end. */
  readonly signal: AbortSignal
  readonly #controller = new AbortController()
  #timer: NodeJS.Timeout | undefined

  constructor() {
    this.signal = this.#controller.signal
    let first: number | undefined
    const onSignal = () => {
      first ??= performance.now()
      if (performance.now() - first > sameSignalMs) process.exit(130)
      this.finish('signal')
    }
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, onSignal)
  }

  /** Undefined while it lasts. */
  get end(): End | undefined {
    return this.signal.aborted ? this.signal.reason : undefined
  }

  /** Ends it `durationS` seconds from now. */
  limit(durationS: number | undefined): void {
    if (durationS === undefined) return
    this.#timer = setTimeout(() => this.finish('duration'), durationS * 1000)
  }

  finish(end: End): void {
    clearTimeout(this.#timer)
    this.#controller.abort(end)
  }

  /** Resolves at the end. */
  over(): Promise<void> {
    return new Promise(resolve => {
      if (this.signal.aborted) resolve()
      else this.signal.addEventListener('abort', () => resolve(), { once: true })
    })
  }
}

/** Waits for `work`, but no longer than `ms`; a failure is as good as an end. */
export async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, ms)
  work.then(
    () => resolve(),
    error => {
      if (process.env.HOPCAST_DEBUG) console.error(messageOf(error))
      resolve()
    }
  )
  await promise
  clearTimeout(timer)
}
