/**
 * Builds what is older than its sources: the packages by `tsc -b`, and by Vite the page, which a relay serves from
 * packages/node/page, and the program, which packages/node/bin/hopcast.js runs from packages/node/program.
 */
import { createHash } from 'node:crypto'
import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync
} from 'node:fs'
import { join } from 'node:path'
import { environment, lastLines, main, Problem, root, run, since } from './workspace.mjs'

/** @typedef {{ what: string, from: string, to: string, entry: string, sources: string[] }} Bundle */

/** In what is built: which state of the sources it was built from. */
const stamp = '.sources'
/** What is installed counts, and how it is built. */
const sourcesOfAll = [
  ...['packages/protocol', 'packages/media', 'node_modules/.package-lock.json'],
  ...['scripts/build.mjs', 'tsconfig.base.json']
]
/** @type {Bundle[]} */
const bundles = [
  {
    what: 'the program',
    from: 'packages/node',
    to: 'packages/node/program',
    entry: 'main.js',
    sources: [
      ...sourcesOfAll,
      ...['src', 'package.json', 'tsconfig.json', 'vite.config.ts'].map(name => `packages/node/${name}`)
    ]
  },
  {
    what: 'the page',
    from: 'packages/web',
    to: 'packages/node/page',
    entry: 'index.html',
    sources: [...sourcesOfAll, 'packages/web']
  }
]

await main(async () => {
  await step('Compiling the packages', 'tsc', ['-b', 'packages/node', 'packages/web'])
  for (const bundle of bundles) await build(bundle)
})

/** Runs Vite, unless what is there was built from the sources as they are. */
async function build(/** @type {Bundle} */ { what, from, to, entry, sources }) {
  const state = createHash('sha256').update(sources.flatMap(fileStates).join('\n')).digest('hex')
  const folder = join(root, to)
  if (existsSync(join(folder, entry)) && readIfThere(join(folder, stamp)) === state) return
  // Its own, as somebody else may be building too; beside the one that it becomes, so that paths in it hold.
  const next = `${folder}.${process.pid}`
  rmSync(next, { recursive: true, force: true })
  try {
    const args = ['build', '--logLevel', 'warn', '--outDir', next, '--emptyOutDir']
    await step(`Building ${what}`, 'vite', args, from)
    if (!existsSync(join(next, entry))) throw new Problem(`Vite has built no ${entry} at ${next}`)
    addTexts(join(next, 'licenses.md'))
    writeFileSync(join(next, stamp), state)
    rmSync(folder, { recursive: true, force: true })
    renameSync(next, folder)
  } finally {
    rmSync(next, { recursive: true, force: true })
  }
}

/** Vite lists the licences of what is within, with the texts that come with it; what names a licence only has it from here. */
function addTexts(/** @type {string} */ path) {
  const [, mit = ''] = readFileSync(join(root, 'LICENSE-MIT'), 'utf8').split(/^(?=Permission is)/m)
  const apache = readFileSync(join(root, 'LICENSE-APACHE'), 'utf8')
  const headline = "The texts for those above that come without one; their copyright is their authors'"
  appendFileSync(path, `\n# ${headline}\n\n## MIT\n\n${mit}\n## Apache-2.0\n\n${apache}`)
}

/**
 * @param {string} what
 * @param {string} command
 * @param {string[]} args
 * @param {string} [folder]
 */
async function step(what, command, args, folder = '.') {
  const start = performance.now()
  const env = { ...environment('checkout'), NODE_ENV: 'production' }
  const { code, output } = await run(command, args, { quiet: true, folder, env })
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
    .filter(name => !/^(dist|node_modules)$|\.tsbuildinfo$|\.test\.ts$/.test(name))
    .flatMap(name => fileStates(`${path}/${name}`))
}

function readIfThere(/** @type {string} */ path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
