/**
 * A bounded room for announcements, shared fairly by the neighbours that brought them (RFC 1, section "Channels").
 *
 * While there is room, anyone may have it. A newcomer to a full room takes the place of one of the neighbour that has the
 * most, if that still has as many then as the newcomer's own: so nobody has less than an equal share because of what
 * others make up, and equals do not push each other out in turn.
 */
import type { PeerId } from './ids.ts'
import type { Announcement } from './wire/messages.ts'

interface Guest {
  readonly announcement: Announcement
  /** The neighbour that is charged with it; undefined: one that is gone. All those count as one. */
  introducer: PeerId | undefined
}

export class AnnouncementRoom<Entry extends Guest> {
  readonly #max: number
  /** Never pushed out. */
  readonly #isPinned: (announcement: Announcement) => boolean
  /** The last that came is the last. */
  readonly #entries = new Set<Entry>()
  readonly #charges = new Map<PeerId | undefined, number>()

  constructor(max: number, isPinned: (announcement: Announcement) => boolean) {
    this.#max = max
    this.#isPinned = isPinned
  }

  get size(): number {
    return this.#entries.size
  }

  /**
   * Takes the entry in if there is room, or room can be made. Returns what was pushed out for it, `full` when it has to stay
   * outside. A pinned one is always taken in.
   */
  add(entry: Entry): Entry | 'full' | undefined {
    let pushed: Entry | undefined
    if (this.#entries.size >= this.#max) {
      const isPinned = this.#isPinned(entry.announcement)
      pushed = this.#leastDeserved()
      const isFair =
        pushed !== undefined && this.#charge(pushed.introducer) - 1 > this.#charge(entry.introducer)
      if (!isFair && !isPinned) return 'full'
      if (pushed !== undefined) this.delete(pushed)
    }
    this.#entries.add(entry)
    this.#count(entry.introducer, 1)
    return pushed
  }

  has(entry: Entry): boolean {
    return this.#entries.has(entry)
  }

  delete(entry: Entry): boolean {
    if (!this.#entries.delete(entry)) return false
    this.#count(entry.introducer, -1)
    return true
  }

  /** Another neighbour is charged with it from now on. */
  recharge(entry: Entry, introducer: PeerId | undefined): void {
    if (!this.#entries.has(entry)) return
    this.#count(entry.introducer, -1)
    entry.introducer = introducer
    this.#count(introducer, 1)
  }

  /** Of the neighbour that is charged with the most, what came last. */
  #leastDeserved(): Entry | undefined {
    let found: Entry | undefined
    let most = 0
    for (const entry of this.#entries) {
      const charge = this.#charge(entry.introducer)
      if (charge < most || this.#isPinned(entry.announcement)) continue
      most = charge
      found = entry
    }
    return found
  }

  #charge(introducer: PeerId | undefined): number {
    return this.#charges.get(introducer) ?? 0
  }

  #count(introducer: PeerId | undefined, change: number): void {
    const charge = this.#charge(introducer) + change
    if (charge === 0) this.#charges.delete(introducer)
    else this.#charges.set(introducer, charge)
  }
}
