/**
 * The places of the neighbours (RFC 1, section "Choice of neighbours"): why each is one, whether there is room for another,
 * and who goes when there is not.
 *
 * At least half of the neighbours that a node aims at are those that it chose itself: whoever dials in, and in whatever
 * numbers, can neither fill these places nor drive anyone out of them. A neighbour in use, as a parent or a child of a
 * stream, is never closed for another.
 */
import type { Config } from './config.ts'
import type { Millis, PeerId } from './ids.ts'

/**
 * Why it is a neighbour. `named`: this side dialled it without the core, since a person or the application said so; it
 * is never closed for another. `trial`: dialled by choice, and not measured yet. `inbound`: it dialled.
 */
export type Slot = 'named' | 'trial' | 'near' | 'random' | 'wanted' | 'inbound'

export interface Neighbour {
  readonly peer: PeerId
  slot: Slot
  /** Only neighbours that dialled in have told of it: it has a free place, or none. */
  readonly isHearsay: boolean
  /** Since when it is up; undefined before HELLO. */
  upAt: Millis | undefined
  server: boolean
  addresses: readonly string[]
}

export interface PlacesLookups {
  /** The smoothed round trip, once it is measured. */
  rttMs: (peer: PeerId) => Millis | undefined
  /** Whether it is parent or child of a stream here. */
  isUsed: (peer: PeerId) => boolean
}

/** A neighbour that is to be closed: there are enough without it. */
export interface Surplus {
  type: 'surplus'
  peer: PeerId
  reason: string
}

type PlacesConfig = Pick<Config, 'neighboursTarget' | 'neighboursMax' | 'trialMs' | 'nearGainMin'>

export class Places {
  readonly #config: PlacesConfig
  readonly #lookups: PlacesLookups
  readonly #neighbours = new Map<PeerId, Neighbour>()

  constructor(config: PlacesConfig, lookups: PlacesLookups) {
    this.#config = config
    this.#lookups = lookups
  }

  get size(): number {
    return this.#neighbours.size
  }

  get(peer: PeerId): Neighbour | undefined {
    return this.#neighbours.get(peer)
  }

  has(peer: PeerId): boolean {
    return this.#neighbours.has(peer)
  }

  all(): Iterable<Neighbour> {
    return this.#neighbours.values()
  }

  delete(peer: PeerId): void {
    this.#neighbours.delete(peer)
  }

  /** Takes a new neighbour, or returns why there is no room for it. */
  add(peer: PeerId, slot: Slot, isHearsay: boolean): string | undefined {
    const { neighboursMax } = this.#config
    if (this.#neighbours.size >= neighboursMax) return `more than ${neighboursMax} neighbours`
    if (slot === 'inbound' && this.count('inbound') >= this.#inboundMax)
      return `more than ${this.#inboundMax} that dialled`
    this.#neighbours.set(peer, { peer, slot, isHearsay, upAt: undefined, server: false, addresses: [] })
    return undefined
  }

  /** Who chooses keeps the places for that free, and one for the try of another. */
  get #inboundMax(): number {
    const { neighboursMax, neighboursTarget } = this.#config
    return neighboursTarget === 0 ? neighboursMax : neighboursMax - neighboursTarget - 1
  }

  count(slot: Slot): number {
    let count = 0
    for (const neighbour of this.#neighbours.values()) if (neighbour.slot === slot) count++
    return count
  }

  /** Whether another place is to be filled, when so many more are coming. */
  hasRoom(coming: number): boolean {
    const { neighboursTarget } = this.#config
    const all = this.#neighbours.size + coming
    const chosen = all - this.count('inbound')
    return all < neighboursTarget || chosen < Math.ceil(neighboursTarget / 2)
  }

  hasServer(except?: PeerId): boolean {
    for (const { peer, server, upAt } of this.#neighbours.values()) {
      if (server && upAt !== undefined && peer !== except) return true
    }
    return false
  }

  /** A neighbour on trial takes a free place, if there is one; otherwise it stays on trial until it is measured. */
  seat(neighbour: Neighbour, isWanted: boolean): Surplus[] {
    const hasRoom = this.hasRoom(-1)
    if (!hasRoom && neighbour.isHearsay) return []
    if (isWanted && this.count('wanted') === 0) {
      neighbour.slot = 'wanted'
      return hasRoom ? [] : this.makeRoom()
    }
    if (!hasRoom && this.count('random') > 0) return []
    const isNear = hasRoom && this.count('near') <= this.count('random')
    neighbour.slot = isNear ? 'near' : 'random'
    return []
  }

  /** When enough is known of its round trip. */
  judgedAt({ upAt }: Neighbour): Millis {
    return upAt === undefined ? Number.POSITIVE_INFINITY : upAt + this.#config.trialMs
  }

  /**
   * All places are taken: one on trial takes that of one that is clearly farther away, or of the oldest at random, or it
   * goes. One of hearsay takes nobody's: if it is in use it stays as one that has dialled, where there is room for those.
   */
  judge(neighbour: Neighbour, isWanted: boolean): Surplus[] {
    const events = this.seat(neighbour, isWanted)
    if (neighbour.slot !== 'trial') return events
    if (neighbour.isHearsay) {
      const stays = !this.#canGo(neighbour) && this.count('inbound') < this.#inboundMax
      if (stays) neighbour.slot = 'inbound'
      return stays ? [] : [surplus(neighbour.peer, 'there are enough others')]
    }
    const farthest = this.#farthest()
    const { nearGainMin } = this.#config
    if (farthest !== undefined && this.#rttMs(neighbour) < (1 - nearGainMin) * this.#rttMs(farthest)) {
      neighbour.slot = 'near'
      return [surplus(farthest.peer, 'another is nearer')]
    }
    const room = this.makeRoom()
    if (room.length === 0 && this.#canGo(neighbour)) return [surplus(neighbour.peer, 'others are nearer')]
    neighbour.slot = 'random'
    return room
  }

  /** Closes the neighbour that has had a random place for the longest. */
  makeRoom(): Surplus[] {
    let oldest: Neighbour | undefined
    for (const neighbour of this.#neighbours.values()) {
      if (neighbour.slot !== 'random' || !this.#canGo(neighbour)) continue
      if (oldest === undefined || (neighbour.upAt ?? 0) < (oldest.upAt ?? 0)) oldest = neighbour
    }
    return oldest === undefined ? [] : [surplus(oldest.peer, 'another has its turn')]
  }

  #farthest(): Neighbour | undefined {
    let farthest: Neighbour | undefined
    for (const neighbour of this.#neighbours.values()) {
      if (neighbour.slot !== 'near' || !this.#canGo(neighbour)) continue
      if (farthest === undefined || this.#rttMs(neighbour) > this.#rttMs(farthest)) farthest = neighbour
    }
    return farthest
  }

  /** Neither in use, nor the last server. */
  #canGo({ peer, server }: Neighbour): boolean {
    return !this.#lookups.isUsed(peer) && (!server || this.hasServer(peer))
  }

  #rttMs({ peer }: Neighbour): Millis {
    return this.#lookups.rttMs(peer) ?? Number.POSITIVE_INFINITY
  }
}

function surplus(peer: PeerId, reason: string): Surplus {
  return { type: 'surplus', peer, reason }
}
