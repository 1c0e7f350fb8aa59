/**
 * Plays the scenarios over several seeds, each in a process of its own, and writes what came of their targets into
 * docs/simulation.md:
 *
 *     node --conditions=source test/sim/targets.ts [--seeds 101,102,103,104,105] [--jobs 2] [NAME…]
 *
 * Only the sections of the scenarios that are named change; without a name, all do. Takes hours.
 */
import { execFile, execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { growthDrawing, section } from './report/section.ts'
import type { Result } from './result.ts'
import { scenarios } from './scenarios/all.ts'
import type { Scenario } from './scenarios/scenario.ts'

const page = new URL('../../docs/simulation.md', import.meta.url)
const drawing = new URL('../../docs/simulation-growth.svg', import.meta.url)
const program = fileURLToPath(new URL('main.ts', import.meta.url))
/** The largest result is a few kilobytes. */
const outputBytesMax = 2 ** 24

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: 'string', default: '101,102,103,104,105' },
    jobs: { type: 'string', default: '1' }
  }
})
const seeds = values.seeds.split(',')
const chosen = scenarios.filter(({ name }) => positionals.length === 0 || positionals.includes(name))
const waiting = chosen.flatMap(scenario => seeds.map(seed => ({ scenario, seed })))
const results = new Map<Scenario, Result[]>(chosen.map(scenario => [scenario, []]))

await Promise.all(Array.from({ length: Number(values.jobs) }, work))
for (const [scenario, runs] of results) write(scenario, runs)

async function work(): Promise<void> {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const { scenario, seed } = next
    const result = await run(scenario, seed)
    results.get(scenario)?.push(result)
    const missed = result.targets
      .filter(({ holds }) => !holds)
      .map(({ figure, reached }) => `${figure} ${reached}`)
    console.log(
      `${scenario.name}, seed ${seed}: ${missed.length === 0 ? 'all targets hold' : missed.join('; ')}`
    )
  }
}

async function run(scenario: Scenario, seed: string): Promise<Result> {
  const args = ['--conditions=source', program, '--scenario', scenario.name, '--seed', seed, '--json']
  if (scenario.isComparable === true && seed === seeds[0]) args.push('--beside')
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: outputBytesMax }).catch(
    // Broken invariants are an exit code, and a result all the same.
    (error: Error & { stdout?: string }) => {
      if (error.stdout?.startsWith('{') === true) return { stdout: error.stdout }
      throw error
    }
  )
  return JSON.parse(stdout) as Result
}

function write(scenario: Scenario, runs: readonly Result[]): void {
  const revision = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()
  const text = section(scenario, runs, { date: new Date().toISOString().slice(0, 10), revision })
  const [start, end] = [`<!-- ${scenario.name} -->`, `<!-- /${scenario.name} -->`]
  const before = readFileSync(page, 'utf8')
  const from = before.indexOf(start)
  const to = before.indexOf(end)
  if (from < 0 || to < from) throw new Error(`docs/simulation.md has no place for ${scenario.name}`)
  writeFileSync(page, `${before.slice(0, from + start.length)}\n${text}\n${before.slice(to)}`)
  if (runs[0]?.growth !== undefined) writeFileSync(drawing, growthDrawing(runs[0].growth))
}
