/**
 * Which publishers the subscriptions of this node follow (RFC 1, section "Channels").
 *
 * ANY follows one publisher at a time: the one that it has, while its run is announced and can be reached; then the
 * nearest other. ALL follows every publisher that can be reached, up to `publishersFollowedMax`. The two differ in
 * nothing but how many places there are: a run keeps its place for as long as it goes on, and gives it up, while it
 * cannot be reached, to one that can.
 */
import type { Announcements } from './announcements.ts'
import type { Config } from './config.ts'
import type { ChannelId, Micros, Millis, PeerId } from './ids.ts'
import type { Timers } from './timers.ts'
import type { Announcement } from './wire/messages.ts'

export type SubscribeMode = 'any' | 'all'

export type InterestEvent =
  /** A subscription follows this run from now on. */
  | { type: 'join'; announcement: Announcement }
  /** It does so no longer: the run has ended, or (`ended` false) another one, or none, takes its place. */
  | { type: 'leave'; announcement: Announcement; ended: boolean }

/** The metric of the way to a publisher; undefined without one. 0 for this node itself. */
export type Reach = (publisher: PeerId) => Micros | undefined

interface Followed {
  readonly announcement: Announcement
  /** It was withdrawn, but its last object may still come: until when that is waited for. */
  endingAt: Millis | undefined
}

interface Interest {
  readonly channel: ChannelId
  readonly mode: SubscribeMode
  readonly followed: Map<PeerId, Followed>
  /** Runs that ended here: not chosen again, though their withdrawal may be on its way. */
  readonly ended: Map<PeerId, number>
}

export class Interests {
  readonly #config: Config
  readonly #timers: Timers
  readonly #announcements: Announcements
  readonly #reach: Reach
  readonly #interests = new Map<ChannelId, Interest>()

  constructor(config: Config, timers: Timers, announcements: Announcements, reach: Reach) {
    this.#config = config
    this.#timers = timers
    this.#announcements = announcements
    this.#reach = reach
  }

