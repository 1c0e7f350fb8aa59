import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { campaign } from './campaign.ts'
import { vectorsOf } from './corpus.ts'
import { decoders } from './decoders.ts'
import { fieldsOf } from './mutations/protobuf-tree.ts'
import { findText } from './report.ts'

const packages = fileURLToPath(new URL('../../packages', import.meta.url))
const seed = Number(process.env.HOPCAST_SEED)
/** A second or so for each; `npm run fuzz` is for more. */
const inputs = 20_000
/** Nothing but waiting for others on this machine takes so long. */
const patience = 60_000

describe('Damaged bytes', () => {
  test.each(decoders)('into $name find no fault', { timeout: patience }, decoder => {
    const result = campaign(decoder, { seed, inputs })
    const { find, accepted } = result
    expect(find && findText({ ...result, find }), `HOPCAST_SEED=${seed}`).toBe(undefined)
    // Else the inputs are too wild to reach what comes behind the first check.
    expect(accepted).toBeGreaterThan(inputs / 20)
    expect(inputs - accepted).toBeGreaterThan(inputs / 20)
  })
})

describe('The fuzzer knows', () => {
  test('every function that decodes what a peer sent', () => {
    const folders = [`${packages}/protocol/src/wire`, `${packages}/media/src`]
    const decoding = folders.flatMap(exportedDecoders)
    expect(new Set(decoders.flatMap(({ functions }) => functions))).toEqual(new Set(decoding))
  })

  test('an example of every control message', () => {
    const proto = readFileSync(`${packages}/protocol/src/wire/control.proto`, 'utf8')
    const messages = /oneof message \{(.*?)\}/s.exec(proto)?.[1] ?? ''
    const numbers = [...messages.matchAll(/= (\d+);/g)].map(match => Number(match[1]))
    expect(numbers.length).toBeGreaterThan(8)
    const examples = vectorsOf('wire.json', 'control').valid.map(seed => fieldsOf(seed)?.[0]?.number)
    expect(examples).toEqual(expect.arrayContaining(numbers))
  })
})

/** `decode…`, `parse…` and `…Reader` that a folder's files export; not what takes a codec and serves those. */
function exportedDecoders(folder: string): string[] {
  const files = readdirSync(folder).filter(name => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  const sources = files.map(name => readFileSync(`${folder}/${name}`, 'utf8'))
  const exported = /^export (?:function|class) ((?:decode|parse)[A-Z]\w*|\w*Reader)\b(?!<)/gm
  return sources.flatMap(source => [...source.matchAll(exported)].map(match => match[1] ?? ''))
}
