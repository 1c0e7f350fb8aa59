/**
 * Who publishes what: announcements, this node's own publications, and what its subscriptions follow (RFC 1, section
 * "Channels"). `announcements.ts` keeps the table, `interests.ts` chooses the publishers; here is what is said to whom.
 *
 * Announcements are passed on to every neighbour, once.
 */
import { Announcements } from './announcements.ts'
import type { Config } from './config.ts'
import type { ChannelId, Millis, PeerId, Verified } from './ids.ts'
import { type InterestEvent, Interests, type Reach, type SubscribeMode } from './interests.ts'
import type { Timers } from './timers.ts'
import { catalogBytesMax } from './wire/limits.ts'
import type { Announcement, Message, SignedAnnouncement } from './wire/messages.ts'

/** An announcement whose signature the driver has checked, with what was signed. */
export type VerifiedAnnouncement = Verified<{
  announcement: Announcement
  signed: SignedAnnouncement
  /** How much longer it is valid, by this node's clock. */
  validForMs: Millis
}>

/** What an application publishes on one channel in one run. */
export interface Publication {
  channel: ChannelId
  name: string
  epoch: number
  catalog: Uint8Array
}

/** An announcement that its publisher has yet to sign; the driver adds the time at which it expires. */
export type AnnouncementDraft = Omit<Announcement, 'expiresAt'> & { ttlMs: Millis }

export type ChannelEvent =
  /** To every neighbour but `except`. */
  | { type: 'flood'; message: Message; except: PeerId | undefined }
  | { type: 'sign'; draft: AnnouncementDraft }
  | InterestEvent

interface Own extends Publication {
  seqno: number
  nextAt: Millis
}

export class Channels {
  readonly #self: PeerId
  readonly #config: Config
  readonly #timers: Timers
  readonly #announcements: Announcements
  readonly #interests: Interests
  readonly #own = new Map<ChannelId, Own>()

  constructor(self: PeerId, config: Config, timers: Timers, reach: Reach) {
    this.#self = self
    this.#config = config
    this.#timers = timers
    this.#announcements = new Announcements(config)
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

  /** @throws TypeError when this node publishes the channel already, or for a catalog over `catalogBytesMax` */
  publish(publication: Publication, now: Millis): ChannelEvent[] {
    const { channel, name, catalog } = publication
    if (catalog.length > catalogBytesMax) {
      throw new TypeError(`the catalog has ${catalog.length} bytes, more than ${catalogBytesMax}`)
    }
    if (this.#own.has(channel)) throw new TypeError(`this node publishes ${JSON.stringify(name)} already`)
    const own: Own = { ...publication, seqno: 0, nextAt: now }
    this.#own.set(channel, own)
    return [this.#draft(own, false, now)]
  }

  unpublish(channel: ChannelId, now: Millis): ChannelEvent[] {
    const own = this.#own.get(channel)
    if (own === undefined) return []
    this.#own.delete(channel)
    return [this.#draft(own, true, now)]
  }

  subscribe(channel: ChannelId, mode: SubscribeMode, now: Millis): ChannelEvent[] {
    return this.#interests.open(channel, mode, now)
  }

  unsubscribe(channel: ChannelId): ChannelEvent[] {
    return this.#interests.close(channel)
  }

  handleUp(peer: PeerId): { peer: PeerId; message: Message }[] {
    return [...this.#announcements.all()].map(({ signed }) => ({
      peer,
      message: { type: 'announce', announcement: signed }
    }))
  }

  /** From a neighbour, or (`from` undefined) this node's own, signed. What is not news goes no further. */
  handleAnnouncement(from: PeerId | undefined, verified: VerifiedAnnouncement, now: Millis): ChannelEvent[] {
    const { announcement, signed, validForMs } = verified
    if (!this.isNews(announcement)) return []
    if (from !== undefined && announcement.publisher === this.#self) return this.#withdraw(announcement)
    // Its own are few, and must not be crowded out by what others announce.
    if (from !== undefined && !this.#announcements.hasRoomFor(announcement)) return []
    this.#announcements.store({ announcement, signed, expiresAt: now + validForMs })
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
    const events: ChannelEvent[] = []
    for (const own of this.#own.values()) if (own.nextAt <= now) events.push(this.#draft(own, false, now))
    for (const channel of this.#announcements.expire(now)) {
      events.push(...this.#interests.handleAnnounced(channel, now))
    }
    for (const { nextAt } of this.#own.values()) this.#timers.setBy('announcements', nextAt)
    for (const { expiresAt } of this.#announcements.all()) this.#timers.setBy('announcements', expiresAt)
    return events
  }

  /** The timer `endings`: runs whose end did not come by itself. */
  handleEndings(now: Millis): ChannelEvent[] {
    return this.#interests.handleEndings(now)
  }

  #draft(own: Own, ended: boolean, now: Millis): ChannelEvent {
    const { channel, name, epoch, catalog } = own
    const draft = { publisher: this.#self, channel, name, epoch, seqno: own.seqno, ended, catalog }
    own.seqno++
    own.nextAt = now + this.#config.announceIntervalMs
    this.#timers.setBy('announcements', own.nextAt)
    return { type: 'sign', draft: { ...draft, ttlMs: this.#config.announceTtlMs } }
  }

  /** What this node published before it was started again: others would wait for it until it expires. */
  #withdraw(announcement: Announcement): ChannelEvent[] {
    const { expiresAt: _, seqno, ended, ...rest } = announcement
    if (ended || rest.epoch === this.#own.get(rest.channel)?.epoch) return []
    const draft = { ...rest, seqno: seqno + 1, ended: true, ttlMs: this.#config.announceTtlMs }
    return [{ type: 'sign', draft }]
  }
}
