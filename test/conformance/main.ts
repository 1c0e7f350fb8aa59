/** `npm run conformance`: plays the scenarios and says what came of it. Exit code 1 if one failed, 2 for wrong usage. */
import { parseCommandLine, UsageError, usage, type Wanted } from './command-line.ts'
import { loadImplementation } from './implementation.ts'
import { type Outcome, play } from './play.ts'
import { scenarios } from './scenarios.ts'

const nameWidth = Math.max(...scenarios.map(({ name }) => name.length))

process.exitCode = await main(process.argv.slice(2))

async function main(args: readonly string[]): Promise<number> {
  try {
    const wanted = parseCommandLine(
      args,
      scenarios.map(({ name }) => name)
    )
    if (wanted.type === 'help') console.log(usage)
    if (wanted.type === 'list') list()
    return wanted.type === 'play' ? await playAll(wanted) : 0
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    console.error(`conformance: ${error.message}`)
    return 2
  }
}

function list(): void {
  for (const { name, demands } of scenarios) console.log(`${name.padEnd(nameWidth)}  ${demands}`)
}

async function playAll(wanted: Wanted): Promise<number> {
  const { names, json, seed } = wanted
  const implementation = await loadImplementation(wanted.implementation)
  const outcomes: Outcome[] = []
  for (const scenario of scenarios) {
    if (names.length > 0 && !names.includes(scenario.name)) continue
    const outcome = play(scenario, implementation, seed)
    outcomes.push(outcome)
    if (!json) console.log(lines(outcome, scenario.demands, wanted))
  }
  const failed = outcomes.filter(({ ok }) => !ok).length
  const passed = outcomes.length - failed
  if (json) console.log(JSON.stringify({ passed, failed, scenarios: outcomes }))
  else console.log(`${passed} passed, ${failed} failed, seed ${seed}`)
  return failed > 0 ? 1 : 0
}

/** One line for a scenario; for one that failed, the reason and how to see it again below. */
function lines({ name, ok, ms, error }: Outcome, demands: string, wanted: Wanted): string {
  const line = `${ok ? 'ok    ' : 'FAILED'} ${name.padEnd(nameWidth)} ${String(ms).padStart(5)} ms  ${demands}`
  if (ok) return line
  const options = wanted.implementation === undefined ? '' : ` --implementation ${wanted.implementation}`
  return [
    line,
    ...(error ?? '').split('\n').map(text => `       ${text}`),
    `       repeat it: npm run --silent conformance -- ${name} --seed ${wanted.seed}${options}`
  ].join('\n')
}
