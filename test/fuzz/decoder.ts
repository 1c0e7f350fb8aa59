/** What the fuzzer needs to know of a decoder. */
import type { Random } from '../sim/random.ts'
import type { Corpus } from './corpus.ts'

/** Methods, not members with arrows: a list may then hold decoders of different values. */
export interface Decoder<T = unknown> {
  name: string
  /** The functions of the packages that are fuzzed by it. */
  functions: readonly string[]
  corpus: Corpus
  /** An input that is nearly right. */
  mutate(random: Random, corpus: Corpus): Uint8Array
  decode(input: Uint8Array): T
  /** The code with which it refuses; `undefined` for an error that must not come out. */
  refusal(error: unknown): string | undefined
  /** What is wrong with the value when it is encoded and decoded again; `undefined` when nothing is. */
  roundTrip(value: T, input: Uint8Array): string | undefined
}
