/** How new a statement of an origin is: of its way to others, or of what it publishes (RFC 1, section "Names"). */
export interface Version {
  /** A run of the origin. */
  epoch: number
  /** Counts within the run. */
  seqno: number
}

export function isNewer(a: Version, b: Version): boolean {
  return a.epoch > b.epoch || (a.epoch === b.epoch && a.seqno > b.seqno)
}
