/**
 * What one neighbour says, on its way to the core: signatures are checked here, and take time. Messages reach the core in
 * the order sent, so those behind a SYNC that is being checked wait. HELLO and beats do not, which say nothing about what
 * came before; nor do announcements, each of which stands by itself; nor objects, which travel apart.
 */
import type { VerifiedAnnouncement } from '../channels.ts'
import { type Rate, TokenBucket } from '../token-bucket.ts'
import { decodeAnnouncement } from '../wire/announcement.ts'
import {
  type Announcement,
  type Message,
  ProtocolError,
  type SignedAnnouncement,
  type Sync,
  type SyncRow,
  type UnsignedMessage
} from '../wire/messages.ts'
import { type SeqnoVerifier, type VerifyOptions, verifyAnnouncement } from './verifying.ts'

/** What signatures are checked with. */
interface InboxChecks {
  seqnos: SeqnoVerifier
  announcements: VerifyOptions
}

interface InboxHandlers {
  onMessage: (message: UnsignedMessage) => void
  onAnnouncement: (announcement: VerifiedAnnouncement) => void
  /** What the neighbour sent is not to be forgiven. */
  onError: (error: ProtocolError) => void
  /** Every neighbour passes on every announcement; only the first copy is worth a signature check. */
  isNews: (announcement: Announcement) => boolean
}

export interface InboxLimits {
  /** Signatures that are being checked; one more is `quota`. */
  verificationsMax: number
  /** Messages that wait for one; one more is `quota`. */
  waitingMax: number
  /** Announcements that have expired; one more is `quota`. The core counts the others. */
  announcementsRate: Rate
}

/**
 * A new neighbour sends all it knows at once, rows of `originsMax` and of `originsOnDemandMax`, and `announcementsMax`
 * announcements: that fits. The messages behind them are SUBs, of which it may have 1,024, and their like.
 */
export const inboxLimits = { verificationsMax: 8_192, waitingMax: 4_096 }

interface Waiting {
  message: UnsignedMessage
  isReady: boolean
}

export class Inbox {
  readonly #seqnos: SeqnoVerifier
  readonly #announcements: VerifyOptions
  readonly #limits: InboxLimits
  readonly #handlers: InboxHandlers
  readonly #waiting: Waiting[] = []
  readonly #expired: TokenBucket
  #verifications = 0
  #isClosed = false

  constructor({ seqnos, announcements }: InboxChecks, limits: InboxLimits, handlers: InboxHandlers) {
    this.#seqnos = seqnos
    this.#announcements = announcements
    this.#limits = limits
    this.#expired = new TokenBucket(limits.announcementsRate, performance.now())
    this.#handlers = handlers
  }

  /** @throws ProtocolError for what cannot be right, or is too much */
  push(message: Message): void {
    if (message.type === 'announce') return this.#onAnnounce(message.announcement)
    if (message.type === 'hello' || message.type === 'beat') return this.#handlers.onMessage(message)
    const checks = message.type === 'sync' ? this.#checks(message) : []
    if (checks.length === 0 && this.#waiting.length === 0) return this.#handlers.onMessage(message)
    if (this.#waiting.length >= this.#limits.waitingMax) {
      throw new ProtocolError('quota', `over ${this.#limits.waitingMax} messages at once`)
    }
    const waiting: Waiting = { message, isReady: checks.length === 0 }
    this.#waiting.push(waiting)
    if (checks.length > 0) void this.#settle(waiting, checks)
  }

  /** The session is over: what is still being checked goes nowhere. */
  close(): void {
    this.#isClosed = true
    this.#waiting.length = 0
  }

  /** The rows that have to be checked first. Throws for a bad one that is known already. */
  #checks({ rows }: Sync): Promise<boolean>[] {
    const checks: Promise<boolean>[] = []
    for (const row of rows) {
      if (row.metricUs === undefined) continue
      if (row.signature === undefined) {
        throw new ProtocolError('malformed', `a row of ${row.origin} without a signature`)
      }
      const holds = this.#seqnos.check(row, row.signature)
      if (holds === false) throw forgedRow(row)
      if (holds === true) continue
      this.#count()
      checks.push(this.#checked(row, holds))
    }
    return checks
  }

  async #checked(row: SyncRow, holds: Promise<boolean>): Promise<boolean> {
    try {
      if (!(await holds)) this.#fail(forgedRow(row))
      return await holds
    } finally {
      this.#verifications--
    }
  }

  async #settle(waiting: Waiting, checks: Promise<boolean>[]): Promise<void> {
    const all = await Promise.all(checks)
    if (!all.every(holds => holds)) return
    waiting.isReady = true
    while (!this.#isClosed && this.#waiting[0]?.isReady) {
      const { message } = this.#waiting.shift() as Waiting
      this.#handlers.onMessage(message)
    }
  }

  #onAnnounce(signed: SignedAnnouncement): void {
    const announcement = decodeAnnouncement(signed.body)
    if (!this.#handlers.isNews(announcement)) return
    this.#count()
    void this.#verify(announcement, signed)
  }

  async #verify(announcement: Announcement, signed: SignedAnnouncement): Promise<void> {
    try {
      const verified = await verifyAnnouncement(announcement, signed, this.#announcements)
      if (verified === undefined) this.#countExpired()
      else if (!this.#isClosed) this.#handlers.onAnnouncement(verified)
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      this.#fail(error)
    } finally {
      this.#verifications--
    }
  }

  #count(): void {
    if (this.#verifications >= this.#limits.verificationsMax) {
      throw new ProtocolError('quota', `over ${this.#limits.verificationsMax} signatures at once`)
    }
    this.#verifications++
  }

  /** No fault of the neighbour's, but each has cost a signature check, and the same one can come again. */
  #countExpired(): void {
    if (this.#expired.take(performance.now())) return
    const { perSecond } = this.#limits.announcementsRate
    throw new ProtocolError('quota', `over ${perSecond} expired announcements a second`)
  }

  #fail(error: ProtocolError): void {
    if (this.#isClosed) return
    this.close()
    this.#handlers.onError(error)
  }
}

function forgedRow({ origin }: SyncRow): ProtocolError {
  return new ProtocolError('forged', `the signature of a row of ${origin} does not hold`)
}
