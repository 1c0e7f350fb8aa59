/**
 * What a node tells its neighbours: to all the same, and always the way that it uses (RFC 1, section "SYNC"). What is told
 * becomes the claim that feasibility is measured by.
 */
import type { Config } from './config.ts'
import { type Claim, lesser } from './feasibility.ts'
import type { Millis } from './ids.ts'
import { type Origin, reliableDistance } from './origin.ts'
import type { Standings } from './standings.ts'
import type { Timers } from './timers.ts'
import { isNewer } from './version.ts'
import type { Metrics, Sync, SyncRow } from './wire/messages.ts'

/** Rows to be told to everyone. */
export interface News {
  whole: SyncRow[]
  /** Of these everyone has all but the metric. */
  moved: SyncRow[]
}

export class Claims {
  readonly #config: Config
  readonly #timers: Timers
  readonly #standings: Standings
  readonly #random: () => number
  /** This node carries nothing for others: it claims no way. */
  isWithdrawn = false
  /** Whose rows go out at the end of this call. */
  readonly #urgent = new Set<Origin>()
  /** Whose metric waits for the timer. */
  readonly #waiting = new Set<Origin>()
  /** Whose newer version does, and since when. */
  readonly #held = new Map<Origin, Millis>()

  constructor(config: Config, timers: Timers, standings: Standings, random: () => number) {
    this.#config = config
    this.#timers = timers
    this.#standings = standings
    this.#random = random
  }

  /** News, retractions and newer seqnos are told at the end of this call, a metric that moved with the next timer. */
  note(state: Origin, now: Millis): void {
    const claim = this.#distance(state)
    const { claimed } = state
    if (claim === undefined || claimed === undefined || isNewer(claim, claimed)) {
      if (claim === claimed) return
      // Else it would hold this node to the way that it is to leave: nothing that comes by another would be nearer.
      if (claim === undefined || claimed === undefined || !this.#isShaky(state)) this.#urgent.add(state)
      else this.#hold(state, now)
      return
    }
    const moved = Math.abs(claim.metricUs - claimed.metricUs) >= this.#config.costChangeMin * claimed.metricUs
    if (!moved && claim.hops === claimed.hops) return
    const spread = 1 + this.#config.syncJitter * (2 * this.#random() - 1)
    this.#waiting.add(state)
    this.#timers.setBy('sync', now + this.#config.syncDelayMs * spread)
  }

  #hold(state: Origin, now: Millis): void {
    if (!this.#held.has(state)) this.#held.set(state, now)
    this.#timers.setBy('sync', Math.max(now, this.#heldUntil(state)))
  }

  /** One that is tried has its answer by then. */
  #heldUntil(state: Origin): Millis {
    const { crowdedHoldMs, answerTimeoutMs } = this.#config
    const since = this.#held.get(state) ?? Number.NEGATIVE_INFINITY
    return since + (state.candidate === undefined ? crowdedHoldMs : answerTimeoutMs)
  }

  #isShaky({ origin, nextHop, candidate }: Origin): boolean {
    return candidate !== undefined || (nextHop !== undefined && this.#standings.isShaky(origin, nextHop))
  }

  /** The timer `sync`: what has waited goes with what is urgent. */
  handleTimeout(now: Millis): void {
    for (const state of this.#waiting) this.#urgent.add(state)
    this.#waiting.clear()
    for (const state of this.#held.keys()) {
      const until = this.#heldUntil(state)
      if (until <= now) this.#urgent.add(state)
      else this.#timers.setBy('sync', until)
    }
  }

  /** The urgent rows, which count as told now. */
  take(): News {
    const news: News = { whole: [], moved: [] }
    for (const state of this.#urgent) {
      const { claimed } = state
      const row = this.#claim(state)
      const hasMoved = row.metricUs !== undefined && this.#isKept(claimed) && !isNewer(row, claimed)
      const rows = hasMoved ? news.moved : news.whole
      rows.push(row)
    }
    this.#urgent.clear()
    return news
  }

  /** Whether the neighbours have kept what was claimed, but for want of room. */
  #isKept(claimed: Claim | undefined): claimed is Claim {
    const { hopsMax, metricMaxUs } = this.#config
    return claimed !== undefined && claimed.hops < hopsMax && claimed.metricUs <= metricMaxUs
  }

  #claim(state: Origin): SyncRow {
    this.#waiting.delete(state)
    this.#held.delete(state)
    const last = state.claimed ?? state.feasibility
    state.claimed = this.#distance(state)
    if (state.claimed === undefined) {
      const { epoch, seqno } = last ?? { epoch: 0, seqno: 0 }
      return { origin: state.origin, epoch, seqno, metricUs: undefined, hops: 0 }
    }
    state.feasibility = lesser(state.claimed, state.feasibility)
    return toRow(state, state.claimed)
  }

  #distance(state: Origin): Claim | undefined {
    return this.isWithdrawn ? undefined : reliableDistance(state, this.#standings)
  }

  forget(state: Origin): void {
    this.#urgent.delete(state)
    this.#waiting.delete(state)
    this.#held.delete(state)
  }
}

export function toRow(
  { origin, number }: Pick<Origin, 'origin' | 'number'>,
  { epoch, seqno, metricUs, hops, signature }: Claim
): SyncRow {
  return { origin, epoch, seqno, metricUs, hops, ...(signature && { signature }), number }
}

/** The rows as they were last told. */
export function toldRows(origins: Iterable<Origin>): SyncRow[] {
  const rows: SyncRow[] = []
  for (const state of origins) if (state.claimed !== undefined) rows.push(toRow(state, state.claimed))
  return rows
}

export function syncMessages(rows: readonly SyncRow[], rowsMax: number): Sync[] {
  const messages: Sync[] = []
  for (let start = 0; start < rows.length; start += rowsMax) {
    messages.push({ type: 'sync', rows: rows.slice(start, start + rowsMax) })
  }
  return messages
}

/** @param rows with a number and a metric */
export function metricsMessages(rows: readonly SyncRow[], rowsMax: number): Metrics[] {
  const messages: Metrics[] = []
  for (let start = 0; start < rows.length; start += rowsMax) {
    const moved = rows.slice(start, start + rowsMax)
    messages.push({
      type: 'metrics',
      rows: moved.map(({ number = 0, seqno, metricUs = 0, hops }) => ({ number, seqno, metricUs, hops }))
    })
  }
  return messages
}
