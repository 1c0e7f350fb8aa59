/** What the neighbours are worth as next hops: the cost of each link, and who is to be avoided (RFC 1, section "Choice"). */
import type { Config } from './config.ts'
import type { Micros, Millis, PeerId } from './ids.ts'
import { Penalties } from './penalties.ts'

/** How far a neighbour can be relied on, from the best: one that is worse is taken only where there is no better. */
export type Standing =
  | 'good'
  /** It has no capacity to spare: what it carries it goes on carrying. */
  | 'full'
  /** It has refused for lack of capacity: it may still take one who has no other way. */
  | 'refused'
  /** It has not delivered what it claimed. */
  | 'penalised'
  /** It has fallen silent. */
  | 'suspected'

/** Why a neighbour is avoided on the way to an origin. */
export type Reason =
  /** It has not delivered what it claimed. */
  | 'fault'
  /** It has refused a stream for lack of capacity. */
  | 'refused'
  /** It goes on feeding, and would rather not. */
  | 'crowded'
  /** It may have stopped delivering: it is no worse for that, but others are looked for. */
  | 'doubted'

const ranks: Record<Standing, number> = { good: 0, full: 1, refused: 2, penalised: 3, suspected: 4 }

export function isBetterStanding(a: Standing, b: Standing): boolean {
  return ranks[a] < ranks[b]
}

export class Standings {
  /** Cost of the link to each neighbour that is up. */
  readonly #links = new Map<PeerId, Micros>()
  readonly #suspects = new Set<PeerId>()
  readonly #full = new Set<PeerId>()
  readonly #penalties: Record<Reason, Penalties>

  constructor(config: Config) {
    const { penaltyForgetMs: forgetMs, penaltiesMax: entriesMax } = config
    const shared = { forgetMs, entriesMax }
    const faults = { firstMs: config.penaltyMs, longestMs: config.penaltyLongestMs, ...shared }
    const bars = { firstMs: config.barredMs, longestMs: config.barredLongestMs, ...shared }
    this.#penalties = {
      fault: new Penalties(faults),
      refused: new Penalties(bars),
      crowded: new Penalties(bars),
      doubted: new Penalties({ firstMs: config.doubtMs, longestMs: config.doubtMs, ...shared })
    }
  }

  /** Everyone who is up. */
  peers(): Iterable<PeerId> {
    return this.#links.keys()
  }

  /** Undefined for a neighbour that is not up. */
  costUs(peer: PeerId): Micros | undefined {
    return this.#links.get(peer)
  }

  setCost(peer: PeerId, costUs: Micros): void {
    this.#links.set(peer, costUs)
  }

  /** The penalties stay: to connect anew must not be a way out of them. */
  drop(peer: PeerId): void {
    this.#links.delete(peer)
    this.#suspects.delete(peer)
    this.#full.delete(peer)
  }

  isSuspected(peer: PeerId): boolean {
    return this.#suspects.has(peer)
  }

  setSuspected(peer: PeerId, suspected: boolean): void {
    if (suspected) this.#suspects.add(peer)
    else this.#suspects.delete(peer)
  }

  /** False when it is nothing new. */
  setFull(peer: PeerId, full: boolean): boolean {
    if (full === this.#full.has(peer) || !this.#links.has(peer)) return false
    if (full) this.#full.add(peer)
    else this.#full.delete(peer)
    return true
  }

  /** @param hadRoom it is the next hop, or the candidate, and was not full when it was chosen: it goes on carrying what it carries */
  of(origin: PeerId, peer: PeerId, hadRoom: boolean): Standing {
    if (this.#suspects.has(peer)) return 'suspected'
    const { fault, refused, crowded } = this.#penalties
    if (fault.has(origin, peer)) return 'penalised'
    if (refused.has(origin, peer)) return 'refused'
    if (crowded.has(origin, peer) || (!hadRoom && this.#full.has(peer))) return 'full'
    return 'good'
  }

  /** False when it is avoided for this reason already. */
  avoid(origin: PeerId, peer: PeerId, reason: Reason, now: Millis): boolean {
    return this.#penalties[reason].impose(origin, peer, now)
  }

  /** It has refused, or does not deliver: nobody can rely on it. */
  isUseless(origin: PeerId, peer: PeerId): boolean {
    const { fault, refused } = this.#penalties
    return fault.has(origin, peer) || refused.has(origin, peer)
  }

  /** It may be left soon. */
  isShaky(origin: PeerId, peer: PeerId): boolean {
    const { doubted, crowded } = this.#penalties
    return doubted.has(origin, peer) || crowded.has(origin, peer) || this.#full.has(peer)
  }

  /** False when there was none. */
  unbar(origin: PeerId, peer: PeerId): boolean {
    return this.#penalties.refused.lift(origin, peer)
  }

  /** When the next penalty or bar ends. */
  nextEnd(): Millis | undefined {
    const ends = this.#kinds()
      .map(kind => kind.nextEnd())
      .filter(end => end !== undefined)
    return ends.length === 0 ? undefined : Math.min(...ends)
  }

  /** Ends the penalties and bars that are over; returns the origins that this concerns. */
  takeEnded(now: Millis): PeerId[] {
    return [...new Set(this.#kinds().flatMap(kind => kind.takeEnded(now)))]
  }

  forgetOrigin(origin: PeerId): void {
    for (const kind of this.#kinds()) kind.forgetOrigin(origin)
  }

  #kinds(): Penalties[] {
    return Object.values(this.#penalties)
  }
}
