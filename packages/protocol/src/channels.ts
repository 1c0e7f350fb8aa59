/**
 * Who publishes what: announcements, this node's own publications, and the choice of a publisher for each channel
 * that is subscribed here (RFC 1, section "Channels").
 *
 * Announcements are passed on to every neighbour, once. A subscription follows one publisher at a time: the one it
 * has, while that one is announced; then the nearest other.
 */
import type { Config } from './config.ts'
import type { ChannelId, Micros, Millis, PeerId, Verified } from './ids.ts'
import type { Timers } from './timers.ts'
import { isNewer } from './version.ts'
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
  /** The subscription to the channel goes to this publisher's run now. */
  | { type: 'join'; channel: ChannelId; announcement: Announcement }
  | { type: 'leave'; channel: ChannelId; announcement: Announcement; ended: boolean }

interface Entry {
  announcement: Announcement
  signed: SignedAnnouncement
  expiresAt: Millis
}

interface Interest {
  chosen: Announcement | undefined
  /** A withdrawn run whose last object may still come, and until when that is waited for. */
  endingAt: Millis | undefined
  /** Runs that ended here: not chosen again, though their withdrawal may be on its way. */
  ended: Map<PeerId, number>
}

interface Own extends Publication {
  seqno: number
  nextAt: Millis
}

/** The metric of the way to a publisher; undefined without one. 0 for this node itself. */
export type Reach = (publisher: PeerId) => Micros | undefined

export class Channels {
  readonly #self: PeerId
  readonly #config: Config
  readonly #timers: Timers
  readonly #reach: Reach
  readonly #entries = new Map<ChannelId, Map<PeerId, Entry>>()
  /** Announcements per publisher, for the limits. */
  readonly #perPublisher = new Map<PeerId, number>()
  #count = 0
  readonly #interests = new Map<ChannelId, Interest>()
  readonly #own = new Map<ChannelId, Own>()

  constructor(self: PeerId, config: Config, timers: Timers, reach: Reach) {
    this.#self = self
    this.#config = config
    this.#timers = timers
    this.#reach = reach
  }

  get isPublishing(): boolean {
    return this.#own.size > 0
  }

  /** Every channel that is announced at present, with its publishers. */
  *channels(): Iterable<{ channel: ChannelId; name: string; publishers: PeerId[] }> {
    for (const [channel, entries] of this.#entries) {
      const live = [...entries.values()].filter(entry => !entry.announcement.ended)
      const name = live[0]?.announcement.name
      if (name === undefined) continue
      yield { channel, name, publishers: live.map(entry => entry.announcement.publisher) }
    }
  }

