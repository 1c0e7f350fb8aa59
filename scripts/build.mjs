/**
 * Builds what is older than its sources: the packages by `tsc -b`, and by Vite the page, which a relay serves from
 * packages/node/page, and the program, which packages/node/bin/hopcast.js runs from packages/node/program.
 */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { lastLines, main, Problem, root, run, since } from './workspace.mjs'

/** @typedef {{ what: string, folder: string, result: string, entry: string, to: string, sources: string[] }} Bundle */

const sourcesOfAll = ['packages/protocol', 'packages/media', 'package-lock.json']
/** @type {Bundle[]} */
const bundles = [
  {
    what: 'the program',
    folder: 'packages/node',
    result: 'dist-program',
    entry: 'main.js',
    to: 'packages/node/program',
    sources: [...sourcesOfAll, 'packages/node/src', 'packages/node/vite.config.ts']
  },
  {
    what: 'the page',
    folder: 'packages/web',
    result: 'dist-page',
    entry: 'index.html',
    to: 'packages/node/page',
    sources: [...sourcesOfAll, 'packages/web']
  }
]

await main(async () => {
  await step('Compiling the packages', 'tsc', ['-b', 'packages/node', 'packages/web'])
  for (const bundle of bundles) await build(bundle)
})

/** Runs Vite, unless what is there was built from the sources as they are. */
async function build(/** @type {Bundle} */ { what, folder, result, entry, to, sources }) {
  // Says which state of the sources it was built from.
  const stamp = join(root, `node_modules/.cache/hopcast/${basename(to)}-sources.txt`)
  const state = sources.flatMap(fileStates).join('\n')
  if (existsSync(join(root, to, entry)) && readIfThere(stamp) === state) return
  await step(`Building ${what}`, 'vite', ['build', '--logLevel', 'warn'], folder)
  const built = join(root, folder, result)
  if (!existsSync(join(built, entry))) throw new Problem(`Vite has built no ${entry} at ${built}`)
  // In one move, so that a relay that runs meanwhile never serves half of it.
  rmSync(join(root, to), { recursive: true, force: true })
  renameSync(built, join(root, to))
  mkdirSync(dirname(stamp), { recursive: true })
  writeFileSync(stamp, state)
}

/**
 * @param {string} what
 * @param {string} command
 * @param {string[]} args
 * @param {string} [folder]
 */
async function step(what, command, args, folder = '.') {
  const start = performance.now()
  const { code, output } = await run(command, args, { quiet: true, folder })
  if (code !== 0)
    throw new Problem(`${what} failed (${[command, ...args].join(' ')}):\n${lastLines(output, 40)}`)
  if (performance.now() - start > 1_000) console.log(`${what}: done in ${since(start)}.`)
}

/**
 * A line for each file below `path` that is a source: its path, size and time of change.
 *
 * @param {string} path
 * @returns {string[]}
 */
function fileStates(path) {
  const stats = statSync(join(root, path))
  if (!stats.isDirectory()) return [`${path} ${stats.size} ${stats.mtimeMs}`]
  return readdirSync(join(root, path))
    .filter(name => !/^(dist|dist-page|node_modules)$|\.tsbuildinfo$|\.test\.ts$/.test(name))
    .flatMap(name => fileStates(`${path}/${name}`))
}

function readIfThere(/** @type {string} */ path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
