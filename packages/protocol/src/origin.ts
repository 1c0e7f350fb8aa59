/** What a node knows of the way to one origin. */
import type { Choices, Row } from './choice.ts'
import type { Claim } from './feasibility.ts'
import type { Millis, PeerId } from './ids.ts'
import type { Standings } from './standings.ts'
import type { Version } from './version.ts'

export interface Origin extends Choices {
  /** What this node calls its row in METRICS. */
  readonly number: number
  readonly rows: Map<PeerId, Row>
  /** The neighbour that the origin is charged to, one of those with a row; undefined without rows. */
  introducer: PeerId | undefined
  /** Its rows are kept past `originsMax`, for as long as somebody wants what it publishes. */
  onDemand: boolean
  nextHop: PeerId | undefined
  candidate: PeerId | undefined
  candidateHadRoom: boolean
  candidateSince: Millis
  foundAt: Millis
  /** When a neighbour that is better may be changed to, if it stays so. */
  switchAt: Millis | undefined
  hadRoom: boolean
  feasibility: Claim | undefined
  /** What the neighbours last heard from here; undefined: nothing, or a retraction. */
  claimed: Claim | undefined
  /** Since when there is no way, and nothing is claimed. */
  lostSince: Millis | undefined
  /** The last SEQNO_REQ sent or passed on, so that each goes once. */
  asked: (Version & { at: Millis }) | undefined
}

export function newOrigin(origin: PeerId, number: number, driftHoldMs: Millis): Origin {
  return {
    origin,
    number,
    rows: new Map(),
    introducer: undefined,
    onDemand: false,
    nextHop: undefined,
    candidate: undefined,
    candidateHadRoom: false,
    candidateSince: 0,
    foundAt: 0,
    driftHoldMs,
    switchAt: undefined,
    hadRoom: false,
    feasibility: undefined,
    claimed: undefined,
    lostSince: undefined,
    asked: undefined
  }
}

/** This node's own distance, over the next hop in use. */
export function ownDistance({ rows, nextHop }: Origin, standings: Standings): Claim | undefined {
  if (nextHop === undefined) return undefined
  const row = rows.get(nextHop)
  const costUs = standings.costUs(nextHop)
  if (row === undefined || costUs === undefined) return undefined
  const { epoch, seqno, metricUs, hops, signature } = row
  return { epoch, seqno, metricUs: metricUs + costUs, hops: hops + 1, signature }
}

/**
 * The distance that others may rely on: none over a next hop that has fallen silent, has refused, or does not deliver,
 * though it may be the only one.
 */
export function reliableDistance(state: Origin, standings: Standings): Claim | undefined {
  const { origin, nextHop } = state
  if (nextHop === undefined) return undefined
  const isUseless = standings.isSuspected(nextHop) || standings.isUseless(origin, nextHop)
  return isUseless ? undefined : ownDistance(state, standings)
}
