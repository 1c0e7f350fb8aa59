/**
 * Builds what is older than its sources: the packages by `tsc -b`, the page by Vite, and puts the page where the
 * relay serves it from, packages/node/page.
 */
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync
} from 'node:fs'
import { dirname, join } from 'node:path'
import { lastLines, main, Problem, root, run, since } from './workspace.mjs'

const built = join(root, 'packages/web/dist-page')
const served = join(root, 'packages/node/page')
const pageSources = ['packages/protocol', 'packages/media', 'packages/web', 'package-lock.json']
/** Says which state of the sources the page was built from. */
const stamp = join(root, 'node_modules/.cache/hopcast/page-sources.txt')

await main(async () => {
  await step('Compiling the packages', 'tsc', ['-b', 'packages/node', 'packages/web'])
  const state = pageSources.flatMap(fileStates).join('\n')
  if (existsSync(join(served, 'index.html')) && readStamp() === state) return
  await step('Building the page', 'vite', ['build', '--logLevel', 'warn'], 'packages/web')
  serve()
  mkdirSync(dirname(stamp), { recursive: true })
  writeFileSync(stamp, state)
})

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

/** Replaces the served page in one move, so that a relay that runs meanwhile never serves half of it. */
function serve() {
  if (!existsSync(join(built, 'index.html'))) throw new Problem(`Vite has built no page at ${built}`)
  const next = `${served}.next`
  rmSync(next, { recursive: true, force: true })
  cpSync(built, next, { recursive: true })
  rmSync(served, { recursive: true, force: true })
  renameSync(next, served)
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

function readStamp() {
  try {
    return readFileSync(stamp, 'utf8')
  } catch {
    return undefined
  }
}
