/** A program that a benchmark has started: waited for by what it says, and ended with the benchmark. */
import { type ChildProcess, type Serializable, type SpawnOptions, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

const startMaxMs = 30_000
/** A relay lets its children find another one first, for two seconds, and as long for its connections. */
const endMaxMs = 6_000
const linesMax = 50

export class Child {
  readonly name: string
  readonly process: ChildProcess
  /** Resolves when it has ended. */
  readonly exited: Promise<void>
  /** The last of what it said, for messages. */
  readonly #said: string[] = []
  #onLine: ((line: string) => void) | undefined
  #hasExited = false

  constructor(name: string, command: string, args: readonly string[], options: SpawnOptions) {
    this.name = name
    const child = spawn(command, args, options)
    this.process = child
    for (const input of [child.stdout, child.stderr]) {
      if (input) createInterface({ input }).on('line', line => this.#read(line))
    }
    this.exited = new Promise(resolve => {
      const end = () => {
        this.#hasExited = true
        resolve()
      }
      child.once('exit', end)
      child.on('error', error => {
        this.#read(error.message)
        end()
      })
    })
  }

  get pid(): number {
    const { pid } = this.process
    if (pid === undefined || this.#hasExited) throw this.#failure('has ended')
    return pid
  }

  /** @throws when it has ended */
  send(message: Serializable): void {
    if (this.#hasExited) throw this.#failure('has ended')
    // Of one that ends just now: who waits for its answer is told.
    this.process.send(message, () => {})
  }

  /**
   * Waits for the first line from now on of which `find` makes something.
   *
   * @throws when it ends without, or takes too long
   */
  async line<T>(what: string, find: (line: string) => T | undefined): Promise<T> {
    const found = new Promise<T>(resolve => {
      this.#onLine = line => {
        const value = find(line)
        if (value !== undefined) resolve(value)
      }
    })
    return this.within(what, found)
  }

  /** @throws when it ends, or too much time passes, before `wanted` */
  async within<T>(what: string, wanted: Promise<T>, ms: number = startMaxMs): Promise<T> {
    const late = Promise.withResolvers<never>()
    const timer = setTimeout(() => late.reject(this.#failure(`took over ${ms / 1_000} s for ${what}`)), ms)
    const ended = this.exited.then(() => {
      throw this.#failure(`ended before ${what}`)
    })
    try {
      return await Promise.race([wanted, late.promise, ended])
    } finally {
      clearTimeout(timer)
    }
  }

  /** Asks it to end, makes it when it does not, and waits for that. */
  async end(): Promise<void> {
    this.process.kill('SIGTERM')
    const timer = setTimeout(() => this.kill(), endMaxMs)
    await this.exited
    clearTimeout(timer)
  }

  kill(): void {
    this.process.kill('SIGKILL')
  }

  #read(line: string): void {
    this.#said.push(line)
    if (this.#said.length > linesMax) this.#said.shift()
    this.#onLine?.(line)
  }

  #failure(what: string): Error {
    // Below an error that nobody has caught are its stack, and the version of Node.js.
    const last = this.#said.findLast(line => line.includes('Error: ')) ?? this.#said.at(-1)
    return new Error(`${this.name} ${what}${last === undefined ? '' : `: ${last}`}`)
  }
}
