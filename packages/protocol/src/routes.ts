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
import { chooseBackup, compare, standingOf } from './choice.ts'
import { Claims, metricsMessages, type News, syncMessages, toldRows } from './claims.ts'
import type { Config } from './config.ts'
import { decide } from './decision.ts'
import { Digests } from './digests.ts'
import type { Micros, Millis, PeerId } from './ids.ts'
import { Intake } from './intake.ts'
import { type Origin, ownDistance } from './origin.ts'
import { Origins } from './origins.ts'
import { OwnRow } from './own-row.ts'
import {
  type Route,
  type RouteEvent,
  type RouteLookups,
  type RouteMessage,
  type RouteTimer,
  toBeSigned
} from './route-event.ts'
import { type Reason, Standings } from './standings.ts'
import { Starvation } from './starvation.ts'
import type { Timers } from './timers.ts'
import type { Version } from './version.ts'
import type { Digest, MetricRow, Resync, SeqnoReq, Sync, SyncRow } from './wire/messages.ts'

export class Routes {
  readonly #self: PeerId
  readonly #config: Config
  readonly #timers: Timers
  readonly #standings: Standings
  readonly #claims: Claims
  readonly #starvation: Starvation
  readonly #origins: Origins
  readonly #own: OwnRow
  readonly #digests: Digests
  readonly #intake: Intake
  readonly #feeds: RouteLookups['feeds']

  constructor(self: PeerId, config: Config, timers: Timers, random: () => number, lookups: RouteLookups) {
    this.#self = self
    this.#feeds = lookups.feeds
    this.#config = config
    this.#timers = timers
    this.#standings = new Standings(config)
    this.#claims = new Claims(config, timers, this.#standings, random)
    this.#digests = new Digests(config, timers, random, lookups.subscriptionSums)
    this.#origins = new Origins(config, random, lookups)
    this.#intake = new Intake(config, timers, this.#origins, this.#digests)
    this.#own = new OwnRow(self, config, timers)
    this.#starvation = new Starvation(config, this.#standings, lookups.isCarried)
  }

