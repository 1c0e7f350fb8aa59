/**
 * Who publishes what: announcements, this node's own publications, and what its subscriptions follow (RFC 1, section
 * "Channels"). `announcements.ts` keeps the table, `own-runs.ts` what is published here, `interests.ts` chooses the
 * publishers; here is what is said to whom.
 *
 * Announcements are passed on to every neighbour, once.
 */
import { Announcements } from './announcements.ts'
import type { Config } from './config.ts'
import {
  type ChannelId,
  endProofHash,
  type Millis,
  type PeerId,
  type StreamName,
  type Verified
} from './ids.ts'
import { type InterestEvent, Interests, nearest, type Reach, type SubscribeMode } from './interests.ts'
import { type OwnRunEvent, OwnRuns, type Publication } from './own-runs.ts'
import { Queries } from './queries.ts'
import type { Timers } from './timers.ts'
import { TokenBuckets } from './token-bucket.ts'
import type { Announcement, CloseCode, Message, RouteQuery, SignedAnnouncement } from './wire/messages.ts'

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
  | { type: 'send'; peer: PeerId; message: Message }
  /** The neighbour is to be told, again, of the ways to these publishers. */
  | { type: 'rows'; peer: PeerId; origins: PeerId[] }
  | { type: 'close'; peer: PeerId; code: CloseCode; reason: string }
  /** The neighbour is told of the run, and will ask for it. */
  | { type: 'expect'; peer: PeerId; run: Announcement }
  | OwnRunEvent
  | InterestEvent

interface ChannelLookups {
  reach: Reach
  /** Who takes what the publisher sends on the channel; undefined when none of it passes here. */
  takers: (channel: ChannelId, publisher: PeerId) => Iterable<PeerId> | undefined
  /** Whether a subscription here wants the first track of the channel, and has had nothing yet. */
  startsFirstTrack: (channel: ChannelId) => boolean
}

export class Channels {
  readonly #self: PeerId
  readonly #config: Config
  readonly #timers: Timers
  readonly #lookups: ChannelLookups
  readonly #quota: TokenBuckets
  readonly #announcements: Announcements
  readonly #interests: Interests
  readonly #own: OwnRuns
  readonly #queries: Queries

