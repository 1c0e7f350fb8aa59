/** Who becomes the next hop, and whether it is tried first (RFC 1, section "Choice"). */
import { choose, isUsable } from './choice.ts'
import type { Config } from './config.ts'
import type { Millis, PeerId } from './ids.ts'
import type { Origin } from './origin.ts'
import type { Standings } from './standings.ts'

/** What of an origin is decided anew. */
type Decision = Pick<Origin, 'nextHop' | 'hadRoom' | 'candidate' | 'candidateHadRoom'>

/** @param feeds whether a stream of the origin comes from the neighbour: such a next hop, if it works, is left for one that has taken it */
export function decide(
  state: Origin,
  standings: Standings,
  config: Config,
  feeds: (origin: PeerId, peer: PeerId) => boolean,
  now: Millis
): Decision {
  const { origin, nextHop, candidate } = state
  const chosen = choose(state, standings, config, now)
  if (chosen === undefined || chosen === nextHop) return untried(chosen, state.hadRoom)
  const hadRoom =
    chosen === candidate ? state.candidateHadRoom : standings.of(origin, chosen, false) !== 'full'
  const isTried = nextHop !== undefined && isUsable(state, standings) && feeds(origin, nextHop)
  if (!isTried) return untried(chosen, hadRoom)
  return { nextHop, hadRoom: state.hadRoom, candidate: chosen, candidateHadRoom: hadRoom }
}

function untried(nextHop: PeerId | undefined, hadRoom: boolean): Decision {
  return { nextHop, hadRoom, candidate: undefined, candidateHadRoom: false }
}
