/**
 * Sums over the rows that one node has told another, kept by both: a row that was lost on the way shows in them (RFC 1,
 * section "Digests"). Whole-number arithmetic, the same on every machine.
 */
import type { PeerId, StreamId } from './ids.ts'
import type { Version } from './version.ts'
import { digestBuckets } from './wire/limits.ts'
import type { SyncRow } from './wire/messages.ts'

/** Of a peer id that is base58btc text, hence ASCII. */
export function bucketOf(origin: PeerId): number {
  return finish(hashText(origin)) >>> 28
}

/** 32 bits that stand for what a row says. */
export function rowHash({ origin, epoch, seqno, metricUs = 0, hops }: SyncRow): number {
  let hash = hashText(origin)
  for (const number of [epoch, seqno, metricUs]) hash = hashNumber(hash, number)
  return finish(hashByte(hash, hops))
}

/** A bit for each sum that is not the same, bit n for bucket n. */
export function differing(a: readonly number[], b: readonly number[]): number {
  let bits = 0
  for (let bucket = 0; bucket < digestBuckets; bucket++) if (a[bucket] !== b[bucket]) bits |= 1 << bucket
  return bits
}

/** The bucket of a stream: the last of its id's hex digits. An id is a hash already. */
export function streamBucketOf(stream: StreamId): number {
  return Number.parseInt(stream.slice(-1), 16)
}

/** The streams of a subscription, each as the first 32 bits of its id. */
export function streamSums(streams: Iterable<StreamId>): number[] {
  const sums = new Array<number>(digestBuckets).fill(0)
  for (const stream of streams) {
    const bucket = streamBucketOf(stream)
    sums[bucket] = ((sums[bucket] ?? 0) ^ Number.parseInt(stream.slice(0, 8), 16)) >>> 0
  }
  return sums
}

/** What is remembered of a row. */
export interface RowKey extends Version {
  origin: PeerId
  number: number | undefined
  hash: number
}

/** The rows of one table as they were last told, each as its hash. */
export class RowSums {
  readonly #rows = new Map<PeerId, RowKey>()
  readonly #byNumber = new Map<number, RowKey>()
  readonly #sums = new Uint32Array(digestBuckets)

  get size(): number {
    return this.#rows.size
  }

  /** The row that METRICS call so. */
  numbered(number: number): Readonly<RowKey> | undefined {
    return this.#byNumber.get(number)
  }

  /** Whether the table has a row of the origin. */
  has(origin: PeerId): boolean {
    return this.#rows.has(origin)
  }

  set(row: SyncRow): void {
    this.delete(row.origin)
    if (row.metricUs === undefined) return
    const { origin, epoch, seqno, number } = row
    const key: RowKey = { origin, epoch, seqno, number, hash: rowHash(row) }
    this.#rows.set(origin, key)
    if (number !== undefined) this.#byNumber.set(number, key)
    this.#add(origin, key.hash)
  }

  delete(origin: PeerId): void {
    const key = this.#rows.get(origin)
    if (key === undefined) return
    this.#rows.delete(origin)
    if (key.number !== undefined && this.#byNumber.get(key.number) === key) this.#byNumber.delete(key.number)
    this.#add(origin, key.hash)
  }

  /** The origins of one bucket that have a row. */
  originsIn(bucket: number): PeerId[] {
    return [...this.#rows.keys()].filter(origin => bucketOf(origin) === bucket)
  }

  /** The sums, but for the row about `except`: what is said of a node to itself does not count. */
  sums(except?: PeerId): number[] {
    const sums = [...this.#sums]
    const hash = except && this.#rows.get(except)?.hash
    if (except === undefined || hash === undefined) return sums
    const bucket = bucketOf(except)
    sums[bucket] = ((sums[bucket] ?? 0) ^ hash) >>> 0
    return sums
  }

  /** Adding twice is taking away. */
  #add(origin: PeerId, hash: number): void {
    const bucket = bucketOf(origin)
    this.#sums[bucket] = (this.#sums[bucket] ?? 0) ^ hash
  }
}

const offsetBasis = 0x811c9dc5
const prime = 0x01000193

/** FNV-1a (Fowler, Noll, Vo). */
function hashByte(hash: number, byte: number): number {
  return Math.imul(hash ^ byte, prime)
}

function hashText(text: string): number {
  let hash = offsetBasis
  for (let i = 0; i < text.length; i++) hash = hashByte(hash, text.charCodeAt(i))
  return hash
}

/** As 8 bytes, big-endian. */
function hashNumber(hash: number, number: number): number {
  let mixed = hash
  for (const word of [Math.floor(number / 2 ** 32), number >>> 0]) {
    for (const shift of [24, 16, 8, 0]) mixed = hashByte(mixed, (word >>> shift) & 0xff)
  }
  return mixed
}

/** The last step of MurmurHash3 (Appleby), without which alike changes of two rows could cancel each other. */
function finish(hash: number): number {
  let mixed = hash ^ (hash >>> 16)
  mixed = Math.imul(mixed, 0x85ebca6b)
  mixed ^= mixed >>> 13
  mixed = Math.imul(mixed, 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
