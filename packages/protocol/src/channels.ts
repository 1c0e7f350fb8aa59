/**
 * Who publishes what: announcements, this node's own publications, and what its subscriptions follow (RFC 1, section
 * "Channels"). `announcements.ts` keeps the table, `own-runs.ts` what is published here, `interests.ts` chooses the
 * publishers; here is what is said to whom.
 *
 * Announcements are passed on to every neighbour, once.
 */
import { Announcements } from './announcements.ts'
import type { Config } from './config.ts'
import type { ChannelId, Millis, PeerId, Verified } from './ids.ts'
import { type InterestEvent, Interests, type Reach, type SubscribeMode } from './interests.ts'
import { type OwnRunEvent, OwnRuns, type Publication } from './own-runs.ts'
import type { Timers } from './timers.ts'
import { TokenBuckets } from './token-bucket.ts'
import type { Announcement, CloseCode, Message, SignedAnnouncement } from './wire/messages.ts'

/** An announcement whose signature the driver has checked, with what was signed. */
export type VerifiedAnnouncement = Verified<{
  announcement: Announcement
  signed: SignedAnnouncement
  /** How much longer it is valid, by this node's clock. */
  validForMs: Millis
}>

export type ChannelEvent =
  /** To every neighbour but `except`. */
  | { type: 'flood'; message: Message; except: PeerId | undefined }
  | { type: 'close'; peer: PeerId; code: CloseCode; reason: string }
  | OwnRunEvent
  | InterestEvent

export class Channels {
  readonly #self: PeerId
  readonly #config: Config
  readonly #timers: Timers
  readonly #quota: TokenBuckets
  readonly #announcements: Announcements
  readonly #interests: Interests
  readonly #own: OwnRuns

  constructor(self: PeerId, config: Config, timers: Timers, reach: Reach) {
    this.#self = self
    this.#config = config
    this.#timers = timers
    this.#quota = new TokenBuckets(config.announcementsRate)
    this.#announcements = new Announcements(self, config, run => this.#interests.follows(run))
    this.#own = new OwnRuns(self, config, timers)
    this.#interests = new Interests(config, timers, this.#announcements, reach)
  }

  get isPublishing(): boolean {
    return this.#own.size > 0
  }

  /** Every channel that is announced at present, with its publishers. */
  channels(): Iterable<{ channel: ChannelId; name: string; publishers: PeerId[] }> {
    return this.#announcements.channels()
  }

  /** Whether it is newer than what is known of its publisher on its channel. */
  isNews(announcement: Announcement): boolean {
    return this.#announcements.isNews(announcement)
  }

  /**
   * Returns the epoch of the run, which may be greater than that of the publication.
   *
   * @throws TypeError when this node publishes the channel already, or for a catalog over `catalogBytesMax`
   */
  publish(publication: Publication, now: Millis): { epoch: number; events: ChannelEvent[] } {
    return this.#own.publish(publication, now)
  }

  unpublish(channel: ChannelId, now: Millis): ChannelEvent[] {
    return this.#own.unpublish(channel, now)
  }

  subscribe(channel: ChannelId, mode: SubscribeMode, now: Millis): ChannelEvent[] {
    return this.#interests.open(channel, mode, now)
  }

  unsubscribe(channel: ChannelId): ChannelEvent[] {
    return this.#interests.close(channel)
  }

  handleUp(peer: PeerId): { peer: PeerId; message: Message }[] {
    this.#announcements.handleUp(peer)
    return [...this.#announcements.all()].map(({ signed }) => ({
      peer,
      message: { type: 'announce', announcement: signed }
    }))
  }

  handleDown(peer: PeerId): void {
    this.#quota.forget(peer)
    this.#announcements.handleDown(peer)
  }

  /** From a neighbour, or (`from` undefined) this node's own, signed. What is not news goes no further. */
  handleAnnouncement(from: PeerId | undefined, verified: VerifiedAnnouncement, now: Millis): ChannelEvent[] {
    const { announcement, signed, validForMs } = verified
    if (from !== undefined && !this.#quota.take(from, now)) {
      const reason = `more than ${this.#config.announcementsRate.perSecond} announcements a second`
      return [{ type: 'close', peer: from, code: 'quota', reason }]
    }
    if (!this.isNews(announcement)) return []
    if (from !== undefined && announcement.publisher === this.#self) {
      return this.#own.handleHeard(announcement, now)
    }
    const expiresAt = now + validForMs
    if (!this.#announcements.store({ announcement, signed, expiresAt }, from)) return []
    this.#timers.setBy('announcements', now + Math.min(validForMs, this.#config.announceIntervalMs))
    const message: Message = { type: 'announce', announcement: signed }
    const events = this.#interests.handleAnnounced(announcement.channel, now)
    return [{ type: 'flood', message, except: from }, ...events]
  }

  /** The last object of a run has passed: all of it was delivered, and it is over. */
  handleEnd(run: Announcement, now: Millis): ChannelEvent[] {
    return this.#interests.handleEnd(run, now)
  }

  /** A way to `publisher` was found or lost. */
  handleReach(publisher: PeerId, now: Millis): ChannelEvent[] {
    return this.#interests.handleReach(publisher, now)
  }

  /** The timer `announcements`: own ones are made anew, expired ones are forgotten. */
  handleTimeout(now: Millis): ChannelEvent[] {
    const events: ChannelEvent[] = this.#own.handleTimeout(now)
    for (const channel of this.#announcements.expire(now)) {
      events.push(...this.#interests.handleAnnounced(channel, now))
    }
    for (const { expiresAt } of this.#announcements.all()) this.#timers.setBy('announcements', expiresAt)
    return events
  }

  /** The timer `endings`: runs whose end did not come by itself. */
  handleEndings(now: Millis): ChannelEvent[] {
    return this.#interests.handleEndings(now)
  }
}