  constructor(self: PeerId, config: Config, timers: Timers, lookups: ChannelLookups) {
    this.#self = self
    this.#config = config
    this.#timers = timers
    this.#quota = new TokenBuckets(config.announcementsRate)
    this.#lookups = lookups
    this.#announcements = new Announcements(self, config, {
      isInUse: run =>
        this.#interests.follows(run) || lookups.takers(run.channel, run.publisher) !== undefined,
      isWanted: channel => this.#interests.has(channel) || this.#queries.isAsked(channel)
    })
    this.#own = new OwnRuns(self, config, timers)
    this.#interests = new Interests(config, timers, this.#announcements, lookups.reach)
    this.#queries = new Queries(config, timers)
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
    return this.#after(this.#interests.open(channel, mode, now), now)
  }

  unsubscribe(channel: ChannelId): ChannelEvent[] {
    this.#queries.unwant(channel)
    return this.#interests.close(channel)
  }

  /** Whether the way to a publisher is of use to somebody who wants one of its channels. */
  wants(publisher: PeerId): boolean {
    return [...this.#announcements.channelsOf(publisher)].some(
      channel => this.#interests.has(channel) || this.#queries.isAsked(channel)
    )
  }

  /** @param isFirst there is no other neighbour */
  handleConnected(peer: PeerId, isFirst: boolean, now: Millis): ChannelEvent[] {
    return this.#queries.handleConnected(peer, { isFirst, starts: this.#lookups.startsFirstTrack }, now)
  }

  handleUp(peer: PeerId, now: Millis): ChannelEvent[] {
    this.#announcements.handleUp(peer)
    this.#queries.handleUp(peer, now)
    return [...this.#announcements.forAll()].map(({ signed }) => send(peer, signed))
  }

  handleDown(peer: PeerId): void {
    this.#quota.forget(peer)
    this.#announcements.handleDown(peer)
    this.#queries.handleDown(peer)
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
    const kept = this.#announcements.store(
      { announcement, signed, expiresAt: now + validForMs },
      from,
      this.#unreachableSince(announcement.publisher, now)
    )
    if (kept === 'not') return []
    this.#setTimer(now + Math.min(validForMs, this.#config.announceUnreachableMs))
    const message: Message = { type: 'announce', announcement: signed }
    const told: ChannelEvent[] =
      kept === 'for-all'
        ? [{ type: 'flood', message, except: from }]
        : this.#tellInterested(announcement, message, from, now)
    const events = this.#interests.handleAnnounced(announcement.channel, now)
    return [...told, ...this.#answerWaiting(announcement, now), ...this.#after(events, now)]
  }

  /** A neighbour looks for a channel: it is told who publishes it, and the way; or the others are asked. */
  handleQuery(peer: PeerId, query: RouteQuery, now: Millis): ChannelEvent[] {
    const { channel, start } = query
    if (!this.#queries.remember(peer, channel, now)) return []
    const known = nearest(this.#announcements.of(channel), this.#lookups.reach)
    const [first] = known
    if (first === undefined) return this.#queries.passOn(peer, query, now)
    const events = this.#answer(peer, channel, known.slice(0, this.#config.publishersFollowedMax), now)
    return start === true ? [...events, { type: 'expect', peer, run: first }] : events
  }

  /** Whether the run ends with this payload, as far as its announcement is known here. */
  isEnd({ channel, publisher, epoch }: StreamName, payload: Uint8Array): boolean {
    const run = this.#announcements.get(channel, publisher)
    if (run?.endHash === undefined || run.epoch !== epoch) return true
    const hash = endProofHash(payload)
    return run.endHash.every((byte, i) => byte === hash[i])
  }

  /** The last object of a run has passed: all of it was delivered, and it is over. */
  handleEnd(run: Announcement, now: Millis): ChannelEvent[] {
    return this.#after(this.#interests.handleEnd(run, now), now)
  }

  /** A way to `publisher` was found or lost. */
  handleReach(publisher: PeerId, now: Millis): ChannelEvent[] {
    const events: ChannelEvent[] = this.#interests.handleReach(publisher, now)
    const unreachableSince = this.#unreachableSince(publisher, now)
    this.#announcements.handleReach(publisher, unreachableSince)
    if (unreachableSince !== undefined) this.#setTimer(now + this.#config.announceUnreachableMs)
    for (const channel of this.#announcements.channelsOf(publisher)) {
      const announcement = this.#announcements.get(channel, publisher)
      if (announcement !== undefined) events.push(...this.#answerWaiting(announcement, now))
    }
    return this.#after(events, now)
  }

  /** The timer `announcements`: own ones are made anew, expired ones are forgotten. */
  handleTimeout(now: Millis): ChannelEvent[] {
    const events: ChannelEvent[] = this.#own.handleTimeout(now)
    for (const channel of this.#announcements.expire(now)) {
      events.push(...this.#interests.handleAnnounced(channel, now))
    }
    this.#setTimer(this.#announcements.nextEnd())
    return this.#after(events, now)
  }

  #setTimer(at: Millis | undefined): void {
    if (at !== undefined) this.#timers.setBy('announcements', at)
  }

  #unreachableSince(publisher: PeerId, now: Millis): Millis | undefined {
    return this.#lookups.reach(publisher) === undefined ? now : undefined
  }

  /** The timer `endings`: runs whose end did not come by itself. */
  handleEndings(now: Millis): ChannelEvent[] {
    return this.#after(this.#interests.handleEndings(now), now)
  }

  /** The timer `queries`: what is not found is asked for again, and what nobody wants any more is forgotten. */
  handleQueriesTimeout(now: Millis): ChannelEvent[] {
    const events = this.#queries.handleTimeout(now)
    this.#announcements.sweep()
    if (this.#announcements.hasOnDemand) this.#timers.setBy('queries', now + this.#config.interestHoldMs)
    return events
  }

  /** Looks for what nobody that is followed can serve, and no longer for the rest. To be called after every change. */
  #after(events: ChannelEvent[], now: Millis): ChannelEvent[] {
    for (const { channel, isServed } of this.#interests.channels()) {
      if (isServed) {
        this.#queries.unwant(channel)
        continue
      }
      // Its route may be on its way, or come back.
      const isAnnounced = [...this.#announcements.of(channel)].some(({ ended }) => !ended)
      events.push(...this.#queries.want(channel, isAnnounced ? this.#config.queryPatienceMs : 0, now))
    }
    return events
  }

  /** What is kept on demand goes to those who asked for it, or take it. */
  #tellInterested(
    announcement: Announcement,
    message: Message,
    from: PeerId | undefined,
    now: Millis
  ): ChannelEvent[] {
    const { channel, publisher, ended } = announcement
    this.#timers.setBy('queries', now + this.#config.interestHoldMs)
    const interested = new Set([
      ...this.#queries.askers(channel),
      ...(this.#lookups.takers(channel, publisher) ?? [])
    ])
    const events: ChannelEvent[] = [...interested]
      .filter(peer => peer !== from)
      .map(peer => ({ type: 'send', peer, message }))
    // The way came with it, perhaps, but there was no room for that as long as nobody wanted the publisher.
    if (from !== undefined && !ended && this.#lookups.reach(publisher) === undefined) {
      events.push({ type: 'send', peer: from, message: { type: 'route-query', channel, hopsLeft: 0 } })
    }
    return events
  }

  /** Those who have asked in vain until now, if the publisher can be reached. */
  #answerWaiting(announcement: Announcement, now: Millis): ChannelEvent[] {
    const { channel, publisher, ended } = announcement
    if (ended || this.#lookups.reach(publisher) === undefined) return []
    return this.#queries.waiting(channel).flatMap(peer => this.#answer(peer, channel, [announcement], now))
  }

  /** Announcements, unless they were told a moment ago, and then the ways. */
  #answer(peer: PeerId, channel: ChannelId, publishers: Announcement[], now: Millis): ChannelEvent[] {
    const events: ChannelEvent[] = []
    const isToBeTold = this.#queries.handleAnswered(peer, channel, now)
    for (const { publisher } of isToBeTold ? publishers : []) {
      const signed = this.#announcements.signed(channel, publisher)
      if (signed !== undefined) events.push(send(peer, signed))
    }
    return [...events, { type: 'rows', peer, origins: publishers.map(({ publisher }) => publisher) }]
  }
}

function send(peer: PeerId, announcement: SignedAnnouncement): ChannelEvent {
  return { type: 'send', peer, message: { type: 'announce', announcement } }
}