  /** The way to `origin`; undefined when there is none, and for this node itself. */
  route(origin: PeerId): Route | undefined {
    const state = this.#origins.get(origin)
    const claim = state && ownDistance(state, this.#standings)
    return state?.nextHop === undefined || claim === undefined
      ? undefined
      : { nextHop: state.nextHop, hops: claim.hops, metricUs: claim.metricUs }
  }

  *routes(): Iterable<Route & { origin: PeerId }> {
    for (const { origin } of this.#origins.all()) {
      const route = this.route(origin)
      if (route !== undefined) yield { origin, ...route }
    }
  }

  /**
   * Whom to ask for the streams of `origin`: the next hop, or a neighbour that is to become it. A next hop that feeds
   * streams here is left when another has taken them, and not before: if that one refuses, nothing was claimed over
   * it, so nothing keeps this node from the way that it has.
   */
  target(origin: PeerId): PeerId | undefined {
    const state = this.#origins.get(origin)
    return state?.candidate ?? state?.nextHop
  }

  /** The best neighbour beside `parent` that may be asked at once: feasible, and nothing is against it. */
  backup(origin: PeerId, parent: PeerId): PeerId | undefined {
    const state = this.#origins.get(origin)
    return state && chooseBackup(state, parent, this.#standings)
  }

  /** All neighbours that claim a way to `origin`, the nearest first. They may have its objects, whatever may be asked of them. */
  claimants(origin: PeerId): PeerId[] {
    const rows = [...(this.#origins.get(origin)?.rows ?? [])]
    return rows.sort(([, a], [, b]) => a.metricUs - b.metricUs).map(([peer]) => peer)
  }

  /** Whether the neighbour has refused a stream of `origin` a while ago: only who has no parent asks it again. */
  hasRefused(origin: PeerId, peer: PeerId): boolean {
    return this.#standings.of(origin, peer, false) === 'refused'
  }

  /** This node publishes from now on; `epoch` is newer than that of any earlier run. */
  startOwn(epoch: number): RouteEvent[] {
    return toBeSigned(this.#own.start(epoch))
  }

  /** Others remember this node with an epoch below this one, from before it was started: its row has to be newer. */
  raiseOwn(epoch: number): RouteEvent[] {
    return toBeSigned(this.#own.raise(epoch))
  }

  stopOwn(): RouteEvent[] {
    const row = this.#own.stop()
    return row === undefined ? [] : this.#tellAll({ whole: [row], moved: [] })
  }

  /** What `sign-seqno` has asked for. */
  handleSeqnoSigned(version: Version, signature: Uint8Array): RouteEvent[] {
    const row = this.#own.handleSigned(version, signature)
    return row === undefined ? [] : this.#tellAll({ whole: [row], moved: [] })
  }

  /** This node is on nobody's way any more, or may be again; its own row stays. */
  withdraw(isWithdrawn: boolean, now: Millis): RouteEvent[] {
    this.#claims.isWithdrawn = isWithdrawn
    for (const state of this.#origins.all()) this.#claims.note(state, now)
    return this.#conclude([], now)
  }

  handleUp(peer: PeerId, costUs: Micros, now: Millis): RouteEvent[] {
    this.#standings.setCost(peer, costUs)
    this.#intake.handleUp(peer, now)
    return this.#tell([peer], this.#told())
  }

  /** Tells a neighbour again of the ways to these origins: when they were new, it may have had no room for them. */
  tellAgain(peer: PeerId, origins: readonly PeerId[]): RouteEvent[] {
    const rows = toldRows(origins.flatMap(origin => this.#origins.get(origin) ?? []))
    const own = origins.includes(this.#self) ? this.#own.told : undefined
    return this.#tell([peer], own === undefined ? rows : [own, ...rows])
  }

  handleDown(peer: PeerId, now: Millis): RouteEvent[] {
    this.#standings.drop(peer)
    const events = this.#intake.handleDown(peer).flatMap(state => this.#decide(state, now))
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

  /** The neighbour is to be avoided on the way to `origin` for a while. */
  avoid(origin: PeerId, peer: PeerId, reason: Reason, now: Millis): RouteEvent[] {
    return this.#reconsider(origin, now, () => this.#standings.avoid(origin, peer, reason, now))
  }

  /** The parent may not deliver what it claims: other ways are looked for, so that there is a backup if it does not. */
  doubt(origin: PeerId, peer: PeerId, now: Millis): RouteEvent[] {
    const state = this.#origins.get(origin)
    if (state === undefined || (peer !== state.nextHop && peer !== state.candidate)) return []
    if (!this.#standings.avoid(origin, peer, 'doubted', now)) return []
    this.#setPenaltyTimer()
    return this.#starvation.seek(state, now)
  }

  /** It has taken a stream of `origin`. */
  handleTaken(origin: PeerId, peer: PeerId, now: Millis): RouteEvent[] {
    return this.#reconsider(origin, now, ({ candidate }) => {
      return this.#standings.unbar(origin, peer) || peer === candidate
    })
  }

  #reconsider(origin: PeerId, now: Millis, change: (state: Origin) => boolean): RouteEvent[] {
    const state = this.#origins.get(origin)
    if (state === undefined || !change(state)) return []
    this.#setPenaltyTimer()
    return this.#conclude(this.#decide(state, now), now)
  }

  #setPenaltyTimer(): void {
    const at = this.#standings.nextEnd()
    if (at !== undefined) this.#timers.set('penalties', at)
  }

  /** The timer `penalties`: who was avoided has another chance. */
  handlePenaltiesTimeout(now: Millis): RouteEvent[] {
    const events = this.#standings.takeEnded(now).flatMap(origin => {
      const state = this.#origins.get(origin)
      return state === undefined ? [] : this.#decide(state, now)
    })
    this.#setPenaltyTimer()
    return this.#conclude(events, now)
  }

  /** Chooses anew wherever the neighbour is one of the choices. */
  #decideAll(peer: PeerId, now: Millis): RouteEvent[] {
    const events: RouteEvent[] = []
    for (const state of this.#origins.all()) {
      if (state.rows.has(peer)) events.push(...this.#decide(state, now))
    }
    return this.#conclude(events, now)
  }

  handleMessage(peer: PeerId, message: RouteMessage, now: Millis): RouteEvent[] {
    switch (message.type) {
      case 'sync':
        return this.handleSync(peer, message, now)
      case 'metrics':
        return this.handleMetrics(peer, message.rows, now)
      case 'seqno-req':
        return this.handleSeqnoReq(peer, message, now)
      case 'digest':
        return this.handleDigest(peer, message)
      case 'resync':
        return this.handleResync(peer, message)
    }
  }

  handleSync(peer: PeerId, { rows, bucket }: Pick<Sync, 'rows' | 'bucket'>, now: Millis): RouteEvent[] {
    const gone = bucket === undefined ? [] : this.#intake.takeBucket(peer, bucket, rows)
    const events = gone.flatMap(state => this.#decide(state, now))
    for (const row of rows) {
      if (row.origin === this.#self) events.push(...toBeSigned(this.#own.handleEcho(row)))
      else events.push(...this.#onRow(peer, row, now))
    }
    // Last: what is said of it must not overtake what its rows have made this node say.
    return [...this.#conclude(events, now), ...this.#intake.limit(peer)]
  }

  handleMetrics(peer: PeerId, rows: readonly MetricRow[], now: Millis): RouteEvent[] {
    const changed = rows.flatMap(row => this.#intake.takeMetric(peer, row, now))
    return this.#conclude(
      changed.flatMap(state => this.#decide(state, now)),
      now
    )
  }

  #onRow(peer: PeerId, row: SyncRow, now: Millis): RouteEvent[] {
    const { changed, reminder } = this.#intake.takeRow(peer, row, now)
    const reminders = reminder === undefined ? [] : this.#tell([peer], [reminder])
    return [...reminders, ...changed.flatMap(state => this.#decide(state, now))]
  }

  handleSeqnoReq(peer: PeerId, request: SeqnoReq, now: Millis): RouteEvent[] {
    if (request.origin === this.#self) return toBeSigned(this.#own.handleRequest(request, now))
    const state = this.#origins.get(request.origin)
    if (state === undefined || !this.#intake.takeRequest(peer, now)) return []
    const answer = this.#starvation.answer(peer, request, state, now)
    if (answer.type === 'row') return this.#tell([peer], toldRows([state]))
    return answer.type === 'pass-on' ? [{ type: 'send', peer: answer.peer, message: answer.message }] : []
  }

  handleTimer(timer: RouteTimer, now: Millis): RouteEvent[] {
    switch (timer) {
      case 'sync':
        return this.handleSyncTimeout(now)
      case 'seqno':
        return toBeSigned(this.#own.handleTimeout(now))
      case 'origins':
        return this.handleOriginsTimeout(now)
      case 'digest':
        return this.#digests.handleTimeout(now).map(digest => ({ type: 'send', ...digest }))
      case 'switches':
        return this.handleSwitchesTimeout(now)
      case 'penalties':
        return this.handlePenaltiesTimeout(now)
    }
  }

  handleDigest(peer: PeerId, digest: Digest): RouteEvent[] {
    const message = this.#intake.compare(peer, digest)
    return message === undefined ? [] : [{ type: 'send', peer, message }]
  }

  handleResync(peer: PeerId, resync: Resync): RouteEvent[] {
    const messages = this.#digests.handleResync(peer, resync, this.#told())
    return messages.map(message => ({ type: 'send', peer, message }))
  }

  /** The timer `sync`: tells what has waited. */
  handleSyncTimeout(now: Millis): RouteEvent[] {
    this.#claims.handleTimeout(now)
    return this.#tellAll(this.#claims.take())
  }

  /** The timer `switches`: a neighbour that has been better for long enough becomes the next hop. */
  handleSwitchesTimeout(now: Millis): RouteEvent[] {
    const events: RouteEvent[] = []
    for (const state of this.#origins.all()) {
      if (state.switchAt === undefined) continue
      if (state.switchAt <= now) events.push(...this.#decide(state, now))
      else this.#timers.setBy('switches', state.switchAt)
    }
    return this.#conclude(events, now)
  }

  /** The timer `origins`: starved origins ask again, and those that nobody tells of are forgotten. */
  handleOriginsTimeout(now: Millis): RouteEvent[] {
    const events: RouteEvent[] = []
    for (const state of this.#origins.all()) {
      if (this.#origins.isUnwanted(state)) {
        this.#intake.pushOut(state)
        events.push(...this.#decide(state, now))
      }
      events.push(...this.#endTrial(state, now))
      const { lostSince } = state
      if (lostSince === undefined || now - lostSince < this.#config.feasibilityHoldMs) {
        events.push(...this.#starvation.ask(state, now))
      } else if (state.rows.size === 0) {
        this.#origins.forget(state)
        this.#claims.forget(state)
        this.#standings.forgetOrigin(state.origin)
      } else {
        // Nobody can still rely on what was claimed so long ago.
        state.feasibility = undefined
        events.push(...this.#decide(state, now))
      }
    }
    if (this.#origins.size > 0) this.#timers.setBy('origins', now + this.#config.seqnoRetryMs)
    return this.#conclude(events, now)
  }

  /** What the next hop fed may have ended, or be wanted no more; and one that has not taken it by now is not going to. */
  #endTrial(state: Origin, now: Millis): RouteEvent[] {
    const { origin, candidate, candidateSince } = state
    if (candidate === undefined) return []
    const events = this.#decide(state, now)
    const isOver = state.candidate === candidate && now - candidateSince >= this.#config.candidateMaxMs
    return isOver ? [...events, ...this.avoid(origin, candidate, 'refused', now)] : events
  }

  /** Chooses the next hop anew and notes what of it is to be told. The one place where routes change. */
  #decide(state: Origin, now: Millis): RouteEvent[] {
    const { origin } = state
    const events: RouteEvent[] = []
    const { nextHop: before, candidate } = state
    const switchAt = compare(state, this.#standings, this.#config, now)
    Object.assign(state, decide(state, this.#standings, this.#config, this.#feeds, now))
    const { nextHop } = state
    state.lostSince = nextHop === undefined ? (state.lostSince ?? now) : undefined
    if (nextHop !== before) {
      events.push({ type: 'next-hop', origin, nextHop })
      if (before === undefined) state.foundAt = now
    } else if (state.candidate !== candidate) {
      state.candidateSince = now
      events.push({ type: 'candidate', origin })
    }
    // The others are measured by the next hop that is in use from now on.
    state.switchAt = nextHop === before ? switchAt : compare(state, this.#standings, this.#config, now)
    if (state.switchAt !== undefined) this.#timers.setBy('switches', state.switchAt)
    const standing = nextHop && standingOf(state, nextHop, this.#standings)
    if (standing !== 'good') this.#starvation.note(state)
    this.#claims.note(state, now)
    return events
  }

  /** First the news, then the questions: who is asked knows by then what is lost here, and looks elsewhere. */
  #conclude(events: RouteEvent[], now: Millis): RouteEvent[] {
    const news = this.#tellAll(this.#claims.take())
    return [...events, ...news, ...this.#starvation.askNoted(now)]
  }

  /** All rows, as they were last told. */
  #told(): SyncRow[] {
    const { told } = this.#own
    return [...(told === undefined ? [] : [told]), ...toldRows(this.#origins.all())]
  }

  #tellAll({ whole, moved }: News): RouteEvent[] {
    for (const rows of [whole, moved]) this.#digests.noteTold(rows)
    return this.#tell(this.#standings.peers(), whole, moved)
  }

  #tell(peers: Iterable<PeerId>, whole: readonly SyncRow[], moved: readonly SyncRow[] = []): RouteEvent[] {
    const { syncRowsMax } = this.#config
    const messages = [...syncMessages(whole, syncRowsMax), ...metricsMessages(moved, syncRowsMax)]
    return [...peers].flatMap(peer => messages.map(message => ({ type: 'send' as const, peer, message })))
  }
}
