/** What was typed after `npm run fuzz --`. */
import { parseArgs } from 'node:util'
import type { Decoder } from './decoder.ts'

export const usage = `usage: npm run --silent fuzz -- [DECODER]... [--inputs N] [--seed N] [--json]
       npm run --silent fuzz -- DECODER --input HEX      one input; --input - reads the hex from stdin`

/** One line that says what to type instead. The command ends with code 2. */
export class UsageError extends Error {}

export interface FuzzCommand {
  type: 'fuzz'
  decoders: Decoder[]
  inputs: number
  seed: number
  json: boolean
}

export interface RepeatCommand {
  type: 'repeat'
  decoder: Decoder
  /** Hex digits, or `-` for standard input. */
  hex: string
}

const inputsDefault = 10_000_000
const seedMax = 2 ** 32 - 1

/** @throws UsageError */
export function parseCommandLine(
  args: string[],
  known: readonly Decoder[]
): FuzzCommand | RepeatCommand | { type: 'help' } {
  const { values, positionals } = parsed(args)
  if (values.help === true) return { type: 'help' }
  const decoders = positionals.map(name => named(name, known))
  if (values.input === undefined) {
    return {
      type: 'fuzz',
      decoders: decoders.length > 0 ? [...new Set(decoders)] : [...known],
      inputs: count('--inputs', values.inputs, inputsDefault, Number.MAX_SAFE_INTEGER),
      seed: count('--seed', values.seed, Math.floor(Math.random() * 2 ** 31), seedMax),
      json: values.json === true
    }
  }
  const [decoder, second] = decoders
  if (decoder === undefined || second !== undefined) throw new UsageError('--input goes with one decoder')
  if (values.input !== '-') checkHex(values.input)
  return { type: 'repeat', decoder, hex: values.input }
}

/** @throws UsageError */
export function checkHex(hex: string): void {
  if (!/^([0-9a-f]{2})*$/i.test(hex)) throw new UsageError('--input takes bytes as hex digits, two for each')
}

function parsed(args: string[]) {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean' } as const
  const options = { inputs: text, seed: text, input: text, json: flag, help: flag }
  try {
    return parseArgs({ args, options, allowPositionals: true })
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split('. ')[0]}\n${usage}`)
  }
}

function named(name: string, known: readonly Decoder[]): Decoder {
  const decoder = known.find(decoder => decoder.name === name)
  if (decoder !== undefined) return decoder
  const names = known.map(({ name }) => name).join(', ')
  throw new UsageError(`there is no decoder ${JSON.stringify(name)}; there are: ${names}`)
}

function count(option: string, typed: string | undefined, otherwise: number, max: number): number {
  if (typed === undefined) return otherwise
  const number = Number(typed)
  if (/^\d+(e\d+)?$/i.test(typed) && Number.isSafeInteger(number) && number <= max) return number
  throw new UsageError(`${option} takes a whole number up to ${max}, not ${JSON.stringify(typed)}`)
}
