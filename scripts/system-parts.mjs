/**
 * The programs that tests need and npm does not install. Installs Debian's packages where it may; otherwise says what
 * to install. Under CI a missing one is a failure, elsewhere the tests that need it are skipped, loudly.
 */
import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { environment, inCi, lastLines, Problem, run, since } from './workspace.mjs'

/** @typedef {{ name: string, debian: string, tests: string, find: () => string | undefined }} Part */

/** @type {Part[]} */
const parts = [
  { name: 'Chromium', debian: 'chromium', tests: 'the tests in a real browser', find: chromium },
  { name: 'arecord', debian: 'alsa-utils', tests: 'the test of `--mic`', find: arecord }
]

/** @returns {string | undefined} where Chromium is. @throws Problem when HOPCAST_CHROMIUM names none */
export function chromium() {
  const named = process.env.HOPCAST_CHROMIUM
  if (named) {
    if (executable(named)) return named
    throw new Problem(`HOPCAST_CHROMIUM=${named}: there is no program there`)
  }
  return [...inPath('chromium'), ...inPath('google-chrome')][0]
}

/** @returns {string | undefined} where ALSA's recorder is */
export function arecord() {
  return inPath('arecord')[0]
}

/** Returns when the parts are there, or it has been said that they are not. @throws Problem under CI when one is missing */
export async function haveSystemParts() {
  if (missing().length > 0 && mayInstall()) await install(missing())
  const still = missing()
  if (still.length === 0) return
  for (const part of still) {
    console.error(
      `MISSING: ${part.name}, which ${part.tests} need${part.tests.includes('tests') ? '' : 's'}.`
    )
  }
  console.error(`Install it: sudo apt-get install ${packages(still).join(' ')}`)
  if (still.some(part => part.debian === 'chromium'))
    console.error('Or name one: HOPCAST_CHROMIUM=/path/to/chromium')
  if (inCi) throw new Problem('Under CI nothing is skipped.')
  console.error('Those tests are SKIPPED in this run.')
}

function missing() {
  return parts.filter(part => !part.find())
}

function packages(/** @type {Part[]} */ wanted) {
  return wanted.map(part => part.debian)
}

function mayInstall() {
  return inPath('apt-get').length > 0 && asRoot() !== undefined
}

/** What to put before a command so that it runs as root without asking; `undefined` when it cannot. */
function asRoot() {
  if (process.getuid?.() === 0) return []
  return spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0 ? ['sudo', '-n'] : undefined
}

async function install(/** @type {Part[]} */ wanted) {
  const start = performance.now()
  const names = packages(wanted)
  console.log(`Installing Debian's ${names.join(' and ')}: a minute or two…`)
  const env = { ...environment('machine'), DEBIAN_FRONTEND: 'noninteractive' }
  const steps = [['update'], ['install', '--yes', '--no-install-recommends', ...names]]
  for (const step of steps) {
    const [command = '', ...args] = [...(asRoot() ?? []), 'apt-get', ...step]
    const { code, output } = await run(command, args, { quiet: true, env })
    if (code !== 0) return console.error(`apt-get ${step[0]} failed:\n${lastLines(output, 4)}`)
  }
  console.log(`Installed in ${since(start)}.`)
}

function inPath(/** @type {string} */ name) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/local/bin']
  return folders.map(folder => join(folder, name)).filter(executable)
}

function executable(/** @type {string} */ path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
