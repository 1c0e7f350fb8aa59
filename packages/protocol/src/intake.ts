/**
 * Takes in what neighbours tell of their ways: which rows are kept, and what is asked for where they differ from what the
 * neighbour has told (RFC 1, sections "Rows", "Digests" and "Limits of the table"). It chooses no way: it returns the
 * origins whose rows have changed.
 */
import { toRow } from './claims.ts'
import type { Config } from './config.ts'
import type { Digests } from './digests.ts'
import type { Millis, PeerId } from './ids.ts'
import type { Origin } from './origin.ts'
import type { Origins } from './origins.ts'
import { Quotas } from './quotas.ts'
import type { RouteEvent } from './route-event.ts'
import type { Timers } from './timers.ts'
import { isNewer } from './version.ts'
import type { Digest, MetricRow, Resync, SyncRow } from './wire/messages.ts'

/** What a row has changed. */
interface Taken {
  /** In the order in which they are to be decided anew. */
  changed: Origin[]
  /** What the neighbour has to be told before that. */
  reminder?: SyncRow | undefined
}

export class Intake {
  readonly #config: Config
  readonly #timers: Timers
  readonly #origins: Origins
  readonly #digests: Digests
  readonly #quotas: Quotas

  constructor(config: Config, timers: Timers, origins: Origins, digests: Digests) {
    this.#config = config
    this.#timers = timers
    this.#origins = origins
    this.#digests = digests
    this.#quotas = new Quotas(config)
  }

  handleUp(peer: PeerId, now: Millis): void {
    this.#digests.handleUp(peer, now)
    this.#quotas.handleUp(peer, now)
  }

  /** All that the neighbour has told goes with it. */
  handleDown(peer: PeerId): Origin[] {
    this.#digests.handleDown(peer)
    this.#quotas.handleDown(peer)
    return [...this.#origins.all()].filter(state => this.#origins.removeRow(state, peer))
  }

  /** A row that is not about this node itself. */
  takeRow(peer: PeerId, row: SyncRow, now: Millis): Taken {
    const { origin, metricUs, hops } = row
    // A way that is too long is no way; it also ends what could count up without end.
    const { hopsMax, metricMaxUs } = this.#config
    if (metricUs === undefined || hops >= hopsMax || metricUs > metricMaxUs)
      return { changed: this.#takeAway(peer, row) }
    // Not heard of: the next digest will bring it up again. What is taken away always counts.
    if (!this.#quotas.takeRow(peer, now)) return { changed: [] }
    this.#digests.noteHeard(peer, row)
    const admitted = this.#origins.admit(origin, peer, now)
    if (admitted === undefined) {
      this.#digests.noteCrowdedOut(peer, origin)
      return { changed: [] }
    }
    this.#timers.setBy('origins', now + this.#config.seqnoRetryMs)
    const { state, pushedOut } = admitted
    if (pushedOut !== undefined) this.pushOut(pushedOut)
    const { epoch, seqno, signature } = row
    const { betterSince, aheadSince } = state.rows.get(peer) ?? {}
    state.rows.set(peer, { epoch, seqno, metricUs, hops, signature, betterSince, aheadSince })
    const changed = pushedOut === undefined ? [state] : [pushedOut, state]
    return { changed, reminder: this.#reminder(peer, row, state) }
  }

  /** All but the metric is as in the neighbour's row of that number. Returns the origin if that has changed. */
  takeMetric(peer: PeerId, { number, seqno, metricUs, hops }: MetricRow, now: Millis): Origin[] {
    const told = this.#digests.heardAs(peer, number)
    // Something was lost: the next digest will bring it up.
    if (told?.seqno !== seqno) return []
    const { origin, epoch } = told
    const kept = this.#origins.get(origin)?.rows.get(peer)
    const row: SyncRow = { origin, epoch, seqno, metricUs, hops, number }
    if (kept === undefined) {
      // Without its signature it is of no use, though there may be room now.
      this.#digests.noteHeard(peer, row)
      this.#digests.noteCrowdedOut(peer, origin)
      return []
    }
    return this.takeRow(peer, { ...row, ...(kept.signature && { signature: kept.signature }) }, now).changed
  }

  /** All of the neighbour's rows in a bucket are known: what is held of it besides is out of date. */
  takeBucket(peer: PeerId, bucket: number, rows: readonly SyncRow[]): Origin[] {
    return this.#digests.missing(peer, bucket, rows).flatMap(origin => {
      const { epoch, seqno } = this.#origins.get(origin)?.rows.get(peer) ?? { epoch: 0, seqno: 0 }
      return this.#takeAway(peer, { origin, epoch, seqno, metricUs: undefined, hops: 0 })
    })
  }

  #takeAway(peer: PeerId, row: SyncRow): Origin[] {
    this.#digests.noteHeard(peer, row)
    const state = this.#origins.get(row.origin)
    if (state === undefined) return []
    this.#origins.removeRow(state, peer)
    return [state]
  }

  /** Its rows make room for others. The neighbours that tell of the origin may do so again when there is some. */
  pushOut(state: Origin): void {
    for (const peer of [...state.rows.keys()]) {
      this.#digests.noteCrowdedOut(peer, state.origin)
      this.#origins.removeRow(state, peer)
    }
  }

  /** An origin whose row is older than one that was used here has forgotten its own newer one, or its clock went back. */
  #reminder(peer: PeerId, row: SyncRow, state: Origin): SyncRow | undefined {
    const { origin, feasibility } = state
    if (origin !== peer || feasibility === undefined || !isNewer(feasibility, row)) return undefined
    // No way, but the proof of the version.
    return toRow(state, { ...feasibility, metricUs: this.#config.metricMaxUs + 1 })
  }

  /** What follows if the neighbour has told of too much. */
  limit(peer: PeerId): RouteEvent[] {
    const { originsPerNeighbourMax } = this.#config
    if (this.#digests.heardCount(peer) <= originsPerNeighbourMax) return []
    const reason = `rows about more than ${originsPerNeighbourMax} origins`
    return [{ type: 'close', peer, code: 'quota', reason }]
  }

  /** What to ask the neighbour for, if what it has told and what was heard of it differ. */
  compare(peer: PeerId, digest: Digest): Resync | undefined {
    return this.#digests.handleDigest(peer, digest, this.#origins.hasRoom)
  }

  /** Whether the neighbour may have another SEQNO_REQ answered or passed on. */
  takeRequest(peer: PeerId, now: Millis): boolean {
    return this.#quotas.takeRequest(peer, now)
  }
}
