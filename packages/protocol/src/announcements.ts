/**
 * The announcements that a node keeps, by channel and publisher (RFC 1, section "Channels").
 *
 * Those of its own, and of publishers that are its neighbours, are kept as they come: the former are its application's
 * doing, the latter take no more memory than the connection itself. All others share a room; and when that is full, what
 * somebody wants has another one.
 */
import { AnnouncementRoom } from './announcement-room.ts'
import type { Config } from './config.ts'
import type { ChannelId, Millis, PeerId } from './ids.ts'
import { isNewer } from './version.ts'
import type { Announcement, SignedAnnouncement } from './wire/messages.ts'

/** What becomes of an announcement: kept and told to all; kept for those who asked for it; not kept. */
type Kept = 'for-all' | 'on-demand' | 'not'

interface AnnouncementLookups {
  /** Whether a subscription here follows the publisher, or a stream of it passes here: it is not pushed out. */
  isInUse: (announcement: Announcement) => boolean
  /** Whether the channel is subscribed here, or a neighbour has asked for it: where there is no room, room is made. */
  isWanted: (channel: ChannelId) => boolean
}

/** What a signature was checked of, and until when it counts here. */
interface Heard {
  announcement: Announcement
  signed: SignedAnnouncement
  expiresAt: Millis
}

interface Entry extends Heard {
  introducer: PeerId | undefined
  /** Since when there has been no way to its publisher. */
  unreachableSince: Millis | undefined
}

export class Announcements {
  readonly #self: PeerId
  readonly #config: Config
  readonly #neighbours = new Set<PeerId>()
  readonly #entries = new Map<ChannelId, Map<PeerId, Entry>>()
  readonly #ofPublisher = new Map<PeerId, Set<Entry>>()
  readonly #lookups: AnnouncementLookups
  readonly #room: AnnouncementRoom<Entry>
  readonly #onDemand: AnnouncementRoom<Entry>

  constructor(self: PeerId, config: Config, lookups: AnnouncementLookups) {
    this.#self = self
    this.#config = config
    this.#lookups = lookups
    this.#room = new AnnouncementRoom(config.announcementsMax, lookups.isInUse)
    this.#onDemand = new AnnouncementRoom(config.announcementsOnDemandMax, lookups.isInUse)
  }

  all(): Iterable<Readonly<Heard>> {
    return this.#all()
  }

