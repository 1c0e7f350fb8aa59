/**
 * Holds the objects of one stream, which the application has already, against the lists of its publisher (RFC 4, section
 * "Objects"). Whoever gave an object that is another one than the publisher has signed is told of.
 */
import type { PublicKey } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { type Millis, type ObjectHash, objectHash, type PeerId } from '../ids.ts'
import type { ObjectFrame, ObjectList } from '../wire/messages.ts'
import { objectNumber } from '../wire/object.ts'
import { verifyObjectList } from './list-signing.ts'

/** An object that no list has covered after this long is unverified: ten lists, of which some may be late or lost. */
export const coveredWithinMs: Millis = 2_000
/** A stream of which nothing was verified for this long, though objects came, is at fault. */
export const unverifiedMaxMs: Millis = 5_000
/** Who is at fault is told of so often at most. */
const faultIntervalMs: Millis = 1_000
/** Objects that wait for a list, and hashes that wait for their object: the oldest give way. */
export const pendingMax = 4_096
/** Signatures that are checked at a time: what more comes is no list of a publisher's. */
const verificationsMax = 8

/** `altered`: not what the publisher has signed. `unverified`: nothing that it has signed comes. */
export type Fault = 'altered' | 'unverified'

export interface CheckCounts {
  objectsVerified: number
  objectsAltered: number
  objectsUnverified: number
}

interface Waiting {
  number: number
  hash: ObjectHash
  from: PeerId
  at: Millis
}

export class ListChecker {
  readonly #key: PublicKey | undefined
  readonly #counts: CheckCounts
  readonly #onFault: (from: PeerId, fault: Fault) => void
  /** By seq, in the order in which they came. */
  readonly #waiting = new Map<number, Waiting>()
  /** By number: what lists have said, in the order in which they came. */
  readonly #listed = new Map<number, { hash: ObjectHash; at: Millis }>()
  /** One past the newest number that a list has told of, and when that list came. */
  #newest: { next: number; at: Millis } | undefined
  #verifications = 0
  #verifiedAt: Millis | undefined
  #toldAt: Millis = Number.NEGATIVE_INFINITY

  /**
   * @param publisher a peer id that holds an Ed25519 key
   * @param counts is added to; several may share it
   */
  constructor(publisher: PeerId, counts: CheckCounts, onFault: (from: PeerId, fault: Fault) => void) {
    this.#key = peerIdFromString(publisher).publicKey
    this.#counts = counts
    this.#onFault = onFault
  }

  /** An object came, from the neighbour `from`. */
  add({ header, bytes }: ObjectFrame, from: PeerId, now: Millis): void {
    this.#verifiedAt ??= now
    this.#expire(now)
    const number = objectNumber(header)
    const waiting = { number, hash: objectHash(bytes), from, at: now }
    const listed = this.#listed.get(number)
    if (listed !== undefined) return this.#settle(waiting, listed.hash, now)
    this.#waiting.set(header.seq, waiting)
    if (this.#waiting.size > pendingMax) this.#giveUpOldest(now)
  }

  /** A list came. Resolves when it has been checked; `now` is for the time at which it came. */
  async addList(object: ObjectFrame, from: PeerId, now: Millis): Promise<void> {
    this.#expire(now)
    if (this.#key === undefined || this.#verifications >= verificationsMax) return
    this.#verifications++
    const list = await verifyObjectList(this.#key, object)
    this.#verifications--
    if (list === undefined) this.#onAltered(from, now)
    else this.#onList(list, now)
  }

  #onList({ next, hashes }: ObjectList, now: Millis): void {
    const first = next - hashes.length
    if (next >= (this.#newest?.next ?? 0)) this.#newest = { next, at: now }
    for (const [i, hash] of hashes.entries()) this.#listed.set(first + i, { hash, at: now })
    for (const [seq, waiting] of this.#waiting) {
      const hash = hashes[waiting.number - first]
      if (hash === undefined) continue
      this.#waiting.delete(seq)
      this.#settle(waiting, hash, now)
    }
    for (const number of this.#listed.keys()) {
      if (this.#listed.size <= pendingMax) break
      this.#listed.delete(number)
    }
  }

  #settle({ hash, from }: Waiting, signed: ObjectHash, now: Millis): void {
    if (hash !== signed) return this.#onAltered(from, now)
    this.#counts.objectsVerified++
    this.#verifiedAt = now
  }

  /** Gives up what has waited for too long. */
  #expire(now: Millis): void {
    for (const { at } of this.#waiting.values()) {
      if (now - at < coveredWithinMs) break
      this.#giveUpOldest(now)
    }
    for (const [number, { at }] of this.#listed) {
      if (now - at < coveredWithinMs) break
      this.#listed.delete(number)
    }
  }

  #giveUpOldest(now: Millis): void {
    const [seq, oldest] = this.#waiting.entries().next().value ?? []
    if (seq === undefined || oldest === undefined) return
    this.#waiting.delete(seq)
    // A list that came long after it knows of no such object: it was made up.
    const { next, at } = this.#newest ?? { next: Number.POSITIVE_INFINITY, at: 0 }
    if (next <= oldest.number && at - oldest.at >= coveredWithinMs / 2)
      return this.#onAltered(oldest.from, now)
    this.#counts.objectsUnverified++
    if (now - (this.#verifiedAt ?? now) < unverifiedMaxMs) return
    this.#verifiedAt = now
    this.#tell(oldest.from, 'unverified', now)
  }

  #onAltered(from: PeerId, now: Millis): void {
    this.#counts.objectsAltered++
    this.#tell(from, 'altered', now)
  }

  #tell(from: PeerId, fault: Fault, now: Millis): void {
    if (now - this.#toldAt < faultIntervalMs) return
    this.#toldAt = now
    this.#onFault(from, fault)
  }
}
