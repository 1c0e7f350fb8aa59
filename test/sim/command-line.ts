/** What `npm run sim` is asked for. */
import { parseArgs } from 'node:util'
import { scenarios } from './scenarios/all.ts'
import type { Scenario } from './scenarios/scenario.ts'

export interface Request {
  scenario: Scenario
  nodes: number
  seconds: number
  seeds: number[]
  json: boolean
  /** Gossipsub plays the same. */
  beside: boolean
  /** Where the page goes; a temporary place unless given. */
  report: string | undefined
}

/** The user asked for something that there is not: one line, exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

const nodesMax = 100_000

export const help = `npm run --silent sim -- [--scenario NAME] [--nodes N] [--seconds S] [--seed K] [--json]

A network in virtual time: the core as it runs in production, on a simulated underlay. The same seed is the same run.

  --scenario NAME  what happens (default steady)
  --nodes N        how many nodes, servers apart (default: the scenario's)
  --seconds S      virtual time (default: the scenario's)
  --seed K         of all that is random (default 1)
  --seeds A,B,…    several runs; of each figure the worst counts
  --beside         the same with a model of gossipsub v1.1, side by side
  --json           one JSON object on stdout, and no page
  --report FILE    where the page with the pictures goes (default: a temporary file)

Scenarios, with their nodes and seconds:
${scenarios.map(line).join('\n')}
`

function line({ name, nodes, seconds, about }: Scenario): string {
  return `  ${name.padEnd(15)} ${String(nodes).padStart(6)} ${String(seconds).padStart(4)} s  ${about}`
}

/**
 * Undefined: help was asked for.
 *
 * @throws UsageError
 */
export function parseRequest(args: string[]): Request | undefined {
  const values = parse(args)
  if (values.help) return undefined
  const name = values.scenario ?? 'steady'
  const scenario = scenarios.find(one => one.name === name)
  if (scenario === undefined) {
    throw new UsageError(`no scenario ${name}; there are: ${scenarios.map(one => one.name).join(', ')}`)
  }
  if (values.seed !== undefined && values.seeds !== undefined)
    throw new UsageError('--seed or --seeds, not both')
  if (values.json && values.report !== undefined) throw new UsageError('--report or --json, not both')
  if (values.beside && !scenario.isComparable) {
    const comparable = scenarios.filter(one => one.isComparable).map(one => one.name)
    throw new UsageError(`--beside goes with ${comparable.join(', ')}`)
  }
  const seeds = (values.seeds ?? values.seed ?? '1').split(',')
  return {
    scenario,
    nodes: whole('--nodes', values.nodes, 2, nodesMax) ?? scenario.nodes,
    seconds: whole('--seconds', values.seconds, 6, 86_400) ?? scenario.seconds,
    seeds: seeds.map(seed => whole('--seed', seed, 0, Number.MAX_SAFE_INTEGER) as number),
    json: values.json ?? false,
    beside: values.beside ?? false,
    report: values.report
  }
}

function parse(args: string[]) {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean' } as const
  const options = {
    ...{ scenario: text, nodes: text, seconds: text, seed: text, seeds: text, report: text },
    ...{ json: flag, beside: flag, help: { ...flag, short: 'h' } }
  }
  try {
    return parseArgs({ args, options }).values
  } catch (error) {
    const [reason] = (error as Error).message.split('. ')
    throw new UsageError(`${reason}; --help says what there is`)
  }
}

function whole(name: string, value: string | undefined, from: number, to: number): number | undefined {
  if (value === undefined) return undefined
  const number = Number(value)
  if (/^\d+$/.test(value) && number >= from && number <= to) return number
  throw new UsageError(`${name} is ${JSON.stringify(value)}, not a whole number from ${from} to ${to}`)
}
