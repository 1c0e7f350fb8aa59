/** The announcements that a node keeps, by channel and publisher, within the limits (RFC 1, section "Channels"). */
import type { Config } from './config.ts'
import type { ChannelId, Millis, PeerId } from './ids.ts'
import { isNewer } from './version.ts'
import type { Announcement, SignedAnnouncement } from './wire/messages.ts'

export interface Entry {
  readonly announcement: Announcement
  readonly signed: SignedAnnouncement
  readonly expiresAt: Millis
}

export class Announcements {
  readonly #config: Config
  readonly #entries = new Map<ChannelId, Map<PeerId, Entry>>()
  /** How many of each publisher, for the limit. */
  readonly #perPublisher = new Map<PeerId, number>()
  #count = 0

  constructor(config: Config) {
    this.#config = config
  }

  *all(): Iterable<Entry> {
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

  /** Whether there is room for it: what is known already only takes the place of what it renews. */
  hasRoomFor({ channel, publisher }: Announcement): boolean {
    if (this.get(channel, publisher) !== undefined) return true
    const { announcementsMax, announcementsPerPublisherMax } = this.#config
    const ofPublisher = this.#perPublisher.get(publisher) ?? 0
    return this.#count < announcementsMax && ofPublisher < announcementsPerPublisherMax
  }

  store(entry: Entry): void {
    const { channel, publisher } = entry.announcement
    const entries = this.#entries.get(channel) ?? new Map<PeerId, Entry>()
    if (!entries.has(publisher)) {
      this.#count++
      this.#perPublisher.set(publisher, (this.#perPublisher.get(publisher) ?? 0) + 1)
    }
    entries.set(publisher, entry)
    this.#entries.set(channel, entries)
  }

  /** Forgets what has expired; returns the channels of it. */
  expire(now: Millis): Set<ChannelId> {
    const changed = new Set<ChannelId>()
    for (const { announcement, expiresAt } of this.all()) {
      if (expiresAt > now) continue
      this.#forget(announcement)
      changed.add(announcement.channel)
    }
    return changed
  }

  #forget({ channel, publisher }: Announcement): void {
    const entries = this.#entries.get(channel)
    if (entries?.delete(publisher) !== true) return
    if (entries.size === 0) this.#entries.delete(channel)
    this.#count--
    const left = (this.#perPublisher.get(publisher) ?? 1) - 1
    if (left > 0) this.#perPublisher.set(publisher, left)
    else this.#perPublisher.delete(publisher)
  }
}
