/** The rounds of DIGEST, and what is asked for and given where the sums of two neighbours differ (RFC 1, section "Digests"). */
import { syncMessages } from './claims.ts'
import type { Config } from './config.ts'
import { bucketOf, differing, type RowKey, RowSums } from './digest.ts'
import type { Millis, PeerId } from './ids.ts'
import type { Timers } from './timers.ts'
import { digestBuckets } from './wire/limits.ts'
import type { Digest, Resync, Sync, SyncRow } from './wire/messages.ts'

interface Neighbour {
  /** Rounds from one DIGEST to the next, and how many are left. */
  everyRounds: number
  roundsLeft: number
  /** The sums of subscriptions in the last one. */
  subscriptions: number[]
  /** What it has told, kept here or not. */
  readonly heard: RowSums
  /** It has had a DIGEST that it has not answered: one RESYNC is answered for each. */
  mayAsk: boolean
  /** Buckets that were asked for, and have not come. */
  asked: number
  /** Rows of these buckets were not kept for want of room. */
  crowdedOut: number
}

export class Digests {
  readonly #config: Config
  readonly #timers: Timers
  readonly #random: () => number
  readonly #subscriptions: (peer: PeerId) => number[]
  readonly #neighbours = new Map<PeerId, Neighbour>()
  /** What this node has told, to all the same. */
  readonly #told = new RowSums()

  /** @param subscriptions the sums of the streams that a neighbour is asked for */
  constructor(
    config: Config,
    timers: Timers,
    random: () => number,
    subscriptions: (peer: PeerId) => number[]
  ) {
    this.#subscriptions = subscriptions
    this.#config = config
    this.#timers = timers
    this.#random = random
  }

  handleUp(peer: PeerId, now: Millis): void {
    const heard = new RowSums()
    this.#neighbours.set(peer, {
      everyRounds: 1,
      roundsLeft: 1,
      subscriptions: [],
      heard,
      mayAsk: false,
      asked: 0,
      crowdedOut: 0
    })
    if (!this.#timers.isSet('digest')) this.#setTimer(now)
  }

  handleDown(peer: PeerId): void {
    this.#neighbours.delete(peer)
  }

  noteTold(rows: readonly SyncRow[]): void {
    for (const row of rows) {
      if (this.#told.has(row.origin) === (row.metricUs === undefined)) this.#hurryAll()
      this.#told.set(row)
    }
  }

  noteHeard(peer: PeerId, row: SyncRow): void {
    this.#neighbours.get(peer)?.heard.set(row)
  }

  /** The row that the neighbour calls so in METRICS. */
  heardAs(peer: PeerId, number: number): Readonly<RowKey> | undefined {
    return this.#neighbours.get(peer)?.heard.numbered(number)
  }

  /** The row of `origin` was not kept, since there was no room. It is asked for again when there is. */
  noteCrowdedOut(peer: PeerId, origin: PeerId): void {
    const neighbour = this.#neighbours.get(peer)
    if (neighbour !== undefined) neighbour.crowdedOut |= 1 << bucketOf(origin)
  }

  /** How many origins the neighbour has told of. */
  heardCount(peer: PeerId): number {
    return this.#neighbours.get(peer)?.heard.size ?? 0
  }

  /**
   * The origins of a bucket that the neighbour had rows of, and has not in `rows`, which are all. None for a bucket that
   * was not asked for: to look through all that it has told costs more than to send an empty list.
   */
  missing(peer: PeerId, bucket: number, rows: readonly SyncRow[]): PeerId[] {
    const neighbour = this.#neighbours.get(peer)
    const bit = 1 << bucket
    if (neighbour === undefined || (neighbour.asked & bit) === 0) return []
    neighbour.asked &= ~bit
    const listed = new Set(rows.map(row => row.origin))
    return neighbour.heard.originsIn(bucket).filter(origin => !listed.has(origin))
  }

  /** The timer `digest`: a round, with one for each neighbour whose turn it is. */
  handleTimeout(now: Millis): { peer: PeerId; message: Digest }[] {
    if (this.#neighbours.size > 0) this.#setTimer(now)
    return [...this.#neighbours].flatMap(([peer, neighbour]) => {
      const subscriptions = this.#subscriptions(peer)
      if (differing(subscriptions, neighbour.subscriptions) !== 0) hurry(neighbour)
      if (--neighbour.roundsLeft > 0) return []
      neighbour.everyRounds = Math.min(2 * neighbour.everyRounds, this.#config.digestRoundsMax)
      neighbour.roundsLeft = neighbour.everyRounds
      neighbour.subscriptions = subscriptions
      neighbour.mayAsk = true
      return [{ peer, message: { type: 'digest', routes: this.#told.sums(peer), subscriptions } }]
    })
  }

  /** What has come or gone as a whole is not to be missed for long. */
  #hurryAll(): void {
    for (const neighbour of this.#neighbours.values()) hurry(neighbour)
  }

  /**
   * What to ask the neighbour for: the buckets that differ; and if there is room for more origins, one of those from which
   * some were left out.
   */
  handleDigest(peer: PeerId, digest: Digest, hasRoom: boolean): Resync | undefined {
    const neighbour = this.#neighbours.get(peer)
    if (neighbour === undefined) return undefined
    let routes = differing(neighbour.heard.sums(), digest.routes)
    if (hasRoom && neighbour.crowdedOut !== 0) {
      const lowest = neighbour.crowdedOut & -neighbour.crowdedOut
      neighbour.crowdedOut &= ~lowest
      routes |= lowest
    }
    neighbour.asked = routes
    return routes === 0 ? undefined : { type: 'resync', routes, subscriptions: 0 }
  }

  /** @param told all rows, as last told. @returns nothing for a RESYNC that no DIGEST has called for */
  handleResync(peer: PeerId, { routes }: Resync, told: readonly SyncRow[]): Sync[] {
    const neighbour = this.#neighbours.get(peer)
    if (neighbour?.mayAsk !== true || routes === 0) return []
    neighbour.mayAsk = false
    // What it gets now may be lost as well.
    hurry(neighbour)
    const buckets = Array.from({ length: digestBuckets }, (_, bucket) => bucket)
    return buckets
      .filter(bucket => (routes & (1 << bucket)) !== 0)
      .flatMap(bucket => {
        const rows = told.filter(({ origin }) => bucketOf(origin) === bucket)
        const { bucketRowsMax, syncRowsMax } = this.#config
        const first: Sync = { type: 'sync', rows: rows.slice(0, bucketRowsMax), bucket }
        return [first, ...syncMessages(rows.slice(bucketRowsMax), syncRowsMax)]
      })
  }

  #setTimer(now: Millis): void {
    const { digestIntervalMs, digestJitter } = this.#config
    this.#timers.set('digest', now + digestIntervalMs * (1 + digestJitter * (2 * this.#random() - 1)))
  }
}

/** The next round has one for it. */
function hurry(neighbour: Neighbour): void {
  neighbour.everyRounds = 1
  neighbour.roundsLeft = 1
}
