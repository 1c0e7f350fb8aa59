/**
 * The table of best next hops, a row per origin, and what is told of it (RFC 1, section "Routes").
 *
 * A distance-vector protocol is free of loops when a node only ever moves to a neighbour that is nearer to the origin
 * than the node itself has ever claimed to be: its feasibility distance (Babel, RFC 8966, section 2.4). Distances are
 * ordered by the origin's epoch and seqno first, newer before older, then by metric. Two consequences:
 *
 * - A neighbour that is not the next hop but feasible is a backup that can be used at once.
 * - The next hop in use may raise its metric and be kept. It never claims less than its own feasibility distance, so
 *   it stays below this node's as long as its epoch and seqno do not go back.
 *
 * A node that has rows but no feasible one is starved. It asks for a newer seqno (SEQNO_REQ), which starts a new
 * comparison. So does a node whose next hop has become clearly worse than one that is not feasible.
 */
import { choose, chooseBackup, isHeldBack, standingOf } from './choice.ts'
import type { Config } from './config.ts'
import { type Claim, type Distance, lesser } from './feasibility.ts'
import type { Micros, Millis, PeerId } from './ids.ts'
import { Standings } from './standings.ts'
import type { Timers } from './timers.ts'
import { isNewer, type Version } from './version.ts'
import type { Message, SeqnoReq, SyncRow } from './wire/messages.ts'

export type RouteEvent =
  | { type: 'send'; peer: PeerId; message: Message }
  /** The way to `origin` is new, another one, or gone (`nextHop` undefined). */
  | { type: 'next-hop'; origin: PeerId; nextHop: PeerId | undefined }

export interface Route {
  nextHop: PeerId
  /** Links from the origin to here. */
  hops: number
  /** Sum of link costs from the origin to here. */
  metricUs: Micros
}

interface Origin {
  readonly origin: PeerId
  /** What each neighbour claims; neighbours that retracted have no row. */
  rows: Map<PeerId, Claim>
  nextHop: PeerId | undefined
  hadRoom: boolean
  /** The least distance ever claimed to others. */
  feasibility: Distance | undefined
  /** What the neighbours last heard from here; undefined: nothing, or a retraction. */
  claimed: Claim | undefined
  /** Since when there is no way, and nothing is claimed. */
  lostSince: Millis | undefined
  /** The last SEQNO_REQ sent or passed on, so that each goes once. */
  asked: (Version & { at: Millis }) | undefined
}

export class Routes {
  readonly #self: PeerId
  readonly #config: Config
  readonly #timers: Timers
  readonly #random: () => number
  readonly #standings: Standings
  readonly #origins = new Map<PeerId, Origin>()
  /** This node's own row, while it publishes. */
  #own: (Version & { raisedAt: Millis }) | undefined
  /** Origins whose rows go out at the end of this call. */
  readonly #urgent = new Set<PeerId>()
  /** Origins whose next hop was lost, or is not good, after this call. */
  readonly #starved = new Set<PeerId>()
  /** Origins whose metric waits for the timer. */
  readonly #waiting = new Set<PeerId>()

  constructor(self: PeerId, config: Config, timers: Timers, random: () => number) {
    this.#self = self
    this.#config = config
    this.#timers = timers
    this.#random = random
    this.#standings = new Standings(config)
  }

  /** The way to `origin`; undefined when there is none, and for this node itself. */
  route(origin: PeerId): Route | undefined {
    const state = this.#origins.get(origin)
    const claim = state && this.#current(state)
    return state?.nextHop === undefined || claim === undefined
      ? undefined
      : { nextHop: state.nextHop, hops: claim.hops, metricUs: claim.metricUs }
  }

  *routes(): Iterable<Route & { origin: PeerId }> {
    for (const origin of this.#origins.keys()) {
      const route = this.route(origin)
      if (route !== undefined) yield { origin, ...route }
    }
  }

