/**
 * What mutations start from: the golden vectors of the RFCs, those that have to be refused included. A message that is
 * added there is fuzzed from then on.
 */
import { readFileSync } from 'node:fs'
import { fromHex } from '../../packages/protocol/src/ids.ts'
import type { Random } from '../sim/random.ts'

/** From what is refused already, damage seldom leads to something new. */
const refusedChance = 0.15
/** Longer seeds make slow mutations: they are picked rarely, */
const smallBytesMax = 4_096
const largeChance = 0.002
/** and still longer ones, which only fill a payload, not at all. */
const seedBytesMax = 70_000

export class Corpus {
  readonly valid: readonly Uint8Array[]
  readonly #small: readonly Uint8Array[]
  readonly #large: readonly Uint8Array[]

  constructor(valid: readonly Uint8Array[], refused: readonly Uint8Array[]) {
    const ofLengths = (over: number, max: number) =>
      refused.filter(({ length }) => length > over && length <= max)
    this.valid = valid
    this.#small = ofLengths(-1, smallBytesMax)
    this.#large = ofLengths(smallBytesMax, seedBytesMax)
  }

  pick(random: Random): Uint8Array {
    if (this.#large.length > 0 && random.chance(largeChance)) return random.pick(this.#large)
    const refused = this.#small.length > 0 && random.chance(refusedChance)
    return random.pick(refused ? this.#small : this.valid)
  }
}

/** A vector's input: hex or text, and what is repeated behind it. */
interface Vector {
  hex?: string
  text?: string
  repeat?: { hex?: string; text?: string; times: number }
}

/** The inputs in `list` of a file of golden vectors, wherever in the file it stands. */
export function vectorsOf(file: 'wire.json' | 'media.json', list: string): Corpus {
  const vectors = JSON.parse(readFileSync(new URL(`../../rfcs/vectors/${file}`, import.meta.url), 'utf8'))
  const [valid, decodeOnly, invalid] = [vectors, vectors.decodeOnly, vectors.invalid].map(group =>
    (group[list] ?? []).map(inputOf)
  )
  return new Corpus([...valid, ...decodeOnly], invalid)
}

function inputOf({ hex = '', text = '', repeat }: Vector): Uint8Array {
  const times = repeat?.times ?? 0
  const bytes = fromHex(hex + (repeat?.hex ?? '').repeat(times))
  return hex === '' ? new TextEncoder().encode(text + (repeat?.text ?? '').repeat(times)) : bytes
}
