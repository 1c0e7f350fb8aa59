/**
 * What one neighbour says, on its way to the core. Announcements, SYNCs and METRICS are read in the background: a new neighbour may bring
 * thousands, whose signatures are checked here. Messages reach the core in the order sent, so those behind a SYNC that is not checked yet
 * wait. HELLO, beats and CLOSE do not, which say nothing about what came before; nor do announcements, each of which stands by itself;
 * nor objects, which travel apart.
 */
import type { VerifiedAnnouncement } from '../channels.ts'
import { type Rate, TokenBucket } from '../token-bucket.ts'
import { decodeAnnouncement } from '../wire/announcement.ts'
import { decodeControl, largeKindOf } from '../wire/control.ts'
import {
  type Announcement,
  type Message,
  ProtocolError,
  type SignedAnnouncement,
  type Sync,
  type SyncRow,
  type UnsignedMessage
} from '../wire/messages.ts'
import type { BackgroundWork, WorkLine } from './background-work.ts'
import { bytesMax, framesMax } from './control-queue.ts'
import { type SeqnoVerifier, type VerifyOptions, verifyAnnouncement } from './verifying.ts'

/** What signatures are checked with, and when. */
interface InboxChecks {
  seqnos: SeqnoVerifier
  announcements: VerifyOptions
  work: BackgroundWork
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
  /** Announcements that are not read and checked yet, and rows that are not checked yet; one more is `quota`. */
  verificationsMax: number
  /** Messages that wait, for one before them or to be read; one more is `quota`. */
  waitingMax: number
  /** Of their frames, and of announcements that are not read yet; one more is `quota`. */
  bytesMax: number
  /** Announcements that have expired; one more is `quota`. The core counts the others. */
  announcementsRate: Rate
}

/**
 * A new neighbour tells all it knows at once, 4.6 MB of rows and announcements, and a second table of rows may be behind that, and what it
 * asks for: no more at a time than its own queue may hold for us.
 */
export const inboxLimits = { verificationsMax: framesMax, waitingMax: framesMax, bytesMax }

interface Waiting {
  readonly bytes: number
  /** Undefined until it is read. */
  message: UnsignedMessage | undefined
  /** Its turn has come when all before it have had theirs. */
  isReady: boolean
}

export class Inbox {
  readonly #seqnos: SeqnoVerifier
  readonly #announcements: VerifyOptions
  readonly #limits: InboxLimits
  readonly #handlers: InboxHandlers
  /** Announcements, each of which stands by itself. */
  readonly #apart: WorkLine
  readonly #inOrder: WorkLine
  readonly #waiting: Waiting[] = []
  readonly #expired: TokenBucket
  #verifications = 0
  #bytes = 0
  #isGreeted = false
  #isClosed = false

  constructor({ seqnos, announcements, work }: InboxChecks, limits: InboxLimits, handlers: InboxHandlers) {
    this.#seqnos = seqnos
    this.#announcements = announcements
    this.#limits = limits
    this.#handlers = handlers
    this.#apart = work.line()
    this.#inOrder = work.line()
    this.#expired = new TokenBucket(limits.announcementsRate, performance.now())
  }

  /**
   * @param body of a control frame
   * @throws ProtocolError for what cannot be right, or is too much
   */
  push(body: Uint8Array): void {
    const kind = largeKindOf(body)
    if (kind === undefined) return this.#take(decodeControl(body), body.length)
    // What is not read yet gets to the core behind a HELLO that came after it.
    if (!this.#isGreeted) throw new ProtocolError('unexpected', `${kind} before HELLO`)
    this.#countBytes(body.length)
    // A copy, since it is a piece of a larger buffer.
    const frame = body.slice()
    if (kind === 'announce') {
      this.#countVerification()
      this.#later(this.#apart, () => this.#readAnnouncement(frame))
    } else {
      const place = this.#wait(frame.length)
      this.#later(this.#inOrder, () => this.#readInOrder(frame, place))
    }
  }

  /** The session is over: what is still being checked goes nowhere. */
  close(): void {
    this.#isClosed = true
    this.#waiting.length = 0
    this.#apart.close()
    this.#inOrder.close()
  }

  #take(message: Message | undefined, bytes: number): void {
    // Of a later version.
    if (message === undefined) return
    if (message.type === 'announce') {
      this.#countVerification()
      return this.#later(this.#apart, () => this.#verify(message.announcement))
    }
    this.#isGreeted ||= message.type === 'hello'
    if (isApart(message)) return this.#handlers.onMessage(message)
    if (message.type !== 'sync' && this.#waiting.length === 0) return this.#handlers.onMessage(message)
    this.#countBytes(bytes)
    const place = this.#wait(bytes)
    if (message.type === 'sync') return this.#later(this.#inOrder, () => this.#check(message, place))
    place.message = message
    place.isReady = true
  }

  #later(line: WorkLine, work: () => Promise<void>): void {
    void line.run(async () => {
      try {
        await work()
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error
        this.#fail(error)
      }
    })
  }

