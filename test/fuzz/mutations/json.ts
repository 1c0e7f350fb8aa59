/** JSON that is nearly right: members missing, in excess, of another type, nested, and spelled as few would. */
import type { Random } from '../../sim/random.ts'
import type { Corpus } from '../corpus.ts'
import { damaged } from './bytes.ts'

type Json = null | boolean | number | string | Json[] | { [name: string]: Json }

const changesMax = 5
const numbers = [
  0,
  1,
  2,
  -1,
  0.5,
  1e308,
  255,
  256,
  1_023,
  5_999,
  6_000,
  48_000,
  20_000,
  510_000,
  510_001,
  2 ** 53
]
const texts = [
  '',
  'audio',
  'opus',
  'video',
  '__proto__',
  '\u0000',
  '\u001b[31m',
  '\u009b31m',
  '\u2028',
  '\ud800',
  'é🎙'
]
const names = [
  'version',
  'tracks',
  'id',
  'kind',
  'codec',
  'channels',
  'bitrate',
  '__proto__',
  'constructor',
  'x'
]
/** What `{"version":2,"version":1}` and its like are made of. */
const pieces = [
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '"',
  '\\',
  '"version":1,',
  '1e1',
  '-0',
  'null',
  ' ',
  '\ufeff',
  '\u009b'
]
const depthMax = 600
/** Copies of longer values would only make the input too large. */
const copiedMax = 200

export function mutatedJson(random: Random, corpus: Corpus): Uint8Array {
  const seed = corpus.pick(random)
  const value = parsed(seed)
  if (value === undefined) return damaged(random, seed, corpus.pick(random))
  let changed = value
  for (let changes = random.integer(0, changesMax); changes > 0; changes--) changed = change(random, changed)
  return new TextEncoder().encode(spelled(random, JSON.stringify(changed)))
}

function parsed(seed: Uint8Array): Json | undefined {
  try {
    return JSON.parse(Buffer.from(seed).toString())
  } catch {
    return undefined
  }
}

/** The value, or one inside it, changed in place or replaced. */
function change(random: Random, value: Json): Json {
  if (typeof value !== 'object' || value === null || random.chance(0.05)) return anyValue(random)
  const inner = Object.keys(value)
  const name = inner.length > 0 ? random.pick(inner) : '0'
  const members = value as Record<string, Json>
  const member = members[name] ?? null
  if (random.chance(0.7)) members[name] = change(random, member)
  else if (Array.isArray(value)) changeList(random, value, member)
  else if (random.chance(0.5)) delete members[name]
  else members[random.pick(names)] = anyValue(random)
  return value
}

function changeList(random: Random, list: Json[], item: Json): void {
  if (random.chance(0.3)) list.splice(random.integer(0, list.length), 1)
  else {
    // Copies, so that a later change makes them differ.
    const json = JSON.stringify(item)
    const copies = random.integer(1, json.length < copiedMax ? 17 : 1)
    for (let i = copies; i > 0; i--) list.push(JSON.parse(json))
  }
}

function anyValue(random: Random): Json {
  switch (random.integer(0, 5)) {
    case 0:
      return random.pick([null, true, false])
    case 1:
      return random.pick(texts)
    case 2:
      return random.chance(0.5) ? [] : {}
    case 3: {
      let nested: Json = []
      for (let depth = random.integer(1, random.integer(1, depthMax)); depth > 0; depth--) nested = [nested]
      return nested
    }
    default:
      return random.pick(numbers)
  }
}

/** White space, shorter numbers, escaped letters, and pieces where none belong. */
function spelled(random: Random, json: string): string {
  let text = json
  if (random.chance(0.2)) text = text.replaceAll('48000', '48e3').replaceAll('20000', '2e4')
  if (random.chance(0.1)) text = text.replaceAll('opus', '\\u006fpus')
  if (random.chance(0.2)) text = text.replaceAll(',', ', ')
  if (random.chance(0.05)) text = text.padEnd(random.integer(1_020, 1_028))
  if (random.chance(0.2)) {
    const at = random.integer(0, text.length)
    text = text.slice(0, at) + random.pick(pieces) + text.slice(at + random.integer(0, 2))
  }
  return text
}
