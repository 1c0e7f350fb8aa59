/**
 * What `npm start` and `npm test` do first, with the machine's own Node and nothing installed: install the
 * dependencies, then build (for `start`) or see that the system has what the tests need (for `test`).
 * Does nothing, quickly, when there is nothing to do; can be interrupted and run again.
 */
import { accessSync, constants, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { haveSystemParts } from './system-parts.mjs'
import { environment, lastLines, main, node, ownNode, Problem, root, run, since } from './workspace.mjs'

await main(async () => {
  const goal = process.argv[2]
  if (goal !== 'start' && goal !== 'test') throw new Problem('usage: node scripts/setup.mjs start|test')
  checkNode()
  if (!installed()) await install()
  if (goal === 'test') await haveSystemParts()
  else await build()
})

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 9)) {
    throw new Problem(
      `This is Node.js ${process.versions.node}; hopcast needs 20.9 or newer: https://nodejs.org`
    )
  }
}

/**
 * True when node_modules is what package-lock.json asks for, by npm's own record of what it installed. Optional
 * packages may be absent from it: most of them are for other platforms.
 */
function installed() {
  const wanted = packagesIn('package-lock.json')
  const present = packagesIn('node_modules/.package-lock.json')
  if (!wanted || !present || !ownNode()) return false
  const missing = Object.entries(wanted).some(
    ([path, { optional }]) => path && !optional && !(path in present)
  )
  const other = Object.entries(present).some(([path, { version }]) => wanted[path]?.version !== version)
  return !missing && !other
}

/** @returns {Record<string, { version?: string, optional?: boolean }> | undefined} */
function packagesIn(/** @type {string} */ lockFile) {
  try {
    return JSON.parse(readFileSync(join(root, lockFile), 'utf8')).packages
  } catch {
    return undefined
  }
}

async function install() {
  if (!packagesIn('package-lock.json'))
    throw new Problem('package-lock.json is missing or damaged: git restore it')
  checkWritable()
  const start = performance.now()
  console.log('Installing the dependencies: half a minute when npm has them in its cache, else a few…')
  // Not with the Node in node_modules, which `npm ci` deletes, and with the tools even under NODE_ENV=production.
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']
  const { code, output } = await run('npm', args, { quiet: true, env: environment('machine') })
  if (code !== 0) throw new Problem(whyNot(code, output))
  if (!ownNode()) {
    throw new Problem(
      'npm did not run the install script of the package `node`: allow it (ignore-scripts=false)'
    )
  }
  console.log(`Installed in ${since(start)}.`)
}

function checkWritable() {
  try {
    accessSync(root, constants.W_OK)
  } catch {
    throw new Problem(`Cannot write to ${root}, where node_modules has to go: use a copy that is yours.`)
  }
}

/** What npm's failure means for the person in front of it. */
function whyNot(/** @type {number} */ code, /** @type {string} */ output) {
  if (code === 127) return 'npm is not in PATH: it comes with Node.js, https://nodejs.org'
  if (/ENOSPC/.test(output)) return 'The disk is full: npm could not install the dependencies.'
  if (/EACCES|EPERM|EROFS/.test(output)) return `npm may not write:\n${lastLines(output)}`
  if (/ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED|ECONNRESET|ENETUNREACH|ERR_SOCKET|network/.test(output)) {
    return `npm could not reach its registry: check the network, then run this again.\n${lastLines(output, 4)}`
  }
  if (/in sync/.test(output))
    return 'package.json and package-lock.json disagree: run `npm install`, commit both.'
  return `npm ci failed:\n${lastLines(output)}`
}

async function build() {
  const { code } = await run(node(), ['scripts/build.mjs'])
  if (code !== 0) process.exit(code)
}
