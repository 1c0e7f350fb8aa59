/**
 * A node that has rows about an origin but no feasible one is starved, as is one whose next hop it would leave if another
 * were feasible. It asks for a newer seqno, which starts a new comparison (RFC 1, section "Starvation").
 */
import { isHeldBack, standingOf } from './choice.ts'
import type { Config } from './config.ts'
import type { Millis, PeerId } from './ids.ts'
import { type Origin, reliableDistance } from './origin.ts'
import type { RouteEvent } from './route-event.ts'
import type { Standings } from './standings.ts'
import { isNewer, type Version } from './version.ts'
import type { SeqnoReq } from './wire/messages.ts'

/** What becomes of a request. */
type Answer =
  /** The row is as new as asked for. */
  { type: 'row' } | { type: 'pass-on'; peer: PeerId; message: SeqnoReq } | { type: 'nothing' }

export class Starvation {
  readonly #config: Config
  readonly #standings: Standings
  readonly #isCarried: (origin: PeerId) => boolean
  /** Origins whose next hop was lost, or is not good, after this call. */
  readonly #starved = new Set<Origin>()

  /** @param isCarried whether a stream of the origin passes here */
  constructor(config: Config, standings: Standings, isCarried: (origin: PeerId) => boolean) {
    this.#config = config
    this.#standings = standings
    this.#isCarried = isCarried
  }

  /** It may have to be asked for, at the end of this call. */
  note(state: Origin): void {
    this.#starved.add(state)
  }

  /** The requests for all that were noted. */
  askNoted(now: Millis): RouteEvent[] {
    const questions = [...this.#starved].flatMap(state => this.ask(state, now))
    this.#starved.clear()
    return questions
  }

  /** The request for every neighbour that has a row, if it is needed, and time for one. */
  ask(state: Origin, now: Millis): RouteEvent[] {
    const { nextHop, candidate } = state
    if (nextHop === undefined) return this.#question(state, now, false)
    // It is about to go another way.
    if (candidate !== undefined) return []
    const standing = standingOf(state, nextHop, this.#standings)
    // A newer seqno crosses the whole network: not for a way that works, and that nothing goes.
    if ((standing === 'good' || standing === 'full') && !this.#isCarried(state.origin)) return []
    if (!isHeldBack(state, this.#standings, this.#config, now)) return []
    return this.#question(state, now, standing === 'full')
  }

  /** The request that makes others eligible beside the next hop. */
  seek(state: Origin, now: Millis): RouteEvent[] {
    return state.rows.size < 2 ? [] : this.#question(state, now, false)
  }

  #question(state: Origin, now: Millis, isPatient: boolean): RouteEvent[] {
    const { origin, feasibility, rows } = state
    if (feasibility === undefined || rows.size === 0) return []
    const wanted: Version = { epoch: feasibility.epoch, seqno: feasibility.seqno + 1 }
    // Past the last seqno there is none to ask for: only time helps.
    if (!Number.isSafeInteger(wanted.seqno)) return []
    const may = isPatient ? this.#mayAskPatiently(state, now) : this.#mayAsk(state, wanted, now)
    if (!may) return []
    state.asked = { ...wanted, at: now }
    const message: SeqnoReq = { type: 'seqno-req', origin, ...wanted, hopsLeft: this.#config.hopsMax }
    return [...rows.keys()].map(peer => ({ type: 'send', peer, message }))
  }

  /** A neighbour asks. */
  answer(peer: PeerId, request: SeqnoReq, state: Origin, now: Millis): Answer {
    const claim = reliableDistance(state, this.#standings)
    const { nextHop } = state
    if (nextHop === undefined || claim === undefined) return { type: 'nothing' }
    if (!isNewer(request, claim)) return { type: 'row' }
    const { hopsLeft, epoch, seqno } = request
    // Nobody can know of more than one past what there is, unless the way to here has lost something.
    if (epoch !== claim.epoch || seqno !== claim.seqno + 1) return { type: 'nothing' }
    if (nextHop === peer || hopsLeft === 0 || !this.#mayAsk(state, request, now)) return { type: 'nothing' }
    state.asked = { epoch, seqno, at: now }
    return { type: 'pass-on', peer: nextHop, message: { ...request, hopsLeft: hopsLeft - 1 } }
  }

  #mayAsk({ asked }: Origin, wanted: Version, now: Millis): boolean {
    return asked === undefined || isNewer(wanted, asked) || now - asked.at >= this.#config.seqnoRetryMs
  }

  /** A next hop that is crowded works, and may be so for long; and whom it holds back may be behind this node itself. */
  #mayAskPatiently({ asked }: Origin, now: Millis): boolean {
    return asked === undefined || now - asked.at >= this.#config.seqnoPatienceMs
  }
}
