import type { Millis, PeerId } from './ids.ts'

export interface PenaltyTerms {
  firstMs: Millis
  /** Each time lasts twice as long as the one before, up to this. */
  longestMs: Millis
  /** After this long without, it starts from `firstMs` again. */
  forgetMs: Millis
  /** Penalties kept; one more takes the place of the oldest. */
  entriesMax: number
}

interface Penalty {
  lastsMs: Millis
  until: Millis
  /** Until it is taken as ended: what is in force must not change between two calls. */
  inForce: boolean
}

/** Neighbours that are avoided on the way to one origin, each for a time (RFC 1, section "Choice"). */
export class Penalties {
  readonly #terms: PenaltyTerms
  /** By origin, then by neighbour. */
  readonly #byOrigin = new Map<PeerId, Map<PeerId, Penalty>>()
  #size = 0

  constructor(terms: PenaltyTerms) {
    this.#terms = terms
  }

  has(origin: PeerId, peer: PeerId): boolean {
    return this.#byOrigin.get(origin)?.get(peer)?.inForce === true
  }

  /** False when it is in force already: several streams may complain of the same thing at once. */
  impose(origin: PeerId, peer: PeerId, now: Millis): boolean {
    const { firstMs, longestMs, forgetMs } = this.#terms
    const last = this.#byOrigin.get(origin)?.get(peer)
    if (last?.inForce) return false
    const isRepeated = last !== undefined && now - last.until < forgetMs
    const lastsMs = isRepeated ? Math.min(2 * last.lastsMs, longestMs) : firstMs
    this.#delete(origin, peer)
    this.#makeRoom()
    const penalties = this.#byOrigin.get(origin) ?? new Map<PeerId, Penalty>()
    this.#byOrigin.set(origin, penalties.set(peer, { lastsMs, until: now + lastsMs, inForce: true }))
    this.#size++
    return true
  }

  /** False when none is in force. It is forgotten, too. */
  lift(origin: PeerId, peer: PeerId): boolean {
    const inForce = this.has(origin, peer)
    this.#delete(origin, peer)
    return inForce
  }

  /** When the next one ends. */
  nextEnd(): Millis | undefined {
    let next: Millis | undefined
    for (const { until, inForce } of this.#all()) {
      if (inForce && (next === undefined || until < next)) next = until
    }
    return next
  }

  /** Ends what is over by now; returns the origins that this concerns. */
  takeEnded(now: Millis): PeerId[] {
    const origins = new Set<PeerId>()
    for (const [origin, penalties] of this.#byOrigin) {
      for (const [peer, penalty] of penalties) {
        if (now - penalty.until >= this.#terms.forgetMs) this.#delete(origin, peer)
        if (!penalty.inForce || now < penalty.until) continue
        penalty.inForce = false
        origins.add(origin)
      }
    }
    return [...origins]
  }

  forgetOrigin(origin: PeerId): void {
    this.#size -= this.#byOrigin.get(origin)?.size ?? 0
    this.#byOrigin.delete(origin)
  }

  *#all(): Iterable<Penalty> {
    for (const penalties of this.#byOrigin.values()) yield* penalties.values()
  }

  #delete(origin: PeerId, peer: PeerId): void {
    const penalties = this.#byOrigin.get(origin)
    if (penalties?.delete(peer) !== true) return
    this.#size--
    if (penalties.size === 0) this.#byOrigin.delete(origin)
  }

  #makeRoom(): void {
    if (this.#size < this.#terms.entriesMax) return
    const [origin, penalties] = this.#byOrigin.entries().next().value ?? []
    const peer = penalties?.keys().next().value
    if (origin !== undefined && peer !== undefined) this.#delete(origin, peer)
  }
}
