/**
 * What this node publishes, and how it announces that (RFC 1, section "Channels").
 *
 * A run is known by its epoch, and a later run must have a greater one. A clock that went back since the last run would
 * break that, and the publisher would be mute for as long as the others remember. But what they remember they also
 * tell, under its own signature: it goes on above that.
 */
import type { Config } from './config.ts'
import { type ChannelId, endProof, endProofHash, type Millis, type PeerId } from './ids.ts'
import type { Timers } from './timers.ts'
import { catalogBytesMax } from './wire/limits.ts'
import type { Announcement } from './wire/messages.ts'

/** What an application publishes on one channel in one run. */
export interface Publication {
  channel: ChannelId
  name: string
  epoch: number
  catalog: Uint8Array
  /** Its objects will be covered by lists. */
  objectsSigned?: true
  /** A secret that the end of each run is proven with. Without one, anybody on the way can end it. */
  endSeed?: Uint8Array
}

/** An announcement that its publisher has yet to sign; the driver adds the time at which it expires. */
export type AnnouncementDraft = Omit<Announcement, 'expiresAt'> & { ttlMs: Millis }

export type OwnRunEvent =
  | { type: 'sign'; draft: AnnouncementDraft }
  /** The publication of the channel goes on as another run. */
  | { type: 'restart'; channel: ChannelId; epoch: number }
  /** Others remember a run of this node's: what it says of itself has to be newer than this epoch. */
  | { type: 'remembered'; epoch: number }

interface Own extends Publication {
  seqno: number
  nextAt: Millis
}

export class OwnRuns {
  readonly #self: PeerId
  readonly #config: Config
  readonly #timers: Timers
  readonly #runs = new Map<ChannelId, Own>()
  /** The greatest epoch that this node has used, as far as it knows. */
  #lastEpoch = -1

  constructor(self: PeerId, config: Config, timers: Timers) {
    this.#self = self
    this.#config = config
    this.#timers = timers
  }

  get size(): number {
    return this.#runs.size
  }

  /**
   * Returns the epoch of the run: that of the publication, or a greater one if that has been used.
   *
   * @throws TypeError when this node publishes the channel already, or for a catalog over `catalogBytesMax`
   */
  publish(publication: Publication, now: Millis): { epoch: number; events: OwnRunEvent[] } {
    const { channel, name, catalog } = publication
    if (catalog.length > catalogBytesMax) {
      throw new TypeError(`the catalog has ${catalog.length} bytes, more than ${catalogBytesMax}`)
    }
    if (this.#runs.has(channel)) throw new TypeError(`this node publishes ${JSON.stringify(name)} already`)
    const epoch = Math.max(publication.epoch, this.#lastEpoch + 1)
    this.#lastEpoch = epoch
    const own: Own = { ...publication, epoch, seqno: 0, nextAt: now }
    this.#runs.set(channel, own)
    return { epoch, events: [this.#draft(own, false, now)] }
  }

  unpublish(channel: ChannelId, now: Millis): OwnRunEvent[] {
    const own = this.#runs.get(channel)
    if (own === undefined) return []
    this.#runs.delete(channel)
    return [this.#draft(own, true, now)]
  }

  /** A neighbour tells of a run of this node's, signed by itself. Those that it does not know are from before it was started. */
  handleHeard(announcement: Announcement, now: Millis): OwnRunEvent[] {
    const { channel, epoch, seqno } = announcement
    const own = this.#runs.get(channel)
    const isPresent = own?.epoch === epoch && seqno < own.seqno
    // Past the last epoch there is none to go on with.
    if (isPresent || !Number.isSafeInteger(epoch + 1)) return []
    const events = this.#catchUp(epoch, now)
    if (own === undefined) return [...events, ...this.#withdraw(announcement)]
    // The present run is newer, and ends that one wherever it is told of.
    if (epoch < own.epoch) return events
    this.#lastEpoch++
    own.epoch = this.#lastEpoch
    own.seqno = 0
    return [...events, { type: 'restart', channel, epoch: own.epoch }, this.#draft(own, false, now)]
  }

  /** An epoch that is past all its own says that the clock went back: what was announced by that clock may have expired. */
  #catchUp(epoch: number, now: Millis): OwnRunEvent[] {
    if (epoch <= this.#lastEpoch) return []
    this.#lastEpoch = epoch
    if (this.#runs.size === 0) return []
    const drafts = [...this.#runs.values()].map(own => this.#draft(own, false, now))
    return [{ type: 'remembered', epoch }, ...drafts]
  }

  /** Announces anew what is due. */
  handleTimeout(now: Millis): OwnRunEvent[] {
    const events: OwnRunEvent[] = []
    for (const own of this.#runs.values()) if (own.nextAt <= now) events.push(this.#draft(own, false, now))
    for (const { nextAt } of this.#runs.values()) this.#timers.setBy('announcements', nextAt)
    return events
  }

  #draft(own: Own, ended: boolean, now: Millis): OwnRunEvent {
    const { nextAt: _, seqno, endSeed, ...publication } = own
    const end = endSeed && { endHash: endProofHash(endProof(endSeed, own.epoch)) }
    const draft = { publisher: this.#self, ...publication, ...end, seqno, ended }
    own.seqno++
    own.nextAt = now + this.#config.announceIntervalMs
    this.#timers.setBy('announcements', own.nextAt)
    return { type: 'sign', draft: { ...draft, ttlMs: this.#config.announceTtlMs } }
  }

  /** A channel that it publishes no more: others would wait for it until the announcement expires. */
  #withdraw({ expiresAt: _, seqno, ended, ...rest }: Announcement): OwnRunEvent[] {
    if (ended) return []
    const draft = { ...rest, seqno: seqno + 1, ended: true, ttlMs: this.#config.announceTtlMs }
    return [{ type: 'sign', draft }]
  }
}