  /** The best neighbour beside the next hop that may be asked at once: feasible, and nothing is against it. */
  backup(origin: PeerId): PeerId | undefined {
    const state = this.#origins.get(origin)
    return state && chooseBackup(state, this.#standings)
  }

  /** Whether the next hop has no capacity to spare, and is used because there is no other way. */
  isLastResort(origin: PeerId): boolean {
    const state = this.#origins.get(origin)
    const nextHop = state?.nextHop
    if (nextHop === undefined || this.#standings.of(origin, nextHop, false) !== 'full') return false
    return this.backup(origin) === undefined
  }

  /** This node publishes from now on; `epoch` is newer than that of any earlier run. */
  startOwn(epoch: number, now: Millis): RouteEvent[] {
    if (this.#own !== undefined) return []
    this.#own = { epoch, seqno: 0, raisedAt: now }
    this.#urgent.add(this.#self)
    return this.#flush()
  }

  stopOwn(): RouteEvent[] {
    if (this.#own === undefined) return []
    this.#urgent.add(this.#self)
    // The retraction carries the version that it ends.
    const events = this.#flush(this.#own)
    this.#own = undefined
    return events
  }

  handleUp(peer: PeerId, costUs: Micros): RouteEvent[] {
    this.#standings.setCost(peer, costUs)
    const rows: SyncRow[] = []
    if (this.#own !== undefined) rows.push(this.#row(this.#self))
    for (const [origin, state] of this.#origins) if (state.claimed !== undefined) rows.push(this.#row(origin))
    return this.#syncs(rows, [peer])
  }

  handleDown(peer: PeerId, now: Millis): RouteEvent[] {
    this.#standings.drop(peer)
    const events: RouteEvent[] = []
    for (const [origin, state] of this.#origins) {
      if (state.rows.delete(peer)) events.push(...this.#decide(origin, state, now))
    }
    return this.#conclude(events, now)
  }

  handleCost(peer: PeerId, costUs: Micros, now: Millis): RouteEvent[] {
    this.#standings.setCost(peer, costUs)
    return this.#decideAll(peer, now)
  }

  handleSuspect(peer: PeerId, suspected: boolean, now: Millis): RouteEvent[] {
    this.#standings.setSuspected(peer, suspected)
    return this.#decideAll(peer, now)
  }

  /** The neighbour has no capacity to spare, or has some again. It goes on carrying what it carries. */
  setFull(peer: PeerId, full: boolean, now: Millis): RouteEvent[] {
    return this.#standings.setFull(peer, full) ? this.#decideAll(peer, now) : []
  }

  /** The neighbour has not delivered what it claimed: it is avoided on the way to `origin` for a while. */
  penalise(origin: PeerId, peer: PeerId, now: Millis): RouteEvent[] {
    return this.#avoid(origin, now, () => this.#standings.penalise(origin, peer, now))
  }

  /** The neighbour has refused a stream of `origin` for lack of capacity. */
  bar(origin: PeerId, peer: PeerId, now: Millis): RouteEvent[] {
    return this.#avoid(origin, now, () => this.#standings.bar(origin, peer, now))
  }

  #avoid(origin: PeerId, now: Millis, impose: () => boolean): RouteEvent[] {
    const state = this.#origins.get(origin)
    if (state === undefined || !impose()) return []
    this.#setPenaltyTimer()
    return this.#conclude(this.#decide(origin, state, now), now)
  }

  #setPenaltyTimer(): void {
    const at = this.#standings.nextEnd()
    if (at !== undefined) this.#timers.set('penalties', at)
  }

  /** The timer `penalties`: who was avoided has another chance. */
  handlePenaltiesTimeout(now: Millis): RouteEvent[] {
    const events = this.#standings.takeEnded(now).flatMap(origin => {
      const state = this.#origins.get(origin)
      return state === undefined ? [] : this.#decide(origin, state, now)
    })
    this.#setPenaltyTimer()
    return this.#conclude(events, now)
  }

  /** Chooses anew wherever the neighbour is one of the choices. */
  #decideAll(peer: PeerId, now: Millis): RouteEvent[] {
    const events: RouteEvent[] = []
    for (const [origin, state] of this.#origins) {
      if (state.rows.has(peer)) events.push(...this.#decide(origin, state, now))
    }
    return this.#conclude(events, now)
  }

  handleSync(peer: PeerId, rows: SyncRow[], now: Millis): RouteEvent[] {
    const events: RouteEvent[] = []
    for (const row of rows) {
      const { origin, metricUs } = row
      if (origin === this.#self) continue
      const state = this.#origin(origin, metricUs !== undefined, now)
      if (state === undefined) continue
      // A way that is too long is no way; it also ends what could count up without end.
      const { hopsMax, metricMaxUs } = this.#config
      if (metricUs === undefined || row.hops >= hopsMax || metricUs > metricMaxUs) state.rows.delete(peer)
      else state.rows.set(peer, { epoch: row.epoch, seqno: row.seqno, metricUs, hops: row.hops })
      events.push(...this.#decide(origin, state, now))
    }
    return this.#conclude(events, now)
  }

  handleSeqnoReq(peer: PeerId, request: SeqnoReq, now: Millis): RouteEvent[] {
    if (request.origin === this.#self) return this.#raise(request, now)
    const state = this.#origins.get(request.origin)
    const claim = state && this.#reliable(state)
    if (state?.nextHop === undefined || claim === undefined) return []
    if (!isNewer(request, claim)) return this.#syncs([this.#row(request.origin)], [peer])
    if (state.nextHop === peer || request.hopsLeft === 0 || !this.#mayAsk(state, request, now)) return []
    state.asked = { epoch: request.epoch, seqno: request.seqno, at: now }
    return [{ type: 'send', peer: state.nextHop, message: { ...request, hopsLeft: request.hopsLeft - 1 } }]
  }

  /** The timer `sync`: tells what has waited. */
  handleSyncTimeout(): RouteEvent[] {
    for (const origin of this.#waiting) this.#urgent.add(origin)
    this.#waiting.clear()
    return this.#flush()
  }

  /** The timer `origins`: starved origins ask again, and those that nobody tells of are forgotten. */
  handleOriginsTimeout(now: Millis): RouteEvent[] {
    const events: RouteEvent[] = []
    for (const [origin, state] of this.#origins) {
      const { lostSince } = state
      if (lostSince === undefined || now - lostSince < this.#config.feasibilityHoldMs) {
        events.push(...this.#askIfStarved(origin, state, now))
      } else if (state.rows.size === 0) {
        this.#origins.delete(origin)
        this.#standings.forgetOrigin(origin)
      } else {
        // Nobody can still rely on what was claimed so long ago.
        state.feasibility = undefined
        events.push(...this.#decide(origin, state, now))
      }
    }
    if (this.#origins.size > 0) this.#timers.setBy('origins', now + this.#config.seqnoRetryMs)
    return this.#conclude(events, now)
  }

  /** The origin's state, made when it is worth it: undefined for a retraction of the unknown, and past the limit. */
  #origin(origin: PeerId, create: boolean, now: Millis): Origin | undefined {
    const known = this.#origins.get(origin)
    if (known !== undefined || !create || this.#origins.size >= this.#config.originsMax) return known
    const state: Origin = {
      origin,
      rows: new Map(),
      nextHop: undefined,
      hadRoom: false,
      feasibility: undefined,
      claimed: undefined,
      lostSince: undefined,
      asked: undefined
    }
    this.#origins.set(origin, state)
    this.#timers.setBy('origins', now + this.#config.seqnoRetryMs)
    return state
  }

  /** Chooses the next hop anew and notes what of it is to be told. The one place where routes change. */
  #decide(origin: PeerId, state: Origin, now: Millis): RouteEvent[] {
    const events: RouteEvent[] = []
    const before = state.nextHop
    state.nextHop = choose(state, this.#standings, this.#config.switchGainMin)
    state.lostSince = state.nextHop === undefined ? (state.lostSince ?? now) : undefined
    const { nextHop } = state
    if (nextHop !== before) {
      events.push({ type: 'next-hop', origin, nextHop })
      state.hadRoom = nextHop !== undefined && this.#standings.of(origin, nextHop, false) !== 'full'
    }
    const standing = nextHop && standingOf(state, nextHop, this.#standings)
    if (standing !== 'good') this.#starved.add(origin)
    this.#note(origin, state, now)
    return events
  }

  /** This node's own distance, over the next hop in use. */
  #current(state: Origin): Claim | undefined {
    if (state.nextHop === undefined) return undefined
    const row = state.rows.get(state.nextHop)
    const costUs = this.#standings.costUs(state.nextHop)
    if (row === undefined || costUs === undefined) return undefined
    return { ...row, metricUs: row.metricUs + costUs, hops: row.hops + 1 }
  }

  /** The distance that others may rely on: none over a next hop that has fallen silent, though it may be the only one. */
  #reliable(state: Origin): Claim | undefined {
    const isSilent = state.nextHop !== undefined && this.#standings.isSuspected(state.nextHop)
    return isSilent ? undefined : this.#current(state)
  }

  /** News, retractions and newer seqnos are told at the end of this call, a metric that moved with the next timer. */
  #note(origin: PeerId, state: Origin, now: Millis): void {
    const claim = this.#reliable(state)
    const { claimed } = state
    if (claim === undefined || claimed === undefined || isNewer(claim, claimed)) {
      if (claim !== claimed) this.#urgent.add(origin)
      return
    }
    const moved = Math.abs(claim.metricUs - claimed.metricUs) >= this.#config.costChangeMin * claimed.metricUs
    if (!moved && claim.hops === claimed.hops) return
    this.#waiting.add(origin)
    const spread = 1 + this.#config.syncJitter * (2 * this.#random() - 1)
    this.#timers.setBy('sync', now + this.#config.syncDelayMs * spread)
  }

  /** First the news, then the questions: who is asked knows by then what is lost here, and looks elsewhere. */
  #conclude(events: RouteEvent[], now: Millis): RouteEvent[] {
    const news = this.#flush()
    const questions = [...this.#starved].flatMap(origin => {
      const state = this.#origins.get(origin)
      return state === undefined ? [] : this.#askIfStarved(origin, state, now)
    })
    this.#starved.clear()
    return [...events, ...news, ...questions]
  }

  /** Tells every neighbour of the urgent rows. What is told becomes the claim that feasibility is measured by. */
  #flush(ended?: Version): RouteEvent[] {
    if (this.#urgent.size === 0) return []
    const rows = [...this.#urgent].map(origin => this.#claim(origin, ended))
    this.#urgent.clear()
    return this.#syncs(rows, this.#standings.peers())
  }

  #claim(origin: PeerId, ended: Version | undefined): SyncRow {
    this.#waiting.delete(origin)
    const state = this.#origins.get(origin)
    if (state === undefined) {
      const row = this.#row(origin)
      return ended === undefined ? row : { ...row, metricUs: undefined }
    }
    const last = state.claimed ?? state.feasibility
    state.claimed = this.#reliable(state)
    if (state.claimed !== undefined) {
      state.feasibility = lesser(state.claimed, state.feasibility)
      return this.#row(origin)
    }
    return { origin, epoch: last?.epoch ?? 0, seqno: last?.seqno ?? 0, metricUs: undefined, hops: 0 }
  }

  /** The row as it was last claimed. */
  #row(origin: PeerId): SyncRow {
    const claimed = this.#origins.get(origin)?.claimed
    if (claimed !== undefined) return { origin, ...claimed }
    const { epoch, seqno } = this.#own ?? { epoch: 0, seqno: 0 }
    return { origin, epoch, seqno, metricUs: 0, hops: 0 }
  }

  #syncs(rows: SyncRow[], peers: Iterable<PeerId>): RouteEvent[] {
    const messages: Message[] = []
    for (let start = 0; start < rows.length; start += this.#config.syncRowsMax) {
      messages.push({ type: 'sync', rows: rows.slice(start, start + this.#config.syncRowsMax) })
    }
    return [...peers].flatMap(peer => messages.map(message => ({ type: 'send' as const, peer, message })))
  }

  /** This node is the origin that is asked. One step per request, and not too often, so that nobody can drive it. */
  #raise(request: SeqnoReq, now: Millis): RouteEvent[] {
    const own = this.#own
    if (own === undefined || request.epoch !== own.epoch || request.seqno <= own.seqno) return []
    if (own.seqno > 0 && now - own.raisedAt < this.#config.seqnoRaiseIntervalMs) return []
    this.#own = { epoch: own.epoch, seqno: own.seqno + 1, raisedAt: now }
    this.#urgent.add(this.#self)
    return this.#flush()
  }

  /** Asks every neighbour that has a row for a newer one, if none is feasible, or only one that has become bad. */
  #askIfStarved(origin: PeerId, state: Origin, now: Millis): RouteEvent[] {
    const { feasibility } = state
    if (feasibility === undefined || state.rows.size === 0) return []
    if (state.nextHop !== undefined && !isHeldBack(state, this.#standings, this.#config.switchGainMin))
      return []
    const wanted: Version = { epoch: feasibility.epoch, seqno: feasibility.seqno + 1 }
    // Past the last seqno there is none to ask for: only time helps.
    if (!Number.isSafeInteger(wanted.seqno)) return []
    if (!(this.#isAvoided(state) ? this.#mayAskPatiently(state, now) : this.#mayAsk(state, wanted, now)))
      return []
    state.asked = { ...wanted, at: now }
    const message: SeqnoReq = { type: 'seqno-req', origin, ...wanted, hopsLeft: this.#config.hopsMax }
    return [...state.rows.keys()].map(peer => ({ type: 'send', peer, message }))
  }

  #mayAsk({ asked }: Origin, wanted: Version, now: Millis): boolean {
    return asked === undefined || isNewer(wanted, asked) || now - asked.at >= this.#config.seqnoRetryMs
  }

  /** A next hop that is avoided works, and may be so for long; and whom it holds back may be behind this node itself. */
  #mayAskPatiently({ asked }: Origin, now: Millis): boolean {
    return asked === undefined || now - asked.at >= this.#config.seqnoPatienceMs
  }

  #isAvoided(state: Origin): boolean {
    const standing = state.nextHop && standingOf(state, state.nextHop, this.#standings)
    return standing === 'full' || standing === 'penalised'
  }
}
