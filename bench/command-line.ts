/** What `npm run bench` is asked for. */
import { parseArgs } from 'node:util'
import type { Benchmark } from './benchmark.ts'

export type Request = { type: 'help' } | { type: 'list' } | ({ type: 'run' } & Run)

interface Run {
  benchmarks: Benchmark[]
  runs: number
  /** Of the peers, only these; undefined: all. */
  beside: string[] | undefined
  /** Another checkout of this repository, which is measured, too. */
  against: string | undefined
  json: boolean
  profile: string | undefined
}

/** The user asked for something that there is not: one line, exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

const runsDefault = 5
const runsMax = 99

export const help = `npm run --silent bench -- [NAME]... [--runs N] [--beside PEER,...] [--against FOLDER] [--json] [--list] [--profile FOLDER]

Measures a relay beside others that do the same, in turns on this machine. Without a NAME, all there is.

  --runs N          how often each is measured (default ${runsDefault}); a row says the median, and the least and greatest ratio
  --beside PEER,... beside these only, of those that a benchmark has: for a quick look
  --against FOLDER  beside the relay of another checkout of this repository, and of nobody else unless --beside says so;
                    what a change costs
  --json            one JSON object on stdout
  --list            the names, with what they measure
  --profile FOLDER  the relay writes a CPU profile there, and a table says where its time goes; it is slower by that
`

/** @throws UsageError */
export function parseRequest(args: string[], known: readonly Benchmark[]): Request {
  const { values, positionals } = parsed(args)
  if (values.help) return { type: 'help' }
  if (values.list) return { type: 'list' }
  const { json = false, profile, against } = values
  const chosen = [...new Set(positionals.map(name => named(name, known)))]
  const all = chosen.length > 0 ? chosen : [...known]
  const benchmarks = against === undefined ? all : thoseAgainst(against, chosen, known)
  const alone = against === undefined ? undefined : []
  const beside = values.beside === undefined ? alone : peersOf(values.beside, benchmarks)
  return { type: 'run', benchmarks, runs: runsOf(values.runs), beside, against, json, profile }
}

function thoseAgainst(folder: string, chosen: Benchmark[], known: readonly Benchmark[]): Benchmark[] {
  if (folder === '') throw new UsageError('--against needs the folder of another checkout')
  const able = known.filter(({ takesCheckout }) => takesCheckout === true)
  const unable = chosen.find(one => !able.includes(one))
  if (unable === undefined) return chosen.length > 0 ? chosen : able
  const names = able.map(({ name }) => name).join(', ')
  throw new UsageError(`${unable.name} is not measured against another checkout; these are: ${names}`)
}

function parsed(args: string[]) {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean' } as const
  const help = { type: 'boolean', short: 'h' } as const
  const options = { runs: text, beside: text, against: text, profile: text, json: flag, list: flag, help }
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

function peersOf(typed: string, benchmarks: readonly Benchmark[]): string[] {
  const known = new Set(benchmarks.flatMap(({ peers }) => peers))
  const names = typed.split(',')
  const stranger = names.find(name => !known.has(name))
  if (stranger === undefined) return names
  throw new UsageError(`no peer ${JSON.stringify(stranger)}; there are: ${[...known].join(', ') || 'none'}`)
}

function runsOf(typed: string | undefined): number {
  if (typed === undefined) return runsDefault
  const runs = Number(typed)
  if (/^\d+$/.test(typed) && runs >= 1 && runs <= runsMax) return runs
  throw new UsageError(`--runs is ${JSON.stringify(typed)}, not a whole number from 1 to ${runsMax}`)
}