  open(channel: ChannelId, mode: SubscribeMode, now: Millis): InterestEvent[] {
    if (this.#interests.has(channel)) return []
    const interest: Interest = { channel, mode, followed: new Map(), ended: new Map() }
    this.#interests.set(channel, interest)
    return this.#choose(interest, now)
  }

  close(channel: ChannelId): InterestEvent[] {
    const followed = this.#interests.get(channel)?.followed.values() ?? []
    this.#interests.delete(channel)
    return [...followed].map(({ announcement }) => ({ type: 'leave', announcement, ended: false }))
  }

  /** Whether a subscription follows a run of this publisher on the channel. */
  follows({ channel, publisher }: Announcement): boolean {
    return this.#interests.get(channel)?.followed.has(publisher) === true
  }

  has(channel: ChannelId): boolean {
    return this.#interests.has(channel)
  }

  /** The channels that are subscribed here, and whether a publisher of each can be reached, or its end is waited for. */
  *channels(): Iterable<{ channel: ChannelId; isServed: boolean }> {
    for (const { channel, followed } of this.#interests.values()) {
      yield { channel, isServed: [...followed.values()].some(run => !this.#isIdle(run)) }
    }
  }

  /** What is announced of the channel has changed. */
  handleAnnounced(channel: ChannelId, now: Millis): InterestEvent[] {
    const interest = this.#interests.get(channel)
    return interest === undefined ? [] : this.#choose(interest, now)
  }

  /** A way to `publisher` was found or lost. */
  handleReach(publisher: PeerId, now: Millis): InterestEvent[] {
    const events: InterestEvent[] = []
    for (const interest of this.#interests.values()) {
      if (this.#announcements.get(interest.channel, publisher)) events.push(...this.#choose(interest, now))
    }
    return events
  }

  /** The last object of a run has passed: all of it was delivered, and it is over. */
  handleEnd(run: Announcement, now: Millis): InterestEvent[] {
    const interest = this.#interests.get(run.channel)
    const followed = interest?.followed.get(run.publisher)?.announcement
    if (interest === undefined || followed?.epoch !== run.epoch) return []
    return [this.#end(interest, followed), ...this.#choose(interest, now)]
  }

  /** The timer `endings`: runs whose end did not come by itself. */
  handleEndings(now: Millis): InterestEvent[] {
    const events: InterestEvent[] = []
    for (const interest of this.#interests.values()) {
      for (const { announcement, endingAt } of interest.followed.values()) {
        if (endingAt === undefined) continue
        if (endingAt <= now) events.push(this.#end(interest, announcement), ...this.#choose(interest, now))
        else this.#timers.setBy('endings', endingAt)
      }
    }
    return events
  }

  /** Gives up what does not go on, then fills the places with the nearest that can be reached. */
  #choose(interest: Interest, now: Millis): InterestEvent[] {
    const { followed, mode } = interest
    const events: InterestEvent[] = []
    for (const run of followed.values()) events.push(...this.#review(interest, run, now))
    const places = mode === 'any' ? 1 : this.#config.publishersFollowedMax
    const idle = [...followed.values()].filter(run => this.#isIdle(run))
    if (followed.size - idle.length >= places) return events
    for (const announcement of this.#candidates(interest)) {
      if (followed.size >= places) {
        const run = idle.shift()
        if (run === undefined) break
        followed.delete(run.announcement.publisher)
        events.push({ type: 'leave', announcement: run.announcement, ended: false })
      }
      followed.set(announcement.publisher, { announcement, endingAt: undefined })
      events.push({ type: 'join', announcement })
    }
    return events
  }

  /** Whether the run goes on: it does while nothing newer than it is announced of its publisher. */
  #review(interest: Interest, run: Followed, now: Millis): InterestEvent[] {
    const { announcement } = run
    const latest = this.#announcements.get(announcement.channel, announcement.publisher)
    if (latest?.epoch !== announcement.epoch) return [this.#end(interest, announcement)]
    if (latest.ended && run.endingAt === undefined) {
      run.endingAt = now + this.#config.endGraceMs
      this.#timers.setBy('endings', run.endingAt)
    }
    return []
  }

  /** It cannot be reached at present. One that was withdrawn is waited for all the same. */
  #isIdle({ announcement, endingAt }: Followed): boolean {
    return endingAt === undefined && this.#reach(announcement.publisher) === undefined
  }

  #end({ channel, followed, ended }: Interest, announcement: Announcement): InterestEvent {
    followed.delete(announcement.publisher)
    // Only what is still announced could be chosen again, so the list stays as short as that one.
    for (const publisher of ended.keys()) {
      if (!this.#announcements.get(channel, publisher)) ended.delete(publisher)
    }
    ended.set(announcement.publisher, announcement.epoch)
    return { type: 'leave', announcement, ended: true }
  }

  #candidates({ channel, followed, ended }: Interest): Announcement[] {
    return nearest(this.#announcements.of(channel), this.#reach).filter(
      ({ publisher, epoch }) => !followed.has(publisher) && epoch > (ended.get(publisher) ?? -1)
    )
  }
}

/** Those that go on and can be reached, the nearest first, the lesser peer id among equals. */
export function nearest(announcements: Iterable<Announcement>, reach: Reach): Announcement[] {
  const found: { announcement: Announcement; metricUs: Micros }[] = []
  for (const announcement of announcements) {
    const metricUs = reach(announcement.publisher)
    if (!announcement.ended && metricUs !== undefined) found.push({ announcement, metricUs })
  }
  const order = (a: PeerId, b: PeerId) => (a < b ? -1 : 1)
  found.sort((a, b) => a.metricUs - b.metricUs || order(a.announcement.publisher, b.announcement.publisher))
  return found.map(({ announcement }) => announcement)
}