  /** What every neighbour is told of. */
  *forAll(): Iterable<Readonly<Heard>> {
    for (const entry of this.#all()) if (!this.#onDemand.has(entry)) yield entry
  }

  /** The announcement with its signature. */
  signed(channel: ChannelId, publisher: PeerId): SignedAnnouncement | undefined {
    return this.#entries.get(channel)?.get(publisher)?.signed
  }

  /** On which channels a publisher is known. */
  *channelsOf(publisher: PeerId): Iterable<ChannelId> {
    for (const { announcement } of this.#ofPublisher.get(publisher) ?? []) yield announcement.channel
  }

  get(channel: ChannelId, publisher: PeerId): Announcement | undefined {
    return this.#entries.get(channel)?.get(publisher)?.announcement
  }

  /** Of one channel, the withdrawn ones too. */
  *of(channel: ChannelId): Iterable<Announcement> {
    for (const { announcement } of this.#entries.get(channel)?.values() ?? []) yield announcement
  }

  /** Every channel that is announced at present, with its publishers. */
  *channels(): Iterable<{ channel: ChannelId; name: string; publishers: PeerId[] }> {
    for (const channel of this.#entries.keys()) {
      const live = [...this.of(channel)].filter(({ ended }) => !ended)
      const name = live[0]?.name
      if (name !== undefined) yield { channel, name, publishers: live.map(({ publisher }) => publisher) }
    }
  }

  /** Whether it is newer than what is known of its publisher on its channel. */
  isNews(announcement: Announcement): boolean {
    const known = this.get(announcement.channel, announcement.publisher)
    return known === undefined || isNewer(announcement, known)
  }

  /**
   * Keeps it: in the place of what it renews, or where there is room.
   *
   * @param from the neighbour that it came from, and is charged to; undefined for this node's own
   * @param unreachableSince now, if there is no way to its publisher
   */
  store(heard: Heard, from: PeerId | undefined, unreachableSince?: Millis): Kept {
    const { channel, publisher } = heard.announcement
    const known = this.#entries.get(channel)?.get(publisher)
    if (known !== undefined) {
      Object.assign(known, heard)
      if (known.introducer === undefined) this.#recharge(known, from)
      return this.#onDemand.has(known) ? 'on-demand' : 'for-all'
    }
    const entry: Entry = { ...heard, introducer: from, unreachableSince }
    const ofPublisher = this.#ofPublisher.get(publisher) ?? new Set()
    if (publisher !== this.#self) {
      if (ofPublisher.size >= this.#config.announcementsPerPublisherMax) return 'not'
      if (!this.#neighbours.has(publisher) && !this.#takeIn(entry)) return 'not'
    }
    this.#ofPublisher.set(publisher, ofPublisher.add(entry))
    const entries = this.#entries.get(channel) ?? new Map<PeerId, Entry>()
    this.#entries.set(channel, entries.set(publisher, entry))
    return this.#onDemand.has(entry) ? 'on-demand' : 'for-all'
  }

  /** Forgets what was kept on demand, and is not wanted any more. */
  sweep(): void {
    for (const entry of this.#all()) {
      const { announcement } = entry
      const { isInUse, isWanted } = this.#lookups
      const isOver = this.#onDemand.has(entry) && !isInUse(announcement) && !isWanted(announcement.channel)
      if (isOver) this.#forget(entry)
    }
  }

  /** Whether anything is kept on demand, so that `sweep` has something to do. */
  get hasOnDemand(): boolean {
    return this.#onDemand.size > 0
  }

  /** What a neighbour publishes itself needs no room. */
  handleUp(peer: PeerId): void {
    this.#neighbours.add(peer)
    for (const entry of this.#ofPublisher.get(peer) ?? []) this.#moveOut(entry)
  }

  /** Nobody is charged with what it brought, and what it publishes has to find room, if it can still be reached. */
  handleDown(peer: PeerId): void {
    this.#neighbours.delete(peer)
    for (const entry of this.#all()) if (entry.introducer === peer) this.#recharge(entry, undefined)
    for (const entry of this.#ofPublisher.get(peer) ?? []) {
      if (!this.#takeIn(entry)) this.#forget(entry)
    }
  }

  /** A way to the publisher was found; or was lost, `unreachableSince` now. */
  handleReach(publisher: PeerId, unreachableSince: Millis | undefined): void {
    for (const entry of this.#ofPublisher.get(publisher) ?? []) {
      if (unreachableSince === undefined) entry.unreachableSince = undefined
      else entry.unreachableSince ??= unreachableSince
    }
  }

  /** Forgets what has expired, or cannot be had; returns the channels of it. */
  expire(now: Millis): Set<ChannelId> {
    const changed = new Set<ChannelId>()
    for (const entry of this.#all()) {
      if (this.#endOf(entry) > now) continue
      this.#forget(entry)
      changed.add(entry.announcement.channel)
    }
    return changed
  }

  /** When the next one is to be forgotten, as things are. */
  nextEnd(): Millis | undefined {
    let next: Millis | undefined
    for (const entry of this.#all()) next = Math.min(next ?? Number.POSITIVE_INFINITY, this.#endOf(entry))
    return next
  }

  #endOf({ expiresAt, unreachableSince }: Entry): Millis {
    if (unreachableSince === undefined) return expiresAt
    return Math.min(expiresAt, unreachableSince + this.#config.announceUnreachableMs)
  }

  *#all(): Iterable<Entry> {
    for (const entries of this.#entries.values()) yield* entries.values()
  }

  #takeIn(entry: Entry): boolean {
    let pushed = this.#room.add(entry)
    if (pushed === 'full' && this.#lookups.isWanted(entry.announcement.channel)) {
      pushed = this.#onDemand.add(entry)
    }
    if (pushed === 'full') return false
    if (pushed !== undefined) this.#forget(pushed)
    return true
  }

  #recharge(entry: Entry, introducer: PeerId | undefined): void {
    const room = [this.#room, this.#onDemand].find(of => of.has(entry))
    if (room === undefined) entry.introducer = introducer
    else room.recharge(entry, introducer)
  }

  #moveOut(entry: Entry): void {
    this.#room.delete(entry)
    this.#onDemand.delete(entry)
  }

  #forget(entry: Entry): void {
    const { channel, publisher } = entry.announcement
    this.#moveOut(entry)
    const entries = this.#entries.get(channel)
    entries?.delete(publisher)
    if (entries?.size === 0) this.#entries.delete(channel)
    const ofPublisher = this.#ofPublisher.get(publisher)
    ofPublisher?.delete(entry)
    if (ofPublisher?.size === 0) this.#ofPublisher.delete(publisher)
  }
}
