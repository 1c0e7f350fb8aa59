/** `npm run bench`: measures the relay beside others, on this machine. `--help` says how. */
import { resolve } from 'node:path'
import type { Row } from './benchmark.ts'
import { benchmarks } from './benchmarks.ts'
import { help, parseRequest, type Request, UsageError } from './command-line.ts'
import { useUsual } from './congestion-control.ts'
import { buildIn, hopcastIn } from './contestants/hopcast.ts'
import { json as asJson, table } from './report.ts'
import { root, Stage } from './stage.ts'

try {
  const request = parseRequest(process.argv.slice(2), benchmarks)
  if (request.type === 'help') process.stdout.write(help)
  else if (request.type === 'list') process.stdout.write(list())
  else await run(request)
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  process.stderr.write(`bench: ${error.message}\n`)
  process.exitCode = 2
}

function list(): string {
  return benchmarks.map(({ name, about }) => `${name.padEnd(20)} ${about}\n`).join('')
}

async function run({
  benchmarks,
  runs,
  beside,
  against,
  profile,
  json
}: Extract<Request, { type: 'run' }>): Promise<void> {
  const say = (text: string) => process.stderr.write(`${text}\n`)
  const checkout = against === undefined ? undefined : resolve(against)
  const missing = checkout === undefined ? undefined : hopcastIn(checkout).missing()
  if (missing !== undefined) throw new UsageError(`--against: ${missing}`)
  useUsual(say)
  try {
    for (const folder of [root, ...(checkout === undefined ? [] : [checkout])]) await buildIn(folder)
  } catch (error) {
    say(`bench: ${(error as Error).message}`)
    process.exitCode = 1
    return
  }
  const stage = new Stage({
    runs,
    beside,
    against: checkout,
    say,
    profile: profile === undefined ? undefined : resolve(profile)
  })
  // Whatever runs ends with this process (`Stage`).
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(130))
  const rows: Row[] = []
  for (const benchmark of benchmarks) {
    try {
      rows.push(...(await benchmark.run(stage)))
    } catch (error) {
      say(`bench: ${benchmark.name}: ${(error as Error).message}`)
      process.exitCode = 1
      await stage.endAll()
    }
  }
  process.stdout.write(`${json ? asJson(rows) : table(rows)}\n`)
}
