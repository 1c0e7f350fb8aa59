/** `npm run sim`: plays a scenario in virtual time, and reports it. `--help` says how. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { help, parseRequest, type Request, UsageError } from './command-line.ts'
import { type Played, type Progress, play } from './play.ts'
import { ProgressLine } from './progress.ts'
import { comparison, comparisonLines } from './report/comparison.ts'
import { pageOf } from './report/page.ts'
import { targetLines, textOf } from './report/text.ts'
import type { Result } from './result.ts'
import { type Scenario, worstOf } from './scenarios/scenario.ts'

try {
  const request = parseRequest(process.argv.slice(2))
  if (request === undefined) process.stdout.write(help)
  else run(request)
} catch (error) {
  const isUsage = error instanceof UsageError
  if (!isUsage && !(error instanceof Error)) throw error
  process.stderr.write(`sim: ${error.message}\n`)
  process.exitCode = isUsage ? 2 : 1
}

function run({ scenario, nodes, seconds, seeds, json, beside, report }: Request): void {
  const progress = new ProgressLine()
  const results: Result[] = []
  for (const seed of seeds) {
    const options = { scenario, nodes, seconds, seed, onProgress: (state: Progress) => progress.show(state) }
    const played = play(options)
    const other = beside ? play({ ...options, protocol: 'gossipsub' }).result : undefined
    progress.end()
    results.push(other === undefined ? played.result : { ...played.result, gossipsub: other })
    if (json) continue
    const page = writePage(scenario, played, other, report)
    const rows = other === undefined ? [] : comparison(played.result, other)
    const compared = rows.length === 0 ? '' : `\n\nBeside gossipsub v1.1:\n${comparisonLines(rows)}`
    process.stdout.write(`${textOf(scenario, played.result)}${compared}\nReport: ${page}\n`)
  }
  const worst = worstOf(results.map(result => result.targets))
  if (json)
    process.stdout.write(`${JSON.stringify(results.length === 1 ? results[0] : { runs: results, worst })}\n`)
  else if (results.length > 1)
    process.stdout.write(`\nWorst of seeds ${seeds.join(', ')}:\n${targetLines(worst)}\n`)
  if (results.some(({ loops, invariantBreaks }) => loops + invariantBreaks > 0)) process.exitCode = 1
}

/** @returns the path of the page */
function writePage(
  scenario: Scenario,
  played: Played,
  other: Result | undefined,
  report: string | undefined
): string {
  const file = report ?? join(mkdtempSync(join(tmpdir(), 'hopcast-sim-')), `${scenario.name}.html`)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, pageOf(scenario, played, other))
  return file
}
