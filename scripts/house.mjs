/**
 * The house rules that Biome cannot check; those that it can are in biome.json. Prints a line per violation.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { main, Problem, root } from './workspace.mjs'

/** Which of our packages each one may depend on. Biome holds the imports to what package.json names. */
const mayDependOn = {
  'packages/protocol': [],
  'packages/media': ['@hopcast/protocol'],
  'packages/node': ['@hopcast/protocol', '@hopcast/media'],
  'packages/web': ['@hopcast/protocol', '@hopcast/media'],
  test: ['@hopcast/protocol', '@hopcast/media', '@hopcast/node', '@hopcast/web'],
  bench: ['@hopcast/protocol', '@hopcast/media', '@hopcast/node', '@hopcast/web']
}
const fileKilobytesMax = 600

await main(async () => {
  const files = ourFiles()
  const sources = files.filter(path => /\.(ts|js|mjs)$/.test(path))
  const broken = [
    ...Object.entries(mayDependOn).flatMap(([path, allowed]) => wrongDependencies(path, allowed)),
    ...sources.filter(path => path.startsWith('packages/')).flatMap(importsOutside),
    ...sources.filter(inCore).flatMap(waits),
    ...files.filter(path => path.endsWith('.md')).flatMap(deadLinks),
    ...hosts(),
    ...files.filter(tooLarge).map(path => `${path}: over ${fileKilobytesMax} KB`)
  ]
  if (broken.length > 0) throw new Problem(broken.join('\n'))
})

/** Every file that is, or would be, in the repository. */
function ourFiles() {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard']
  const { status, stdout } = spawnSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 })
  if (status !== 0)
    throw new Problem('git does not list the files: the house rules are checked in a clone only')
  return [...new Set(stdout.split('\0'))].filter(path => path && existsSync(join(root, path)))
}

/** Imports run one way: protocol ← media ← {node, web} ← {test, bench}. */
function wrongDependencies(/** @type {string} */ path, /** @type {string[]} */ allowed) {
  const { dependencies, devDependencies, optionalDependencies, peerDependencies } = json(
    `${path}/package.json`
  )
  const names = Object.keys({
    ...dependencies,
    ...devDependencies,
    ...optionalDependencies,
    ...peerDependencies
  })
  return names
    .filter(name => name.startsWith('@hopcast/') && !allowed.includes(name))
    .map(name => `${path}/package.json: must not depend on ${name}`)
}

/** A relative import never leaves its package: what another package shares is imported by its name. */
function importsOutside(/** @type {string} */ path) {
  const home = path.split('/', 2).join('/')
  return linesMatching(path, /(?:from|import)\s*\(?\s*'(\.\.?\/[^']*)'/g, ([, target = '']) => {
    const outside = relative(home, join(dirname(path), target)).startsWith('..')
    return outside ? `import of ${target} leaves the package: use its name` : undefined
  })
}

function inCore(/** @type {string} */ path) {
  return /^packages\/protocol\/src\/(?!libp2p\/|.*generated\/|.*\.test\.ts$)/.test(path)
}

/** Biome forbids the core the global Promise; these make one without naming it. */
function waits(/** @type {string} */ path) {
  return linesMatching(
    path,
    /^(?!\s*(?:\/?\*|\/\/)).*\b(async|await)\b/g,
    ([, word]) => `${word} in the core, which never waits`
  )
}

/** A link inside the repository leads somewhere. */
function deadLinks(/** @type {string} */ path) {
  return linesMatching(path, /\]\((?!https?:|#)([^)#\s]+)/g, ([, target = '']) =>
    existsSync(join(root, dirname(path), target)) ? undefined : `links to ${target}, which is not there`
  )
}

/** The lock file names no registry, so that each machine installs from its own. */
function hosts() {
  return Object.entries(json('package-lock.json').packages)
    .filter(([, entry]) => /^[a-z+]+:\/\//.test(entry.resolved ?? ''))
    .map(([path]) => `package-lock.json: ${path} names a host in \`resolved\``)
}

function tooLarge(/** @type {string} */ path) {
  return path !== 'package-lock.json' && statSync(join(root, path)).size > fileKilobytesMax * 1024
}

/**
 * @param {string} path
 * @param {RegExp} pattern global, looked for in each line
 * @param {(match: RegExpMatchArray) => string | undefined} complaint
 */
function linesMatching(path, pattern, complaint) {
  const lines = readFileSync(join(root, path), 'utf8').split('\n')
  return lines.flatMap((line, index) => {
    const complaints = [...line.matchAll(pattern)].map(complaint).filter(text => text !== undefined)
    return complaints.map(text => `${path}:${index + 1}: ${text}`)
  })
}

function json(/** @type {string} */ path) {
  return JSON.parse(readFileSync(join(root, path), 'utf8'))
}
