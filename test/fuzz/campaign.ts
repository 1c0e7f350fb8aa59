/** Many inputs into one decoder. */
import { Random } from '../sim/random.ts'
import { digestOf } from '../sim/trace-hash.ts'
import type { Decoder } from './decoder.ts'
import { decodeMs, type Fault, heapBytes, judge, judgeMemory, type Verdict } from './judge.ts'
import { damaged, noise } from './mutations/bytes.ts'
import { shrunk } from './shrink.ts'

export interface Campaign {
  decoder: string
  seed: number
  inputs: number
  accepted: number
  /** How many were refused, by code. */
  refused: Record<string, number>
  /** The longest that a decode took, each the shortest of several times when it seemed long. */
  slowestUs: number
  inputsPerSecond: number
  find?: Find
}

export interface Find {
  fault: Fault
  what: string
  /** Which input of the run it was, from 0. */
  index: number
  input: Uint8Array
  /** A smaller one with the same fault, or the same. */
  shrunk: Uint8Array
}

interface CampaignOptions {
  seed: number
  inputs: number
  /** Called now and then. */
  onProgress?: (done: number) => void
}

/** How inputs are made: mostly nearly right, since noise dies at its first byte. */
const structuredShare = 0.6
const damagedShare = 0.35
/** One input in so many is also decoded for what it takes from the heap. */
const memoryEvery = 997
/** What the decoder may keep, for good, of all that it has seen: caches, no more. */
const retainedBytesMax = 16 * 2 ** 20
const progressEvery = 10_000

/** Stops at the first find. The same seed gives the same inputs. */
export function campaign(decoder: Decoder, { seed, inputs, onProgress }: CampaignOptions): Campaign {
  const random = new Random(seed + 2 ** 32 * nameNumber(decoder.name))
  const result = { decoder: decoder.name, seed, inputs: 0, accepted: 0, refused: {}, slowestUs: 0 }
  const started = performance.now()
  const retained = retainedBytes()
  let find: Find | undefined
  while (result.inputs < inputs && find === undefined) {
    const input = nextInput(random, decoder)
    find = findIn(decoder, input, take(decoder, input, result), result.inputs++)
    if (result.inputs % progressEvery === 0) onProgress?.(result.inputs)
  }
  const inputsPerSecond = Math.round((1_000 * result.inputs) / (performance.now() - started))
  find ??= leak(retainedBytes() - retained, result.inputs)
  return { ...result, inputsPerSecond, ...(find && { find }) }
}

function nextInput(random: Random, decoder: Decoder): Uint8Array {
  const { corpus } = decoder
  const kind = random.next()
  if (kind < structuredShare) return decoder.mutate(random, corpus)
  if (kind < structuredShare + damagedShare) return damaged(random, corpus.pick(random), corpus.pick(random))
  return noise(random)
}

/** Judges an input and counts it. */
function take(decoder: Decoder, input: Uint8Array, result: Omit<Campaign, 'inputsPerSecond'>): Verdict {
  const verdict = judge(decoder, input)
  if (verdict.type === 'fault') return verdict
  if (verdict.type === 'accepted') result.accepted++
  else result.refused[verdict.code] = (result.refused[verdict.code] ?? 0) + 1
  const slowestMs = result.slowestUs / 1_000
  if (verdict.ms > slowestMs) {
    const ms = decodeMs(decoder, input, slowestMs)
    result.slowestUs = Math.max(result.slowestUs, Math.ceil(ms * 1_000))
  }
  const sampled = result.inputs % memoryEvery === 0
  return (sampled ? judgeMemory(decoder, input) : undefined) ?? verdict
}

function findIn(decoder: Decoder, input: Uint8Array, verdict: Verdict, index: number): Find | undefined {
  if (verdict.type !== 'fault') return undefined
  const { fault, what } = verdict
  const hasFault = (smaller: Uint8Array) => {
    const again = fault === 'memory' ? judgeMemory(decoder, smaller) : judge(decoder, smaller)
    return again?.type === 'fault' && again.fault === fault
  }
  return { fault, what, index, input, shrunk: shrunk(input, hasFault) }
}

function leak(bytes: number, inputs: number): Find | undefined {
  if (bytes <= retainedBytesMax) return undefined
  const none = new Uint8Array()
  return { fault: 'memory', what: `kept ${bytes} bytes for good`, index: inputs, input: none, shrunk: none }
}

/** On the heap after a collection, where the program lets us collect (`node --expose-gc`). */
function retainedBytes(): number {
  if (globalThis.gc === undefined) return 0
  globalThis.gc()
  return heapBytes()
}

/** 21 bits, so that each decoder has its own numbers from the same seed. */
function nameNumber(name: string): number {
  return digestOf(Buffer.from(name)) >>> 11
}
