/** Real `hopcast` processes for tests: they are waited for by what they say, and ended with the test. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const hopcast = join(root, 'packages/node/bin/hopcast.js')
const waitMs = 20_000
const killGraceMs = 5000

/** A line of `--json` output. */
export type Line = { type: string } & Record<string, unknown>

interface Exit {
  code: number | null
  signal: NodeJS.Signals | null
}

/** One running program. */
export class Program {
  readonly name: string
  readonly exited: Promise<Exit>
  /** What came on standard output and error, as text. */
  stdout = ''
  stderr = ''
  /** The whole lines of standard output that are JSON objects. */
  readonly lines: Line[] = []
  readonly #child: ChildProcess
  #unread = ''
  #exit: Exit | undefined
  #onChange: (() => void)[] = []

  /** @param args of Node.js */
  constructor(name: string, args: readonly string[], env: NodeJS.ProcessEnv) {
    this.name = name
    const child = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
    this.#child = child
    child.stdout.setEncoding('utf8').on('data', text => {
      this.stdout += text
      this.#read(text)
      this.#changed()
    })
    child.stderr.setEncoding('utf8').on('data', text => {
      this.stderr += text
      this.#changed()
    })
    this.exited = new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code, signal) => {
        this.#exit = { code, signal }
        this.#changed()
        resolve(this.#exit)
      })
    })
  }

  /**
   * Waits for a line of this type, also one that has come already.
   *
   * @throws when the program ends, or `ms` pass, without it
   */
  line(type: string, matches: (line: Line) => boolean = () => true, ms = waitMs): Promise<Line> {
    return this.until(
      `a line of type ${type}`,
      () => this.lines.find(line => line.type === type && matches(line)),
      ms
    )
  }

  /** Waits until `find` returns something, looking whenever the program says something. */
  async until<T>(what: string, find: () => T | undefined, ms = waitMs): Promise<T> {
    const deadline = performance.now() + ms
    for (;;) {
      const found = find()
      if (found !== undefined) return found
      const leftMs = deadline - performance.now()
      if (this.#exit !== undefined || leftMs <= 0) {
        throw new Error(
          `${this.name} ${this.#exit ? 'ended' : `ran for ${ms} ms`} without ${what}${this.report()}`
        )
      }
      const { promise, resolve } = Promise.withResolvers<void>()
      const timer = setTimeout(resolve, leftMs)
      this.#onChange.push(resolve)
      await promise
      clearTimeout(timer)
    }
  }

  /** Sends the signal and waits for the end. */
  async end(signal: NodeJS.Signals = 'SIGINT'): Promise<Exit> {
    if (this.#exit !== undefined) return this.#exit
    this.#child.kill(signal)
    const killer = setTimeout(() => this.#child.kill('SIGKILL'), killGraceMs)
    const exit = await this.exited
    clearTimeout(killer)
    return exit
  }

  /** What it said, for a failure's message. */
  report(): string {
    return `\n--- ${this.name}\n${this.stdout.slice(-4000)}\n--- its standard error\n${this.stderr.slice(-2000)}`
  }

  #read(text: string): void {
    const lines = (this.#unread + text).split('\n')
    this.#unread = lines.pop() ?? ''
    for (const line of lines) if (line.startsWith('{')) this.lines.push(JSON.parse(line))
  }

  #changed(): void {
    for (const resolve of this.#onChange.splice(0)) resolve()
  }
}

/** What a test file gets: programs and a folder of its own for each test, gone at its end. */
export interface Stage {
  /** An empty folder in the system's temporary one. */
  readonly folder: string
  /** `hopcast` with these arguments. */
  start(args: readonly string[], env?: NodeJS.ProcessEnv): Program
  /** A script of the repository. */
  script(path: string): Program
  /** A program of which this is the text, as a module that finds the packages. */
  code(text: string): Program
  /** A relay on loopback with ports of its own that knows only these peers; resolves when it listens. */
  relay(peers?: readonly Relay[], options?: readonly string[]): Promise<Relay>
}

export interface Relay {
  program: Program
  peerId: string
  /** Its TCP address, with the peer id. */
  address: string
  addresses: string[]
  /** `http://…/` */
  http: string
}

export function useStage(): Stage {
  let folder = ''
  let programs: Program[] = []

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hopcast-test-'))
    programs = []
  })

  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') for (const program of programs) console.error(program.report())
    await Promise.all(programs.map(program => program.end('SIGTERM')))
    await rm(folder, { recursive: true })
  })

  const add = (program: Program) => {
    programs.push(program)
    return program
  }
  const start = (args: readonly string[], env: NodeJS.ProcessEnv = process.env) =>
    add(new Program(`hopcast ${args.join(' ')}`, [hopcast, ...args], env))

  return {
    get folder() {
      return folder
    },
    start,
    script: path => add(new Program(path, [join(root, path)], process.env)),
    code: text => add(new Program('code', ['--input-type=module', '--eval', text], process.env)),
    async relay(peers = [], options = []) {
      const own = ['--listen', '/ip4/127.0.0.1/tcp/0', '--http', '127.0.0.1:0', '--no-discovery', '--json']
      const program = start(['relay', ...own, ...peersOf(peers), ...options])
      const line = await program.line('listening')
      const { peerId, http } = line as Line & { peerId: string; http: string }
      const addresses = line.addresses as string[]
      const [address = ''] = addresses
      for (const peer of peers) await program.line('connected', ({ peer: id }) => id === peer.peerId)
      return { program, peerId, address, addresses, http }
    }
  }
}

/** `--peer` for each. */
export function peersOf(relays: readonly Relay[]): string[] {
  return relays.flatMap(({ address }) => ['--peer', address])
}

/** A TCP port of loopback that nobody listens at. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise(resolve => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
