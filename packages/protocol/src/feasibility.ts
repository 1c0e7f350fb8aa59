/** The rule that keeps routes free of loops (RFC 1, section "Feasibility"; the head of `routes.ts` says why it does). */
import type { Micros } from './ids.ts'
import { isNewer, type Version } from './version.ts'

/** How far an origin is, and how new that is. */
export interface Distance extends Version {
  metricUs: Micros
}

/** What a node says of its way to an origin. */
export interface Claim extends Distance {
  /** Links from the origin. */
  hops: number
  /** The origin's, of the version. */
  signature: Uint8Array | undefined
}

/** Whether a next hop with this row keeps the network free of loops. */
export function isEligible(row: Claim, feasibility: Distance | undefined, isCurrent: boolean): boolean {
  if (feasibility === undefined || isNewer(row, feasibility)) return true
  if (isNewer(feasibility, row)) return false
  return isCurrent || row.metricUs < feasibility.metricUs
}

export function lesser(a: Claim, b: Claim | undefined): Claim {
  return b === undefined || isNewer(a, b) || (!isNewer(b, a) && a.metricUs < b.metricUs) ? a : b
}
