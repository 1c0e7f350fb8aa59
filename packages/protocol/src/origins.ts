/**
 * The origins that a node knows of, within its limit (RFC 1, section "Limits of the table"). Each is charged to a neighbour
 * that has a row of it, the first one to tell of it while that has, and neighbours share the table: who tells of what does
 * not exist crowds out his own rows only. Past that there is room on demand, for those whose channels somebody wants.
 *
 * An origin without rows takes no part in that. It is kept for its feasibility distance, in as much room again.
 */
import type { Config } from './config.ts'
import type { Millis, PeerId } from './ids.ts'
import { newOrigin, type Origin } from './origin.ts'

export interface OriginLookups {
  /** Whether a stream of the origin is carried here: its row is not pushed out. */
  isCarried: (origin: PeerId) => boolean
  /** Whether somebody here, or a neighbour, wants what it publishes: its row is kept though the table is full. */
  isWanted: (origin: PeerId) => boolean
}

export class Origins {
  readonly #config: Config
  readonly #random: () => number
  readonly #lookups: OriginLookups
  readonly #states = new Map<PeerId, Origin>()
  /** Origins charged to each neighbour. */
  readonly #charges = new Map<PeerId, number>()
  #charged = 0
  /** That of the newest. */
  #number = 0
  /** Origins with rows that have their room on demand, and are charged to nobody. */
  #onDemand = 0

  constructor(config: Config, random: () => number, lookups: OriginLookups) {
    this.#config = config
    this.#random = random
    this.#lookups = lookups
  }

  get size(): number {
    return this.#states.size
  }

  get hasRoom(): boolean {
    return this.#charged < this.#config.originsMax
  }

  get(origin: PeerId): Origin | undefined {
    return this.#states.get(origin)
  }

  all(): Iterable<Origin> {
    return this.#states.values()
  }

  /**
   * The state that a row of `peer` belongs to, made if need be; undefined when there is no room for it.
   *
   * @returns also the origin that is pushed out for it: its rows have to be removed
   */
  admit(origin: PeerId, peer: PeerId, now: Millis): { state: Origin; pushedOut?: Origin } | undefined {
    const known = this.#states.get(origin)
    if (known?.introducer !== undefined) return { state: known }
    const place = known === undefined ? this.#place(now) : 'free'
    const pushedOut = this.hasRoom || place === undefined ? undefined : this.#victim(peer)
    // Nobody may fill the places of what was lost, and so hide what is wanted here.
    const onDemand = place === undefined || (!this.hasRoom && pushedOut === undefined)
    if (onDemand && !this.#hasRoomOnDemand(origin)) return undefined
    if (!onDemand && place !== undefined && place !== 'free') this.forget(place)
    const state = known ?? newOrigin(origin, ++this.#number, this.#driftHoldMs())
    state.onDemand = onDemand
    this.#states.set(origin, state)
    this.#charge(state, peer)
    return pushedOut === undefined ? { state } : { state, pushedOut }
  }

  /** False when there was none. */
  removeRow(state: Origin, peer: PeerId): boolean {
    if (!state.rows.delete(peer)) return false
    if (state.introducer === peer || state.rows.size === 0)
      this.#charge(state, state.rows.keys().next().value)
    return true
  }

  /** Whether it is kept on demand, and nobody wants it any more. */
  isUnwanted({ origin, onDemand, introducer }: Origin): boolean {
    return onDemand && introducer !== undefined && !this.#lookups.isWanted(origin)
  }

  forget({ origin }: Origin): void {
    this.#states.delete(origin)
  }

  #driftHoldMs(): Millis {
    const { driftHoldMs, driftJitter } = this.#config
    return driftHoldMs * (1 + driftJitter * (2 * this.#random() - 1))
  }

  #charge(state: Origin, peer: PeerId | undefined): void {
    if (state.introducer !== undefined) this.#count(state, state.introducer, -1)
    if (peer !== undefined) this.#count(state, peer, 1)
    state.introducer = peer
  }

  #count({ onDemand }: Origin, peer: PeerId, by: number): void {
    if (onDemand) {
      this.#onDemand += by
      return
    }
    const count = (this.#charges.get(peer) ?? 0) + by
    if (count === 0) this.#charges.delete(peer)
    else this.#charges.set(peer, count)
    this.#charged += by
  }

  /** An origin of the neighbour that is charged with the most, the newest that is not carried, if `peer` has a smaller share. */
  #victim(peer: PeerId): Origin | undefined {
    let most: PeerId | undefined
    for (const [other, count] of this.#charges) {
      const mostCount = most === undefined ? 0 : (this.#charges.get(most) ?? 0)
      if (most === undefined || count > mostCount || (count === mostCount && other < most)) most = other
    }
    // By two: otherwise the same row would be pushed to and fro.
    const isLarger = most !== undefined && (this.#charges.get(most) ?? 0) > (this.#charges.get(peer) ?? 0) + 1
    if (!isLarger) return undefined
    let victim: Origin | undefined
    for (const state of this.#states.values()) {
      if (state.introducer === most && !state.onDemand && !this.#lookups.isCarried(state.origin))
        victim = state
    }
    return victim
  }

  #hasRoomOnDemand(origin: PeerId): boolean {
    const { originsMax, originsOnDemandMax } = this.#config
    const isFull =
      this.#onDemand >= originsOnDemandMax || this.#states.size >= 2 * originsMax + originsOnDemandMax
    return !isFull && this.#lookups.isWanted(origin)
  }

  /**
   * Where one more state goes that is not on demand: a free place, or that of one that was lost long ago, since nothing that
   * relied on it is on its way; undefined if there is none.
   */
  #place(now: Millis): 'free' | Origin | undefined {
    if (this.#states.size - this.#onDemand < 2 * this.#config.originsMax) return 'free'
    let oldest: Origin | undefined
    for (const state of this.#states.values()) {
      const { lostSince } = state
      if (lostSince === undefined || state.rows.size > 0) continue
      if (oldest?.lostSince === undefined || lostSince < oldest.lostSince) oldest = state
    }
    const isOver =
      oldest?.lostSince !== undefined && now - oldest.lostSince >= 2 * this.#config.neighbourTimeoutMs
    return isOver ? oldest : undefined
  }
}