  /** Whether it is newer than what is known of its publisher on its channel. */
  isNews(announcement: Announcement): boolean {
    const known = this.#entries.get(announcement.channel)?.get(announcement.publisher)
    return known === undefined || isNewer(announcement, known.announcement)
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

  subscribe(channel: ChannelId, now: Millis): ChannelEvent[] {
    if (this.#interests.has(channel)) return []
    const interest: Interest = { chosen: undefined, endingAt: undefined, ended: new Map() }
    this.#interests.set(channel, interest)
    return this.#choose(channel, interest, now)
  }

  unsubscribe(channel: ChannelId): ChannelEvent[] {
    const chosen = this.#interests.get(channel)?.chosen
    this.#interests.delete(channel)
    return chosen === undefined ? [] : [{ type: 'leave', channel, announcement: chosen, ended: false }]
  }

  handleUp(peer: PeerId): { peer: PeerId; message: Message }[] {
    return [...this.#entries.values()]
      .flatMap(entries => [...entries.values()])
      .map(({ signed }) => ({ peer, message: { type: 'announce', announcement: signed } }))
  }

  /** From a neighbour, or (`from` undefined) this node's own, signed. What is not news goes no further. */
  handleAnnouncement(from: PeerId | undefined, verified: VerifiedAnnouncement, now: Millis): ChannelEvent[] {
    const { announcement, signed, validForMs } = verified
    const { channel, publisher } = announcement
    if (!this.isNews(announcement)) return []
    if (from !== undefined && publisher === this.#self) return this.#withdraw(announcement)
    // Its own are few, and must not be crowded out by what others announce.
    const isKnown = this.#entries.get(channel)?.has(publisher) === true
    if (!isKnown && from !== undefined && this.#isFull(publisher)) return []
    this.#store({ announcement, signed, expiresAt: now + validForMs })
    this.#timers.setBy('announcements', now + Math.min(validForMs, this.#config.announceIntervalMs))
    const flood: ChannelEvent = {
      type: 'flood',
      message: { type: 'announce', announcement: signed },
      except: from
    }
    return [flood, ...this.#chooseIfWanted(channel, now)]
  }

  /** The last object of a run has passed: all of it was delivered, and it is over. */
  handleEnd(channel: ChannelId, announcement: Announcement, now: Millis): ChannelEvent[] {
    const interest = this.#interests.get(channel)
    if (interest?.chosen === undefined || !isSameRun(interest.chosen, announcement)) return []
    return this.#end(channel, interest, interest.chosen, now)
  }

  /** A way to `publisher` was found or lost. */
  handleReach(publisher: PeerId, now: Millis): ChannelEvent[] {
    const events: ChannelEvent[] = []
    for (const [channel, interest] of this.#interests) {
      if (this.#entries.get(channel)?.has(publisher)) events.push(...this.#choose(channel, interest, now))
    }
    return events
  }

  /** The timer `announcements`: own ones are made anew, expired ones are forgotten. */
  handleTimeout(now: Millis): ChannelEvent[] {
    const events: ChannelEvent[] = []
    for (const own of this.#own.values()) if (own.nextAt <= now) events.push(this.#draft(own, false, now))
    for (const [channel, entries] of this.#entries) {
      for (const entry of entries.values()) if (entry.expiresAt <= now) this.#forget(entry)
      events.push(...this.#chooseIfWanted(channel, now))
    }
    for (const { nextAt } of this.#own.values()) this.#timers.setBy('announcements', nextAt)
    for (const entries of this.#entries.values()) {
      for (const { expiresAt } of entries.values()) this.#timers.setBy('announcements', expiresAt)
    }
    return events
  }

  /** The timer `endings`: runs whose end did not come by itself. */
  handleEndings(now: Millis): ChannelEvent[] {
    const events: ChannelEvent[] = []
    for (const [channel, interest] of this.#interests) {
      const { chosen, endingAt } = interest
      if (chosen === undefined || endingAt === undefined) continue
      if (endingAt <= now) events.push(...this.#end(channel, interest, chosen, now))
      else this.#timers.setBy('endings', endingAt)
    }
    return events
  }

  #chooseIfWanted(channel: ChannelId, now: Millis): ChannelEvent[] {
    const interest = this.#interests.get(channel)
    return interest === undefined ? [] : this.#choose(channel, interest, now)
  }

  /** Keeps the chosen run while it goes on, then takes the nearest publisher that can be reached. */
  #choose(channel: ChannelId, interest: Interest, now: Millis): ChannelEvent[] {
    const entries = this.#entries.get(channel)
    const { chosen } = interest
    if (chosen !== undefined) {
      const latest = entries?.get(chosen.publisher)?.announcement
      const goesOn = latest !== undefined && isSameRun(latest, chosen)
      if (goesOn && !latest.ended) {
        if (this.#reach(chosen.publisher) !== undefined) return []
      } else if (goesOn) {
        // Withdrawn: the rest of it may still be on its way.
        if (interest.endingAt === undefined) {
          interest.endingAt = now + this.#config.endGraceMs
          this.#timers.setBy('endings', interest.endingAt)
        }
        return []
      } else {
        return this.#end(channel, interest, chosen, now)
      }
    }
    const best = this.#nearest(entries, interest)
    if (best === undefined || (chosen !== undefined && isSameRun(best, chosen))) return []
    const events: ChannelEvent[] = []
    if (chosen !== undefined) events.push({ type: 'leave', channel, announcement: chosen, ended: false })
    events.push({ type: 'join', channel, announcement: best })
    interest.chosen = best
    return events
  }

  #end(channel: ChannelId, interest: Interest, chosen: Announcement, now: Millis): ChannelEvent[] {
    interest.chosen = undefined
    interest.endingAt = undefined
    // Only what is still announced could be chosen again, so the list stays as short as that one.
    const entries = this.#entries.get(channel)
    for (const publisher of interest.ended.keys())
      if (!entries?.has(publisher)) interest.ended.delete(publisher)
    interest.ended.set(chosen.publisher, chosen.epoch)
    return [
      { type: 'leave', channel, announcement: chosen, ended: true },
      ...this.#choose(channel, interest, now)
    ]
  }

  #nearest(entries: Map<PeerId, Entry> | undefined, interest: Interest): Announcement | undefined {
    let best: { announcement: Announcement; metricUs: Micros } | undefined
    for (const { announcement } of entries?.values() ?? []) {
      const { publisher, epoch, ended } = announcement
      const metricUs = this.#reach(publisher)
      if (ended || metricUs === undefined || epoch <= (interest.ended.get(publisher) ?? -1)) continue
      const nearer =
        best === undefined ||
        metricUs < best.metricUs ||
        (metricUs === best.metricUs && publisher < best.announcement.publisher)
      if (nearer) best = { announcement, metricUs }
    }
    return best?.announcement
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

  #isFull(publisher: PeerId): boolean {
    return (
      this.#count >= this.#config.announcementsMax ||
      (this.#perPublisher.get(publisher) ?? 0) >= this.#config.announcementsPerPublisherMax
    )
  }

  #store(entry: Entry): void {
    const { channel, publisher } = entry.announcement
    const entries = this.#entries.get(channel) ?? new Map<PeerId, Entry>()
    if (!entries.has(publisher)) {
      this.#count++
      this.#perPublisher.set(publisher, (this.#perPublisher.get(publisher) ?? 0) + 1)
    }
    entries.set(publisher, entry)
    this.#entries.set(channel, entries)
  }

  #forget({ announcement: { channel, publisher } }: Entry): void {
    const entries = this.#entries.get(channel)
    if (entries?.delete(publisher) !== true) return
    if (entries.size === 0) this.#entries.delete(channel)
    this.#count--
    const left = (this.#perPublisher.get(publisher) ?? 1) - 1
    if (left > 0) this.#perPublisher.set(publisher, left)
    else this.#perPublisher.delete(publisher)
  }
}

function isSameRun(a: Announcement, b: Announcement): boolean {
  return a.publisher === b.publisher && a.epoch === b.epoch
}
