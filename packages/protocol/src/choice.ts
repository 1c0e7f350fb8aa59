/** The choice of a next hop among those that keep the network free of loops (RFC 1, section "Choice"). */
import { type Claim, type Distance, isEligible } from './feasibility.ts'
import type { Micros, PeerId } from './ids.ts'
import { isBetterStanding, type Standing, type Standings } from './standings.ts'
import { isNewer } from './version.ts'

/** What of an origin the choice is made by. */
export interface Choices {
  readonly origin: PeerId
  /** What each neighbour claims; neighbours that retracted have no row. */
  readonly rows: ReadonlyMap<PeerId, Claim>
  readonly nextHop: PeerId | undefined
  /** The next hop had capacity to spare when it was chosen: that it is full now is no reason to leave. */
  readonly hadRoom: boolean
  /** The least distance ever claimed to others. */
  readonly feasibility: Distance | undefined
}

/** A neighbour as a next hop. */
export interface Choice {
  peer: PeerId
  standing: Standing
  metricUs: Micros
  hops: number
}

/** The best eligible neighbour; the next hop in use unless another is clearly better. */
export function choose(choices: Choices, standings: Standings, gainMin: number): PeerId | undefined {
  let best: Choice | undefined
  let current: Choice | undefined
  for (const choice of eligible(choices, standings)) {
    if (choice.peer === choices.nextHop) current = choice
    if (best === undefined || comesBefore(choice, best)) best = choice
  }
  if (best === undefined || current === undefined) return best?.peer
  return isWorthIt(current, best, gainMin) ? best.peer : current.peer
}

/** The best one beside the next hop that can be relied on. */
export function chooseBackup(choices: Choices, standings: Standings): PeerId | undefined {
  let best: Choice | undefined
  for (const choice of eligible(choices, standings)) {
    if (choice.peer === choices.nextHop || choice.standing !== 'good') continue
    if (best === undefined || comesBefore(choice, best)) best = choice
  }
  return best?.peer
}

/** Whether another neighbour would be taken if only it were feasible (RFC 8966, section 3.8.2.2). */
export function isHeldBack(choices: Choices, standings: Standings, gainMin: number): boolean {
  const { rows, nextHop, feasibility } = choices
  const current = nextHop && toChoice(choices, nextHop, standings)
  if (current === undefined || feasibility === undefined) return false
  for (const [peer, row] of rows) {
    if (isNewer(feasibility, row) || isEligible(row, feasibility, false)) continue
    const other = toChoice(choices, peer, standings)
    if (other !== undefined && isWorthIt(current, other, gainMin)) return true
  }
  return false
}

function* eligible(choices: Choices, standings: Standings): Iterable<Choice> {
  const { rows, nextHop, feasibility } = choices
  for (const [peer, row] of rows) {
    if (!isEligible(row, feasibility, peer === nextHop)) continue
    const choice = toChoice(choices, peer, standings)
    if (choice !== undefined) yield choice
  }
}

export function standingOf(choices: Choices, peer: PeerId, standings: Standings): Standing {
  return standings.of(choices.origin, peer, peer === choices.nextHop && choices.hadRoom)
}

/** Undefined for a neighbour that is not up, or has no row. */
function toChoice(choices: Choices, peer: PeerId, standings: Standings): Choice | undefined {
  const row = choices.rows.get(peer)
  const costUs = standings.costUs(peer)
  if (row === undefined || costUs === undefined) return undefined
  const standing = standingOf(choices, peer, standings)
  return { peer, standing, metricUs: row.metricUs + costUs, hops: row.hops }
}

/** Whether to leave the next hop in use for another one. */
function isWorthIt(current: Choice, other: Choice, gainMin: number): boolean {
  if (current.standing !== other.standing) return isBetterStanding(other.standing, current.standing)
  return other.metricUs <= current.metricUs * (1 - gainMin)
}

/** Those that can be relied on, then cheaper, then fewer hops, then the order of peer ids: the same choice on every run. */
function comesBefore(a: Choice, b: Choice): boolean {
  if (a.standing !== b.standing) return isBetterStanding(a.standing, b.standing)
  if (a.metricUs !== b.metricUs) return a.metricUs < b.metricUs
  if (a.hops !== b.hops) return a.hops < b.hops
  return a.peer < b.peer
}
