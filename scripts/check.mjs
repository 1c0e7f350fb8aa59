/**
 * `npm test`: every gate, in order, the same for a developer and in CI. `npm test -- NAME…` runs only these.
 * Stops at the first that fails; ends with a line `N passed, N failed`, the tests of all projects, and what failed.
 */
import { randomInt } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { arecord, chromium } from './system-parts.mjs'
import { environment, inCi, lastLines, main, node, Problem, root, run, since } from './workspace.mjs'

/** @typedef {{ name: string, what: string, command?: string[], tests?: boolean }} Gate */

/** Biome writes to a pipe here, and cannot know whether a terminal is behind it. */
const colors = `--colors=${process.stdout.isTTY ? 'force' : 'off'}`

/** @type {Gate[]} */
const gates = [
  {
    name: 'codegen',
    what: 'the generated codec is up to date',
    command: [node(), 'scripts/codegen.mjs', '--check']
  },
  { name: 'lint', what: 'Biome', command: ['biome', 'ci', colors, '--error-on-warnings', '.'] },
  { name: 'types', what: 'TypeScript', command: ['tsc', '-b'] },
  { name: 'house', what: 'the house rules', command: [node(), 'scripts/house.mjs'] },
  { name: 'build', what: 'the packages, the page and the program', command: [node(), 'scripts/build.mjs'] },
  { name: 'unit', what: 'the parts', tests: true },
  { name: 'sim', what: 'the core in simulated networks', tests: true },
  { name: 'interop', what: 'real processes', tests: true },
  { name: 'browser', what: 'a real browser', tests: true }
]

/** What all random tests draw from: one seed for the whole run, so that a failure can name it. */
const seed = process.env.HOPCAST_SEED ?? String(randomInt(2 ** 31))

const total = { passed: 0, failed: 0, skipped: 0 }
/** The names of the tests that failed: said last, where the end of a long output is all that somebody sees. @type {string[]} */
const failures = []
const start = performance.now()

await main(async () => {
  const chosen = choose(process.argv.slice(2))
  const failed = await firstFailure(chosen)
  if (total.skipped > 0) console.log(`${total.skipped} tests SKIPPED`)
  if (chosen.some(({ tests }) => tests)) console.log(`${total.passed} passed, ${total.failed} failed`)
  for (const failure of failures) console.error(`failed: ${failure}`)
  if (failed) throw new Problem(`FAILED: ${failed.name}. Repeat it: ${commandOf(failed)}`)
  if (total.skipped > 0 && inCi) throw new Problem('FAILED: under CI nothing is skipped.')
  console.log(`All gates passed in ${since(start)}.`)
})

function commandOf(/** @type {Gate} */ { name, tests }) {
  return `${tests ? `HOPCAST_SEED=${seed} ` : ''}npm test -- ${name}`
}

async function firstFailure(/** @type {Gate[]} */ chosen) {
  for (const gate of chosen) {
    if (!(await pass(gate))) return gate
  }
  return undefined
}

/** Those that are named, or all. @returns {Gate[]} */
function choose(/** @type {string[]} */ names) {
  const unknown = names.find(name => !gates.some(gate => gate.name === name))
  if (unknown) throw new Problem(`No gate ${unknown}; there are: ${gates.map(({ name }) => name).join(', ')}`)
  return gates.filter(({ name }) => names.length === 0 || names.includes(name))
}

async function pass(/** @type {Gate} */ gate) {
  const started = performance.now()
  const passed = gate.tests ? await passTests(gate.name) : await passCommand(gate.command ?? [])
  console.log(
    `${passed ? 'ok    ' : 'FAILED'} ${gate.name.padEnd(8)} ${since(started).padStart(7)}  ${gate.what}`
  )
  return passed
}

/** Shows what the command says only when it fails. */
async function passCommand(/** @type {string[]} */ [command = '', ...args]) {
  const { code, output } = await run(command, args, { quiet: true })
  if (code !== 0) console.error(lastLines(output, 200))
  return code === 0
}

async function passTests(/** @type {string} */ project) {
  const browser = chromium()
  if (project === 'browser' && lacks(browser, 'The browser tests', 'chromium')) return true
  const noMicrophone = project === 'interop' && lacks(arecord(), 'The test of --mic', 'alsa-utils')
  const report = join(root, `node_modules/.cache/hopcast/tests-${project}.json`)
  rmSync(report, { force: true })
  mkdirSync(dirname(report), { recursive: true })
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const exclude = noMicrophone ? ['--exclude=test/interop/microphone.test.ts'] : []
  const env = {
    ...environment('checkout'),
    HOPCAST_SEED: seed,
    ...(browser && { HOPCAST_CHROMIUM: browser })
  }
  const { code } = await run('vitest', ['run', '--project', project, ...exclude, ...reporters], { env })
  count(report)
  return code === 0
}

/**
 * True, and said, when tests have to be skipped for want of a program. Under CI they run, and fail.
 *
 * @param {string | undefined} program
 * @param {string} tests
 * @param {string} debian
 */
function lacks(program, tests, debian) {
  if (program || inCi) return false
  console.error(`SKIPPED: ${tests}. Install what is needed: sudo apt-get install ${debian}`)
  return true
}

/** Adds what vitest reports, if it came that far. A file that fails as a whole counts as one failed test. */
function count(/** @type {string} */ report) {
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = json(report)
    const broken = testResults.filter(failedAsWhole)
    total.passed += numPassedTests
    total.failed += numFailedTests + broken.length
    total.skipped += numPendingTests + numTodoTests
    failures.push(...testResults.flatMap(namesOfFailed))
  } catch (error) {
    console.error(`vitest left no report: ${error instanceof Error ? error.message : error}`)
  }
}

/** As when it cannot be read, or a hook of its own fails. */
function failedAsWhole(/** @type {{ status: string, assertionResults: { status: string }[] }} */ file) {
  return file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed')
}

/**
 * @param {{ name: string, status: string, assertionResults: { status: string, fullName: string }[] }} file
 * @returns {string[]}
 */
function namesOfFailed(file) {
  const path = relative(root, file.name)
  if (failedAsWhole(file)) return [path]
  const failed = file.assertionResults.filter(({ status }) => status === 'failed')
  return failed.map(({ fullName }) => `${path}: ${fullName}`)
}

function json(/** @type {string} */ path) {
  return JSON.parse(readFileSync(path, 'utf8'))
}
