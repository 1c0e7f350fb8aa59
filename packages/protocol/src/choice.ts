/** The choice of a next hop among those that keep the network free of loops (RFC 1, section "Choice"). */
import type { Config } from './config.ts'
import { type Claim, type Distance, isEligible } from './feasibility.ts'
import type { Micros, Millis, PeerId } from './ids.ts'
import { isBetterStanding, type Standing, type Standings } from './standings.ts'
import { isNewer } from './version.ts'

/** What a neighbour claims. */
export interface Row extends Claim {
  /** Since when it has been better than the next hop without a break, by `switchGainMin` and more; */
  betterSince: Millis | undefined
  /** and by `driftGainMin` and more. */
  aheadSince: Millis | undefined
}

/** What of an origin the choice is made by. */
export interface Choices {
  readonly origin: PeerId
  /** By neighbour; those that retracted have no row. */
  readonly rows: ReadonlyMap<PeerId, Row>
  readonly nextHop: PeerId | undefined
  /** Chosen, and tried first: the next hop, which feeds streams here, is left when this one has taken them. */
  readonly candidate: PeerId | undefined
  /** Since when there has been a next hop. */
  readonly foundAt: Millis
  /** How long a neighbour has to be ahead by `driftGainMin`: each node and origin has its own time. */
  readonly driftHoldMs: Millis
  /** The next hop had capacity to spare when it was chosen: that it is full now is no reason to leave. */
  readonly hadRoom: boolean
  /** The same of the candidate: what fills it may be what it takes on. */
  readonly candidateHadRoom: boolean
  /** The least distance ever claimed to others. */
  readonly feasibility: Distance | undefined
}

/** A neighbour as a next hop. */
interface Choice {
  peer: PeerId
  standing: Standing
  metricUs: Micros
  hops: number
}

/** When to leave one next hop for another of the same standing. */
type SwitchTerms = Pick<Config, 'switchGainMin' | 'switchHoldMs' | 'driftGainMin'>

/** The best eligible neighbour; the next hop in use unless another is clearly better, and has been for a while. */
export function choose(
  choices: Choices,
  standings: Standings,
  terms: SwitchTerms,
  now: Millis
): PeerId | undefined {
  let best: Choice | undefined
  let worthIt: Choice | undefined
  let tried: Choice | undefined
  const current = currentChoice(choices, standings)
  for (const choice of eligible(choices, standings)) {
    if (best === undefined || comesBefore(choice, best)) best = choice
    if (current === undefined || !isWorthIt(current, choice, choices, terms, now)) continue
    if (worthIt === undefined || comesBefore(choice, worthIt)) worthIt = choice
    if (choice.peer === choices.candidate) tried = choice
  }
  if (current === undefined || worthIt === undefined) return (current ?? best)?.peer
  // Two that are as good as each other do not alternate.
  const isKept = tried?.standing === worthIt.standing && gainOf(tried, worthIt) < terms.switchGainMin
  return isKept ? choices.candidate : worthIt.peer
}

/** Notes who is better than the next hop, and since when. Returns when one that keeps it up may be changed to. */
export function compare(
  choices: Choices,
  standings: Standings,
  { switchGainMin, switchHoldMs, driftGainMin }: SwitchTerms,
  now: Millis
): Millis | undefined {
  const current = currentChoice(choices, standings)
  let next = Number.POSITIVE_INFINITY
  for (const [peer, row] of choices.rows) {
    const costUs = standings.costUs(peer)
    const share =
      current === undefined || costUs === undefined ? 1 : (row.metricUs + costUs) / current.metricUs
    row.betterSince = share <= 1 - switchGainMin ? (row.betterSince ?? now) : undefined
    row.aheadSince = share <= 1 - driftGainMin ? (row.aheadSince ?? now) : undefined
    // One that has been better for that long is held back by something else than time.
    const holdMs = holdOf(1 - share, { switchGainMin, switchHoldMs })
    for (const at of [endOf(row.betterSince, holdMs), endOf(row.aheadSince, choices.driftHoldMs)]) {
      if (at > now && at < next) next = at
    }
  }
  return next === Number.POSITIVE_INFINITY ? undefined : next
}

/** The more there is to gain, the sooner: a much better way crosses a network whose nodes each wait for it. */
function holdOf(gain: number, { switchGainMin, switchHoldMs }: Omit<SwitchTerms, 'driftGainMin'>): Millis {
  return switchHoldMs * Math.min(1, (switchGainMin / gain) ** 2)
}

