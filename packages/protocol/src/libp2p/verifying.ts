/** Whether what neighbours pass on was signed by whom they say, and still counts. */
import { peerIdFromString } from '@libp2p/peer-id'
import type { VerifiedAnnouncement } from '../channels.ts'
import type { PeerId } from '../ids.ts'
import type { Version } from '../version.ts'
import { announceSigningBytes } from '../wire/announcement.ts'
import { epochAheadMaxMs } from '../wire/limits.ts'
import { type Announcement, ProtocolError, type SignedAnnouncement, type SyncRow } from '../wire/messages.ts'
import { seqnoSigningBytes } from './signing.ts'
import type { WallClock } from './wall-clock.ts'

export interface VerifyOptions {
  /** This node. */
  self: PeerId
  ttlMaxMs: number
  clock: WallClock
}

/**
 * Checks the signature of what a neighbour passed on. Undefined when it has expired, or is of the future, by this node's
 * clock, which is no fault of the neighbour's.
 *
 * @param announcement what `signed` says, decoded: so its publisher's id holds an Ed25519 key itself
 * @throws ProtocolError `forged` when the signature does not hold
 */
export async function verifyAnnouncement(
  announcement: Announcement,
  signed: SignedAnnouncement,
  options: VerifyOptions
): Promise<VerifiedAnnouncement | undefined> {
  const { publicKey } = peerIdFromString(announcement.publisher)
  if (!(await publicKey?.verify(announceSigningBytes(signed.body), signed.signature))) {
    throw new ProtocolError(
      'forged',
      `the signature of an announcement by ${announcement.publisher} does not hold`
    )
  }
  const validForMs = validityMs(announcement, options)
  return validForMs > 0 ? ({ announcement, signed, validForMs } as VerifiedAnnouncement) : undefined
}

/**
 * How much longer an announcement with a good signature counts here, in milliseconds; not more than 0: it does not.
 * What this node has signed itself counts whatever its clock says, and is proof that the clock went back since.
 */
export function validityMs(
  { publisher, epoch, expiresAt }: Announcement,
  { self, ttlMaxMs, clock }: VerifyOptions
): number {
  if (publisher !== self) {
    if (epoch > clock.latest() + epochAheadMaxMs) return 0
  } else if (expiresAt - ttlMaxMs > clock.latest()) {
    // Signed at some time before: with the latest of these, what is signed next will not have expired elsewhere.
    clock.prove(expiresAt)
  }
  return Math.min(expiresAt - clock.now(), ttlMaxMs)
}

interface Check {
  signature: Uint8Array
  holds: boolean | Promise<boolean>
}

/** What was signed of whom, and whether it holds: every neighbour tells of the same versions. */
export class SeqnoVerifier {
  readonly #entriesMax: number
  readonly #checks = new Map<string, Check>()

  /** @param entriesMax versions remembered; one more takes the place of the oldest */
  constructor(entriesMax: number) {
    this.#entriesMax = entriesMax
  }

  /** Whether the row's signature is the origin's; undefined when that is to be verified. */
  known(row: SyncRow, signature: Uint8Array): boolean | undefined {
    const holds = this.#check(row, signature)?.holds
    return typeof holds === 'boolean' ? holds : undefined
  }

  /** The same. A version that is being verified already is not once more. */
  async verify(row: SyncRow, signature: Uint8Array): Promise<boolean> {
    const present = this.#check(row, signature)
    if (present !== undefined) return present.holds
    const key = keyOf(row)
    const holds = verifySeqno(row.origin, row, signature)
    const check: Check = { signature, holds }
    // A bad one must not take the place of one that holds.
    if (!this.#checks.has(key)) this.#remember(key, check)
    check.holds = await holds
    if (!check.holds && this.#checks.get(key) === check) this.#checks.delete(key)
    return check.holds
  }

  /** Byte by byte: what is passed on must be what was checked. */
  #check(row: SyncRow, signature: Uint8Array): Check | undefined {
    const check = this.#checks.get(keyOf(row))
    return check !== undefined && isEqual(check.signature, signature) ? check : undefined
  }

  #remember(key: string, check: Check): void {
    if (this.#checks.size >= this.#entriesMax) {
      const oldest = this.#checks.keys().next().value
      if (oldest !== undefined) this.#checks.delete(oldest)
    }
    this.#checks.set(key, check)
  }
}

function keyOf({ origin, epoch, seqno }: SyncRow): string {
  return `${origin} ${epoch} ${seqno}`
}

/** False, too, for an origin whose id holds no Ed25519 key, or one that is none. */
async function verifySeqno(
  origin: PeerId,
  { epoch, seqno }: Version,
  signature: Uint8Array
): Promise<boolean> {
  try {
    const { publicKey } = peerIdFromString(origin)
    return (
      publicKey?.type === 'Ed25519' &&
      (await publicKey.verify(seqnoSigningBytes({ epoch, seqno }), signature))
    )
  } catch {
    return false
  }
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}
