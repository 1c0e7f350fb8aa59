/**
 * What one neighbour says, on its way to the core. Announcements and SYNCs are read in the background: a new neighbour may bring
 * thousands, whose signatures are checked here. Messages reach the core in the order sent, so those behind a SYNC that is not checked yet
 * wait. HELLO and beats do not, which say nothing about what came before; nor do announcements, each of which stands by itself; nor
 * objects, which travel apart.
 */
import type { VerifiedAnnouncement } from '../channels.ts'
import { type Rate, TokenBucket } from '../token-bucket.ts'
import { decodeAnnouncement } from '../wire/announcement.ts'
import { decodeControl, slowKindOf } from '../wire/control.ts'
import {
  type Announcement,
  type Message,
  ProtocolError,
  type Sync,
  type SyncRow,
  type UnsignedMessage
} from '../wire/messages.ts'
import type { WorkLine } from './background-work.ts'
import { type SeqnoVerifier, type VerifyOptions, verifyAnnouncement } from './verifying.ts'

/** What signatures are checked with. */
interface InboxChecks {
  seqnos: SeqnoVerifier
  announcements: VerifyOptions
  line: WorkLine
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
  /** Bytes of frames that are not read yet; one more is `quota`. */
  bytesMax: number
  /** Announcements that have expired; one more is `quota`. The core counts the others. */
  announcementsRate: Rate
}

/**
 * A new neighbour sends all it knows at once, rows of `originsMax` and of `originsOnDemandMax`, and `announcementsMax`
 * announcements, 4.6 MB: that fits. The messages behind them are SUBs, of which it may have 1,024, and their like.
 */
export const inboxLimits = { verificationsMax: 8_192, waitingMax: 4_096, bytesMax: 6 * 2 ** 20 }

interface Waiting {
  /** Undefined: not read yet, or checked. */
  message: UnsignedMessage | undefined
}

export class Inbox {
  readonly #seqnos: SeqnoVerifier
  readonly #announcements: VerifyOptions
  readonly #line: WorkLine
  readonly #limits: InboxLimits
  readonly #handlers: InboxHandlers
  readonly #waiting: Waiting[] = []
  readonly #expired: TokenBucket
  #verifications = 0
  /** Of frames that wait to be read. */
  #bytes = 0
  #isGreeted = false
  #isClosed = false

  constructor({ seqnos, announcements, line }: InboxChecks, limits: InboxLimits, handlers: InboxHandlers) {
    this.#seqnos = seqnos
    this.#announcements = announcements
    this.#line = line
    this.#limits = limits
    this.#expired = new TokenBucket(limits.announcementsRate, performance.now())
    this.#handlers = handlers
  }

  /**
   * @param body of a control frame
   * @throws ProtocolError for what cannot be right, or is too much
   */
  push(body: Uint8Array): void {
    const kind = slowKindOf(body)
    // What is not read yet gets to the core behind a HELLO that came after it.
    if (kind !== undefined && !this.#isGreeted) throw new ProtocolError('unexpected', `${kind} before HELLO`)
    if (kind === 'announce') {
      this.#countVerification()
      return this.#readLater(body, message => this.#onAnnounce(message))
    }
    if (kind === 'sync') {
      const place = this.#wait(undefined)
      return this.#readLater(body, message => this.#onSync(message, place))
    }
    const message = decodeControl(body)
    // Of a later version.
    if (message === undefined) return
    if (message.type === 'announce' || message.type === 'sync') throw otherThanItBegins()
    const isHello = message.type === 'hello'
    this.#isGreeted ||= isHello
    const isApart = isHello || message.type === 'beat'
    if (isApart || this.#waiting.length === 0) this.#handlers.onMessage(message)
    else this.#wait(message)
  }

  /** The session is over: what is still being checked goes nowhere. */
  close(): void {
    this.#isClosed = true
    this.#waiting.length = 0
  }

  #wait(message: UnsignedMessage | undefined): Waiting {
    if (this.#waiting.length >= this.#limits.waitingMax) {
      throw new ProtocolError('quota', `over ${this.#limits.waitingMax} messages at once`)
    }
    const place = { message }
    this.#waiting.push(place)
    return place
  }

  #readLater(body: Uint8Array, take: (message: Message | undefined) => Promise<void>): void {
    if (this.#bytes + body.length > this.#limits.bytesMax) {
      throw new ProtocolError('quota', `over ${this.#limits.bytesMax} bytes at once`)
    }
    this.#bytes += body.length
    // A copy, since it is a piece of a larger buffer.
    const copy = body.slice()
    void this.#line.run(async () => {
      this.#bytes -= copy.length
      try {
        if (!this.#isClosed) await take(decodeControl(copy))
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error
        this.#fail(error)
      }
    })
  }

  async #onAnnounce(message: Message | undefined): Promise<void> {
    if (message?.type !== 'announce') throw otherThanItBegins()
    const announcement = decodeAnnouncement(message.announcement.body)
    if (this.#handlers.isNews(announcement)) {
      const verified = await verifyAnnouncement(announcement, message.announcement, this.#announcements)
      if (verified === undefined) this.#countExpired()
      else if (!this.#isClosed) this.#handlers.onAnnouncement(verified)
    }
    this.#verifications--
  }

  async #onSync(message: Message | undefined, place: Waiting): Promise<void> {
    if (message?.type !== 'sync') throw otherThanItBegins()
    const holds = await Promise.all(this.#checks(message))
    if (!holds.every(Boolean)) return
    place.message = message
    for (let next = this.#waiting[0]?.message; next !== undefined; next = this.#waiting[0]?.message) {
      this.#waiting.shift()
      this.#handlers.onMessage(next)
    }
  }

  /** The rows that have to be checked first. Throws for a bad one that is known already. */
  #checks({ rows }: Sync): Promise<boolean>[] {
    const checks: Promise<boolean>[] = []
    for (const row of rows) {
      if (row.metricUs === undefined) continue
      if (row.signature === undefined) {
        throw new ProtocolError('malformed', `a row of ${row.origin} without a signature`)
      }
      const holds = this.#seqnos.check(row, row.signature, this.#line)
      if (holds === false) throw forgedRow(row)
      if (holds === true) continue
      this.#countVerification()
      checks.push(this.#checked(row, holds))
    }
    return checks
  }

  async #checked(row: SyncRow, holds: Promise<boolean>): Promise<boolean> {
    if (!(await holds)) this.#fail(forgedRow(row))
    this.#verifications--
    return holds
  }

  #countVerification(): void {
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

function otherThanItBegins(): ProtocolError {
  return new ProtocolError('malformed', 'a message other than the one it begins with')
}

function forgedRow({ origin }: SyncRow): ProtocolError {
  return new ProtocolError('forged', `the signature of a row of ${origin} does not hold`)
}