  #wait(bytes: number): Waiting {
    if (this.#waiting.length >= this.#limits.waitingMax) {
      throw new ProtocolError('quota', `over ${this.#limits.waitingMax} messages at once`)
    }
    const place: Waiting = { bytes, message: undefined, isReady: false }
    this.#waiting.push(place)
    return place
  }

  async #readAnnouncement(frame: Uint8Array): Promise<void> {
    this.#bytes -= frame.length
    const message = decodeControl(frame)
    if (message?.type === 'announce') return this.#verify(message.announcement)
    // Of several messages in a frame another one counts.
    this.#verifications--
    this.#take(message, frame.length)
  }

  async #readInOrder(frame: Uint8Array, place: Waiting): Promise<void> {
    const message = decodeControl(frame)
    if (message?.type === 'sync') return this.#check(message, place)
    if (message?.type === 'announce') this.#take(message, frame.length)
    else place.message = message
    this.#ready(place)
  }

  /** Waits for nothing where nothing is to be verified, so that what it leads to is a part of this turn's work. */
  async #check(sync: Sync, place: Waiting): Promise<void> {
    place.message = sync
    const checks = this.#checks(sync)
    if (checks.length === 0) return this.#ready(place)
    const holds = await Promise.all(checks)
    if (holds.every(Boolean)) this.#ready(place)
  }

  #ready(place: Waiting): void {
    place.isReady = true
    this.#handOn()
  }

  /** One at a time: a SYNC is work for the core, too, and many may have waited for one. */
  #handOn(): void {
    const [next] = this.#waiting
    if (this.#isClosed || next?.isReady !== true) return
    this.#waiting.shift()
    this.#bytes -= next.bytes
    if (next.message !== undefined) this.#handlers.onMessage(next.message)
    if (this.#waiting[0]?.isReady === true) this.#later(this.#inOrder, async () => this.#handOn())
  }

  async #verify(signed: SignedAnnouncement): Promise<void> {
    const announcement = decodeAnnouncement(signed.body)
    if (this.#handlers.isNews(announcement)) {
      const verified = await verifyAnnouncement(announcement, signed, this.#announcements)
      if (verified === undefined) this.#countExpired()
      else if (!this.#isClosed) this.#handlers.onAnnouncement(verified)
    }
    this.#verifications--
  }

  /** Of the rows that have to be verified. */
  #checks({ rows }: Sync): Promise<boolean>[] {
    const checks: Promise<boolean>[] = []
    for (const row of rows) {
      if (row.metricUs === undefined) continue
      if (row.signature === undefined) {
        throw new ProtocolError('malformed', `a row of ${row.origin} without a signature`)
      }
      if (this.#seqnos.known(row, row.signature)) continue
      this.#countVerification()
      checks.push(this.#checked(row, row.signature))
    }
    return checks
  }

  async #checked(row: SyncRow, signature: Uint8Array): Promise<boolean> {
    const holds = await this.#inOrder.run(() => this.#seqnos.verify(row, signature))
    if (!holds) this.#fail(forgedRow(row))
    this.#verifications--
    return holds
  }

  #countBytes(bytes: number): void {
    if (this.#bytes + bytes > this.#limits.bytesMax) {
      throw new ProtocolError('quota', `over ${this.#limits.bytesMax} bytes at once`)
    }
    this.#bytes += bytes
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

/** Says nothing about what came before; or that the session is over, and why. */
function isApart({ type }: UnsignedMessage): boolean {
  return type === 'hello' || type === 'beat' || type === 'close'
}

function forgedRow({ origin }: SyncRow): ProtocolError {
  return new ProtocolError('forged', `the signature of a row of ${origin} does not hold`)
}
