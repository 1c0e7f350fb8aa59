/** What `npm run bench` is asked for. */
import { parseArgs } from 'node:util'
import type { Benchmark } from './benchmark.ts'

export type Request =
  | { type: 'help' }
  | { type: 'list' }
  | { type: 'run'; benchmarks: Benchmark[]; runs: number; json: boolean; profile: string | undefined }

/** The user asked for something that there is not: one line, exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

const runsDefault = 5
const runsMax = 99

export const help = `npm run --silent bench -- [NAME]... [--runs N] [--json] [--list] [--profile FOLDER]

Measures a relay beside others that do the same, in turns on this machine. Without a NAME, all there is.

  --runs N          how often each is measured (default ${runsDefault}); a row says the median, and the least and greatest ratio
  --json            one JSON object on stdout
  --list            the names, with what they measure
  --profile FOLDER  the relay writes a CPU profile there, and a table says where its time goes; it is slower by that
`

/** @throws UsageError */
export function parseRequest(args: string[], known: readonly Benchmark[]): Request {
  const { values, positionals } = parsed(args)
  if (values.help) return { type: 'help' }
  if (values.list) return { type: 'list' }
  const chosen = [...new Set(positionals.map(name => named(name, known)))]
  const benchmarks = chosen.length > 0 ? chosen : [...known]
  const request = { runs: runsOf(values.runs), json: values.json ?? false, profile: values.profile }
  return { type: 'run', benchmarks, ...request }
}

function parsed(args: string[]) {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean' } as const
  const help = { type: 'boolean', short: 'h' } as const
  const options = { runs: text, profile: text, json: flag, list: flag, help }
  try {
    return parseArgs({ args, options, allowPositionals: true })
  } catch (error) {
    const [reason] = (error as Error).message.split('. ')
    throw new UsageError(`${reason}; --help says what there is`)
  }
}

function named(name: string, known: readonly Benchmark[]): Benchmark {
  const benchmark = known.find(one => one.name === name)
  if (benchmark !== undefined) return benchmark
  throw new UsageError(`no benchmark ${name}; there are: ${known.map(one => one.name).join(', ')}`)
}

function runsOf(typed: string | undefined): number {
  if (typed === undefined) return runsDefault
  const runs = Number(typed)
  if (/^\d+$/.test(typed) && runs >= 1 && runs <= runsMax) return runs
  throw new UsageError(`--runs is ${JSON.stringify(typed)}, not a whole number from 1 to ${runsMax}`)
}
