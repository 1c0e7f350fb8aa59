/**
 * The announcements that a node keeps, by channel and publisher (RFC 1, section "Channels").
 *
 * Those of its own, and of publishers that are its neighbours, are kept as they come: the former are its application's
 * doing, the latter take no more memory than the connection itself. All others share a room.
 */
import { AnnouncementRoom } from './announcement-room.ts'
import type { Config } from './config.ts'
import type { ChannelId, Millis, PeerId } from './ids.ts'
import { isNewer } from './version.ts'
import type { Announcement, SignedAnnouncement } from './wire/messages.ts'

/** What a signature was checked of, and until when it counts here. */
export interface Heard {
  announcement: Announcement
  signed: SignedAnnouncement
  expiresAt: Millis
}

interface Entry extends Heard {
  introducer: PeerId | undefined
}

export class Announcements {
  readonly #self: PeerId
  readonly #config: Config
  readonly #neighbours = new Set<PeerId>()
  readonly #entries = new Map<ChannelId, Map<PeerId, Entry>>()
  readonly #ofPublisher = new Map<PeerId, Set<Entry>>()
  readonly #room: AnnouncementRoom<Entry>

  /** @param isFollowed whether a subscription here follows the publisher: then it is not pushed out */
  constructor(self: PeerId, config: Config, isFollowed: (announcement: Announcement) => boolean) {
    this.#self = self
    this.#config = config
    this.#room = new AnnouncementRoom(config.announcementsMax, isFollowed)
  }

  *all(): Iterable<Readonly<Heard>> {
    for (const entries of this.#entries.values()) yield* entries.values()
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
   * Keeps it: in the place of what it renews, or where there is room. False when there is none.
   *
   * @param from the neighbour that it came from, and is charged to; undefined for this node's own
   */
  store(heard: Heard, from: PeerId | undefined): boolean {
    const { channel, publisher } = heard.announcement
    const known = this.#entries.get(channel)?.get(publisher)
    if (known !== undefined) {
      Object.assign(known, heard)
      if (known.introducer === undefined) this.#room.recharge(known, from)
      return true
    }
    const entry: Entry = { ...heard, introducer: from }
    const ofPublisher = this.#ofPublisher.get(publisher) ?? new Set()
    if (publisher !== this.#self) {
      if (ofPublisher.size >= this.#config.announcementsPerPublisherMax) return false
      if (!this.#neighbours.has(publisher) && !this.#takeIn(entry)) return false
    }
    this.#ofPublisher.set(publisher, ofPublisher.add(entry))
    const entries = this.#entries.get(channel) ?? new Map<PeerId, Entry>()
    this.#entries.set(channel, entries.set(publisher, entry))
    return true
  }

  /** What a neighbour publishes itself needs no room. */
  handleUp(peer: PeerId): void {
    this.#neighbours.add(peer)
    for (const entry of this.#ofPublisher.get(peer) ?? []) this.#room.delete(entry)
  }

  /** Nobody is charged with what it brought, and what it publishes has to find room, if it can still be reached. */
  handleDown(peer: PeerId): void {
    this.#neighbours.delete(peer)
    for (const entries of this.#entries.values()) {
      for (const entry of entries.values()) if (entry.introducer === peer) this.#discharge(entry)
    }
    for (const entry of this.#ofPublisher.get(peer) ?? []) {
      if (!this.#takeIn(entry)) this.#forget(entry)
    }
  }

  /** Forgets what has expired; returns the channels of it. */
  expire(now: Millis): Set<ChannelId> {
    const changed = new Set<ChannelId>()
    for (const entries of this.#entries.values()) {
      for (const entry of entries.values()) {
        if (entry.expiresAt > now) continue
        this.#forget(entry)
        changed.add(entry.announcement.channel)
      }
    }
    return changed
  }

  #takeIn(entry: Entry): boolean {
    const pushed = this.#room.add(entry)
    if (pushed === 'full') return false
    if (pushed !== undefined) this.#forget(pushed)
    return true
  }

  #discharge(entry: Entry): void {
    if (this.#room.has(entry)) this.#room.recharge(entry, undefined)
    else entry.introducer = undefined
  }

  #forget(entry: Entry): void {
    const { channel, publisher } = entry.announcement
    this.#room.delete(entry)
    const entries = this.#entries.get(channel)
    entries?.delete(publisher)
    if (entries?.size === 0) this.#entries.delete(channel)
    const ofPublisher = this.#ofPublisher.get(publisher)
    ofPublisher?.delete(entry)
    if (ofPublisher?.size === 0) this.#ofPublisher.delete(publisher)
  }
}
