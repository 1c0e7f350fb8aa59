/** What was typed after `npm run conformance --`, checked. */
import { parseArgs } from 'node:util'
import { suggestion } from '../../packages/node/src/suggestion.ts'

export const usage = `Usage: npm run --silent conformance -- [NAME…] [options]

Plays scenarios against a core, in virtual time: all of them, or those that are named.

  --list                   names the scenarios and what they demand
  --implementation FILE    a module that exports createOverlay(options), and maybe createQueue(config, dropped);
                           without it, this project's own core
  --seed NUMBER            what is random comes from it; without it, a new one each time
  --json                   one JSON object instead of lines
  --help`

export interface Wanted {
  type: 'play' | 'list' | 'help'
  names: string[]
  json: boolean
  seed: number
  /** As it was typed; undefined for our own core. */
  implementation: string | undefined
}

/** It was asked for in a way that cannot work: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** @throws UsageError with one line that names what is wrong and the way out */
export function parseCommandLine(args: readonly string[], known: readonly string[]): Wanted {
  const { values, positionals } = parse(args)
  const unknown = positionals.find(name => !known.includes(name))
  if (unknown !== undefined) throw new UsageError(noSuchScenario(unknown, known))
  const { implementation, json = false } = values
  if (implementation === '') throw new UsageError('--implementation needs a file')
  return {
    type: values.help ? 'help' : values.list ? 'list' : 'play',
    names: [...new Set(positionals)],
    json,
    seed: values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : seedFrom(values.seed),
    implementation
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        list: { type: 'boolean' },
        help: { type: 'boolean' },
        json: { type: 'boolean' },
        seed: { type: 'string' },
        implementation: { type: 'string' }
      }
    })
  } catch (error) {
    const [line = ''] = error instanceof Error ? error.message.split('\n') : []
    throw new UsageError(`${line.replace(/\.? To specify .*$/, '')}; --help says what there is`)
  }
}

function seedFrom(typed: string): number {
  const seed = Number(typed)
  if (/^\d+$/.test(typed) && Number.isSafeInteger(seed)) return seed
  throw new UsageError(`--seed ${typed}: a seed is a whole number from 0 to ${Number.MAX_SAFE_INTEGER}`)
}

/** Names that look like what was typed, or share a word with it. */
function noSuchScenario(typed: string, known: readonly string[]): string {
  const alike = suggestion(typed, known)
  const words = known.flatMap(name => name.split('-'))
  const meant = typed.split('-').map(word => suggestion(word, words))
  const sharing = known.filter(name => name.split('-').some(word => word.length > 2 && meant.includes(word)))
  const near = [...new Set([...(alike === undefined ? [] : [alike]), ...sharing])].slice(0, 4)
  const hint = near.length > 0 ? `the nearest: ${near.join(', ')}` : '--list names them all'
  return `there is no scenario ${JSON.stringify(typed)}; ${hint}`
}
