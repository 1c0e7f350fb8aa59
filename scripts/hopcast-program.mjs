import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { lastLines, node, root } from './workspace.mjs'

const stopMaxMs = 5_000

/** A running `hopcast … --json`: its reports, and how it ends. */
export class HopcastProgram {
  /** The numbers of its latest `stats`. @type {Record<string, number>} */
  stats = {}
  onStats = () => {}
  /** What it was called in messages. */
  name
  /** Resolves when it has ended, with how, in words. @type {Promise<string>} */
  ended
  #child
  #errors = ''
  /** @type {Map<string, (report: object) => void>} */
  #awaited = new Map()

  /**
   * @param {string} name for messages
   * @param {string[]} args
   */
  constructor(name, args) {
    this.name = name
    // Its own process group: Ctrl-C reaches it once, from `stop`. Left behind, it ends as nobody reads its output.
    this.#child = spawn(node(), ['packages/node/bin/hopcast.js', ...args], {
      cwd: root,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe']
    })
    createInterface({ input: this.#child.stdout }).on('line', line => this.#read(line))
    this.#child.stderr.setEncoding('utf8').on('data', text => {
      this.#errors = (this.#errors + text).slice(-10_000)
    })
    this.ended = new Promise(resolve => {
      this.#child.on('error', error => resolve(`${name} could not start: ${error.message}`))
      this.#child.on('close', (code, signal) => {
        resolve(`${name} ended (${signal ?? `exit code ${code}`}):\n${lastLines(this.#errors)}`)
      })
    })
  }

  /** Resolves with the first report of `type`. */
  report(/** @type {string} */ type) {
    return new Promise(resolve => this.#awaited.set(type, resolve))
  }

  /** Asks it to end, makes it end when it does not, and waits for that. */
  async stop() {
    this.#child.kill('SIGTERM')
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), stopMaxMs)
    await this.ended
    clearTimeout(timer)
  }

  #read(/** @type {string} */ line) {
    const report = JSON.parse(line)
    this.#awaited.get(report.type)?.(report)
    this.#awaited.delete(report.type)
    if (report.type === 'stats') {
      this.stats = report
      this.onStats()
    }
  }
}