function endOf(since: Millis | undefined, holdMs: Millis): Millis {
  return since === undefined ? Number.POSITIVE_INFINITY : since + holdMs
}

/** The best one beside `parent` that can be relied on. */
export function chooseBackup(choices: Choices, parent: PeerId, standings: Standings): PeerId | undefined {
  let best: Choice | undefined
  for (const choice of eligible(choices, standings)) {
    if (choice.peer === parent || choice.standing !== 'good') continue
    if (best === undefined || comesBefore(choice, best)) best = choice
  }
  return best?.peer
}

/** Whether the next hop may still be used, and nothing is against that but that it is full. */
export function isUsable(choices: Choices, standings: Standings): boolean {
  const standing = currentChoice(choices, standings)?.standing
  return standing === 'good' || standing === 'full'
}

/** Whether another neighbour would be taken if only it were feasible (RFC 8966, section 3.8.2.2). */
export function isHeldBack(choices: Choices, standings: Standings, terms: SwitchTerms, now: Millis): boolean {
  const { rows, nextHop, feasibility } = choices
  const current = nextHop && toChoice(choices, nextHop, standings)
  if (current === undefined || feasibility === undefined) return false
  for (const [peer, row] of rows) {
    if (isNewer(feasibility, row) || isEligible(row, feasibility, false)) continue
    const other = toChoice(choices, peer, standings)
    // A newer seqno crosses the whole network: what is only a little better is not worth one.
    if (other !== undefined && isClearlyBetter(current, other, choices, terms, now)) return true
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
  const { origin, nextHop, hadRoom, candidate, candidateHadRoom } = choices
  return standings.of(origin, peer, (peer === nextHop && hadRoom) || (peer === candidate && candidateHadRoom))
}

/** Undefined for a neighbour that is not up, or has no row. */
function toChoice(choices: Choices, peer: PeerId, standings: Standings): Choice | undefined {
  const row = choices.rows.get(peer)
  const costUs = standings.costUs(peer)
  if (row === undefined || costUs === undefined) return undefined
  const standing = standingOf(choices, peer, standings)
  return { peer, standing, metricUs: row.metricUs + costUs, hops: row.hops }
}

/** The next hop, if it may still be used. */
function currentChoice(choices: Choices, standings: Standings): Choice | undefined {
  const { rows, nextHop, feasibility } = choices
  const row = nextHop && rows.get(nextHop)
  if (!row || !isEligible(row, feasibility, true)) return undefined
  return toChoice(choices, nextHop, standings)
}

/** Whether to leave the next hop in use for another one. */
function isWorthIt(
  current: Choice,
  other: Choice,
  choices: Choices,
  terms: SwitchTerms,
  now: Millis
): boolean {
  if (isClearlyBetter(current, other, choices, terms, now)) return true
  if (current.standing !== other.standing) return false
  if (other.peer === choices.candidate && other.metricUs < current.metricUs) return true
  const aheadSince = choices.rows.get(other.peer)?.aheadSince
  return now >= endOf(aheadSince, choices.driftHoldMs)
}

/** By its standing, or by enough. While a way is new, better ones are still being heard of. */
function isClearlyBetter(
  current: Choice,
  other: Choice,
  { rows, foundAt }: Choices,
  { switchGainMin, switchHoldMs }: SwitchTerms,
  now: Millis
): boolean {
  if (current.standing !== other.standing) return isBetterStanding(other.standing, current.standing)
  const gain = gainOf(current, other)
  if (gain < switchGainMin) return false
  const holdMs = holdOf(gain, { switchGainMin, switchHoldMs })
  return now - foundAt < switchHoldMs || now >= endOf(rows.get(other.peer)?.betterSince, holdMs)
}

/** The share that `other` costs less. */
function gainOf(current: Choice, other: Choice): number {
  return 1 - other.metricUs / current.metricUs
}

/** Those that can be relied on, then cheaper, then fewer hops, then the order of peer ids: the same choice on every run. */
function comesBefore(a: Choice, b: Choice): boolean {
  if (a.standing !== b.standing) return isBetterStanding(a.standing, b.standing)
  if (a.metricUs !== b.metricUs) return a.metricUs < b.metricUs
  if (a.hops !== b.hops) return a.hops < b.hops
  return a.peer < b.peer
}
