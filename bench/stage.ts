/** What benchmarks have in common: the processes of the moment, a folder, and a voice. None outlives this process. */
import type { SpawnOptions } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Child } from './child.ts'

export const root = fileURLToPath(new URL('..', import.meta.url))

export interface StageOptions {
  /** How often each is measured. */
  runs: number
  /** Of the peers, only these; undefined: all. */
  beside: readonly string[] | undefined
  /** Another checkout of this repository, which is measured, too. */
  against: string | undefined
  /** Where the relay under test writes CPU profiles. */
  profile: string | undefined
  /** Progress, for people. */
  say: (text: string) => void
}

export class Stage {
  readonly runs: number
  readonly beside: readonly string[] | undefined
  readonly against: string | undefined
  readonly profile: string | undefined
  readonly say: (text: string) => void
  /** Empty at first, and gone at the end. */
  readonly folder = mkdtempSync(join(tmpdir(), 'hopcast-bench-'))
  readonly #children = new Set<Child>()

  constructor({ runs, beside, against, profile, say }: StageOptions) {
    this.runs = runs
    this.beside = beside
    this.against = against
    this.profile = profile
    this.say = say
    process.once('exit', () => this.#clear())
  }

  /** Starts a program, in the root of the repository unless `options` say where. */
  start(name: string, command: string, args: readonly string[], options: SpawnOptions = {}): Child {
    const child = new Child(name, command, args, { stdio: ['ignore', 'pipe', 'pipe'], cwd: root, ...options })
    this.#children.add(child)
    void child.exited.then(() => this.#children.delete(child))
    return child
  }

  /** One of the repository's own scripts, as TypeScript. */
  script(name: string, path: string, args: readonly string[] = [], options: SpawnOptions = {}): Child {
    return this.start(name, process.execPath, ['--conditions=source', join(root, path), ...args], options)
  }

  /** All that runs. */
  get children(): ReadonlySet<Child> {
    return new Set(this.#children)
  }

  /** Ends all that runs, but for `spared`. */
  async endAll(spared: ReadonlySet<Child> = new Set()): Promise<void> {
    const ended = [...this.#children].filter(child => !spared.has(child))
    await Promise.all(ended.map(child => child.end()))
  }

  #clear(): void {
    for (const child of this.#children) child.kill()
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** A TCP port of loopback that nobody listens at now. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise(resolve => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no free port')
  return address.port
}
