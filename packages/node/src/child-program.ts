import { type ChildProcess, spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { reasonOf } from './errors.ts'

const termGraceMs = 1000
/** What is kept of a program's complaints: the last of it. */
const stderrCharsMax = 2000

/** Whether a program of this name is installed. */
export function isInstalled(program: string): boolean {
  const name = process.platform === 'win32' ? `${program}.exe` : program
  return (process.env.PATH ?? '').split(delimiter).some(folder => {
    try {
      accessSync(join(folder, name), constants.X_OK)
      return folder !== ''
    } catch {
      return false
    }
  })
}

/** A program of the system that runs with this process, and never longer. */
export class ChildProgram {
  readonly stdin: Writable
  readonly stdout: Readable
  /** Resolves when it has ended, to what it says about that. */
  readonly ended: Promise<string>
  readonly #child: ChildProcess
  #stderr = ''
  #hasEnded = false

  /** @param cwd the folder that it runs in; this process's own without it */
  constructor(program: string, args: readonly string[], cwd?: string) {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], cwd })
    this.#child = child
    this.stdin = child.stdin
    this.stdout = child.stdout
    // A program that goes is seen by its end.
    child.stdin.on('error', () => {})
    child.stdout.on('error', () => {})
    child.stderr.setEncoding('utf8').on('data', text => {
      this.#stderr = (this.#stderr + text).slice(-stderrCharsMax)
    })
    const killWithUs = () => child.kill('SIGKILL')
    process.once('exit', killWithUs)
    const { promise, resolve } = Promise.withResolvers<string>()
    const onEnd = (reason: string) => {
      this.#hasEnded = true
      process.removeListener('exit', killWithUs)
      resolve(reason)
    }
    child.once('error', error => onEnd(reasonOf(error)))
    child.once('close', (code, signal) =>
      onEnd(this.#complaint() ?? `it ended with ${signal ?? `code ${code}`}`)
    )
    this.ended = promise
  }

  /** SIGTERM, and SIGKILL for one that does not go. */
  async end(): Promise<void> {
    if (this.#hasEnded) return
    this.#child.kill('SIGTERM')
    const killer = setTimeout(() => this.#child.kill('SIGKILL'), termGraceMs)
    // A full pipe that nobody reads would keep it from ending, and hold back its 'close' event.
    this.stdout.destroy()
    await this.ended
    clearTimeout(killer)
  }

  /** The last line that it wrote to standard error. */
  #complaint(): string | undefined {
    const last = this.#stderr.trim().split('\n').at(-1)?.trim()
    // "arecord: main:831: audio open error" begins with what is only for its authors.
    return last?.replace(/^([a-z-]+: )?(main:\d+: )?/, '') || undefined
  }
}
