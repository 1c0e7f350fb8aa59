/** Messages that are nearly right: fields with another number, type, value or length, missing, moved, in excess. */
import { controlFieldsMax, syncRowsMax } from '../../../packages/protocol/src/wire/limits.ts'
import type { Random } from '../../sim/random.ts'
import type { Corpus } from '../corpus.ts'
import { damaged, noise, randomBytes } from './bytes.ts'
import { anyNumber, anyVarint } from './numbers.ts'
import { bytesOf, copyOf, type Field, fieldsOf } from './protobuf-tree.ts'

const changesMax = 5
/** How often a field is repeated at most: rarely past the limits of rows and fields, since that takes long. */
const copiesMax = 4
const manyCopies = [syncRowsMax - 1, syncRowsMax, controlFieldsMax - 1, controlFieldsMax, 20_000]
const manyChance = 0.000_5
/** Lengths of ids, signatures and texts, and those beside them. */
const lengths = [0, 1, 2, 15, 16, 17, 31, 32, 33, 37, 38, 43, 44, 45, 63, 64, 65, 128, 129, 1_024, 1_025]
const longLengths = [2_048, 2_049, 65_535, 65_536, 65_537]
/** Control characters, a lone surrogate, an overlong form, a byte that begins nothing, and letters. */
const textPieces = ['00', '1b', '7f', 'c29b', 'eda080', 'c080', 'ff', 'f09f8e99', 'c3a9', '61']
const texts = textPieces.map(hex => new Uint8Array(Buffer.from(hex, 'hex')))

const trees = new WeakMap<Uint8Array, Field[] | undefined>()

/** @param mend makes right what no change at random would, e.g. a hash */
export function mutatedProtobuf(
  random: Random,
  corpus: Corpus,
  mend?: (fields: Field[]) => void
): Uint8Array {
  const seed = corpus.pick(random)
  const tree = treeOf(seed)
  if (tree === undefined) return damaged(random, seed, corpus.pick(random))
  const fields = copyOf(tree)
  for (let changes = random.integer(1, random.integer(1, changesMax)); changes > 0; changes--) {
    change(random, someList(random, fields), corpus)
  }
  if (random.chance(0.5)) mend?.(fields)
  const bytes = bytesOf(fields)
  if (random.chance(0.05)) return bytes.subarray(0, random.integer(0, bytes.length))
  return bytes
}

function treeOf(seed: Uint8Array): Field[] | undefined {
  if (!trees.has(seed)) trees.set(seed, fieldsOf(seed))
  return trees.get(seed)
}

/** The top, or the fields of a message further down. */
function someList(random: Random, fields: Field[]): Field[] {
  if (fields.length === 0) return fields
  const { body } = random.pick(fields)
  return body instanceof Uint8Array || random.chance(0.25) ? fields : someList(random, body)
}

function change(random: Random, list: Field[], corpus: Corpus): void {
  const at = random.integer(0, Math.max(0, list.length - 1))
  const field = list[at]
  if (field === undefined) {
    list.push(unknownField(random))
    return
  }
  switch (random.integer(0, 11)) {
    case 0:
      field.number = random.chance(0.9) ? random.integer(0, 20) : random.integer(0, 2 ** 29 - 1)
      break
    case 1:
      field.wireType = random.integer(0, 7)
      break
    case 2:
      field.claimedLength = anyVarint(random, anyNumber(random))
      break
    case 3:
      repeat(random, list, at)
      break
    case 4:
      list.splice(at, 1)
      break
    case 5:
      list.splice(random.integer(0, list.length - 1), 0, ...list.splice(at, 1))
      break
    case 6:
      list.splice(at, random.integer(0, 1), ...borrowed(random, corpus))
      break
    case 7:
      list[at] = { ...field, wireType: 2, body: [field] }
      break
    case 8:
      list.splice(at, 0, unknownField(random))
      break
    default:
      setBody(random, field)
  }
}

function repeat(random: Random, list: Field[], at: number): void {
  const copies = random.chance(manyChance) ? random.pick(manyCopies) : random.integer(1, copiesMax)
  const [field] = list.splice(at, 1)
  // The copies of a message are one object: what a later change does to one, it does to all.
  for (let i = 0; i <= copies; i++) list.push(field as Field)
}

function borrowed(random: Random, corpus: Corpus): Field[] {
  const tree = treeOf(corpus.pick(random))
  if (tree === undefined || tree.length === 0) return []
  const list = someList(random, tree)
  return list.length === 0 ? [] : copyOf([random.pick(list)])
}

function unknownField(random: Random): Field {
  const number = random.integer(1, 2_000)
  if (random.chance(0.5)) return { number, wireType: 0, body: anyVarint(random, anyNumber(random)) }
  return { number, wireType: random.pick([1, 2, 3, 4, 5]), body: noise(random) }
}

function setBody(random: Random, field: Field): void {
  const { body } = field
  if (!(body instanceof Uint8Array)) {
    if (random.chance(0.2)) field.body = []
    return
  }
  if (field.wireType === 0) {
    field.body = anyVarint(random, anyNumber(random))
    return
  }
  switch (random.integer(0, 3)) {
    case 0:
      field.body = damaged(random, body, body)
      break
    case 1:
      field.body = randomBytes(random, random.pick(random.chance(0.01) ? longLengths : lengths))
      break
    case 2:
      field.body = new Uint8Array(random.pick(random.chance(0.01) ? longLengths : lengths)).fill(0x61)
      break
    default:
      field.body = Buffer.concat([body, random.pick(texts)])
  }
}
