/**
 * Where things are in this checkout, and how the scripts run programs. Plain JavaScript without dependencies, because
 * Node 20 runs it before anything is installed.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))
export const inCi = ![undefined, '', '0', 'false'].includes(process.env.CI)

/** A mistake that people can mend: shown as one line, without a stack trace. */
export class Problem extends Error {}

/** Runs a script's main function; ends the process with 1 and one line when it throws a `Problem`. */
export async function main(/** @type {() => Promise<void>} */ body) {
  try {
    await body()
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    console.error(error.message)
    process.exit(1)
  }
}

/** The Node that this checkout installs for itself, since the machine's own may be too old; `undefined` before that. */
export function ownNode() {
  const path = join(root, 'node_modules/node/bin', process.platform === 'win32' ? 'node.exe' : 'node')
  return existsSync(path) ? path : undefined
}

/** The Node to run the checkout's own programs with. */
export function node() {
  return ownNode() ?? process.execPath
}

/** The environment with the checkout's own programs first in PATH, or (`machine`) without them. */
export function environment(/** @type {'checkout' | 'machine'} */ whose) {
  const others = (process.env.PATH ?? '')
    .split(delimiter)
    .filter(path => !/[\\/]node_modules[\\/]\.bin$/.test(path))
  const own = whose === 'checkout' ? [join(root, 'node_modules/.bin')] : []
  return { ...process.env, PATH: [...own, ...others].join(delimiter) }
}

/**
 * Runs a program, in the root of the checkout unless `folder` names another in it.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ quiet?: boolean, env?: NodeJS.ProcessEnv, folder?: string }} [options] quiet: keep its output instead of showing it
 * @returns {Promise<{ code: number, output: string }>} the code is 127 when there is no such program
 */
export function run(command, args, { quiet = false, env = environment('checkout'), folder = '.' } = {}) {
  return new Promise(resolve => {
    const child = spawn(command, args, {
      cwd: join(root, folder),
      env,
      stdio: quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit'
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', text => {
        output += text
      })
    }
    // Ctrl-C reaches the child by itself; this one is sent to a single process.
    const passOn = () => child.kill('SIGTERM')
    process.once('SIGTERM', passOn)
    child.on('exit', () => process.off('SIGTERM', passOn))
    child.on('error', error => resolve({ code: 127, output: `${command}: ${error.message}` }))
    child.on('close', (code, signal) => resolve({ code: code ?? (signal === 'SIGINT' ? 130 : 1), output }))
  })
}

/** The last lines of a program's output, indented, without npm's warnings. */
export function lastLines(/** @type {string} */ output, count = 12) {
  const lines = output.split('\n').filter(line => line.trim() !== '' && !/^npm warn /i.test(line))
  return lines
    .slice(-count)
    .map(line => `  ${line}`)
    .join('\n')
}

/** Seconds since `start`, as text. */
export function since(/** @type {number} */ start) {
  return `${((performance.now() - start) / 1000).toFixed(1)} s`
}
