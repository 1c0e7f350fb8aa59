/**
 * Looking for channels that the table has no way to (RFC 1, section "Looking for a channel").
 *
 * A node that wants a channel asks its neighbours, which ask theirs, as far as the hop limit goes: near at first, then
 * further. Each remembers who asked, so that the answer finds its way back, and asks on once for all of them.
 */
import type { Config } from './config.ts'
import type { ChannelId, Millis, PeerId } from './ids.ts'
import type { Timers } from './timers.ts'
import { TokenBuckets } from './token-bucket.ts'
import type { RouteQuery } from './wire/messages.ts'

export interface QueryEvent {
  type: 'send'
  peer: PeerId
  message: RouteQuery
}

interface Asker {
  /** Until when its query counts. */
  until: Millis
  /** When it was told of the publishers. */
  toldAt: Millis | undefined
}

interface Search {
  /** Neighbours that asked. */
  readonly askers: Map<PeerId, Asker>
  /** Those of them that have had no answer. */
  readonly waiting: Set<PeerId>
  /** What this node wants for itself: how often it has asked, when it asks again, and whom it has asked before that one was up. */
  own: { asked: number; nextAt: Millis; first: PeerId | undefined } | undefined
  /** What it has asked its neighbours last, for whomever. */
  sent: { hopsLeft: number; at: Millis } | undefined
}

export class Queries {
  readonly #config: Config
  readonly #timers: Timers
  readonly #quota: TokenBuckets
  /** The neighbours that are up. */
  readonly #peers = new Set<PeerId>()
  readonly #searches = new Map<ChannelId, Search>()
  /** Channels that each neighbour has asked for, for the limit. */
  readonly #perAsker = new Map<PeerId, number>()

  constructor(config: Config, timers: Timers) {
    this.#config = config
    this.#timers = timers
    this.#quota = new TokenBuckets(config.queriesRate)
  }

  /** Whether a neighbour is interested in the channel. */
  isAsked(channel: ChannelId): boolean {
    return (this.#searches.get(channel)?.askers.size ?? 0) > 0
  }

  askers(channel: ChannelId): Iterable<PeerId> {
    return this.#searches.get(channel)?.askers.keys() ?? []
  }

  /** Those that are still to be answered. */
  waiting(channel: ChannelId): PeerId[] {
    return [...(this.#searches.get(channel)?.waiting ?? [])]
  }

  /** This node looks for the channel itself from now on, if it does not already; `waitMs` from now at first. */
  want(channel: ChannelId, waitMs: Millis, now: Millis): QueryEvent[] {
    const search = this.#search(channel)
    if (search.own !== undefined) return []
    search.own = { asked: 0, nextAt: now + waitMs, first: undefined }
    if (waitMs === 0) return this.#ask(channel, search, this.#peers, now)
    this.#timers.setBy('queries', search.own.nextAt)
    return []
  }

  /** It has found it, or does not want it any more. */
  unwant(channel: ChannelId): void {
    const search = this.#searches.get(channel)
    if (search === undefined) return
    search.own = undefined
    this.#forgetIfIdle(channel, search)
  }

  /**
   * A neighbour is there that has said nothing yet. The first one is asked at once, so that what is looked for comes with its HELLO.
   *
   * @param starts whether the channel's first track is wanted, from now on
   */
  handleConnected(
    peer: PeerId,
    { isFirst, starts }: { isFirst: boolean; starts: (channel: ChannelId) => boolean },
    now: Millis
  ): QueryEvent[] {
    const events: QueryEvent[] = []
    for (const [channel, search] of this.#searches) {
      const { own } = search
      if (own === undefined) continue
      if (own.first === peer) own.first = undefined
      if (!isFirst) continue
      own.first = peer
      own.asked = 0
      for (const event of this.#ask(channel, search, [peer], now))
        events.push(starts(channel) ? { ...event, message: { ...event.message, start: true } } : event)
    }
    return events
  }

  /** One more may know what is looked for. */
  handleUp(peer: PeerId, now: Millis): void {
    this.#peers.add(peer)
    for (const { own } of this.#searches.values()) {
      if (own === undefined) continue
      const wasAsked = own.first === peer
      own.first = undefined
      if (wasAsked) continue
      own.asked = 0
      own.nextAt = now
      this.#timers.setBy('queries', now)
    }
  }

  handleDown(peer: PeerId): void {
    this.#peers.delete(peer)
    this.#quota.forget(peer)
    for (const [channel, search] of this.#searches) this.#dropAsker(channel, search, peer)
  }

  /**
   * A neighbour asks. False past the quota and the limits: then the query is dropped, but not held against the neighbour,
   * which may only pass it on.
   */
  remember(peer: PeerId, channel: ChannelId, now: Millis): boolean {
    if (!this.#quota.take(peer, now)) return false
    const { queriesMax, queriesPerNeighbourMax, interestHoldMs } = this.#config
    const known = this.#searches.get(channel)?.askers.get(peer)
    if (known === undefined) {
      const count = this.#perAsker.get(peer) ?? 0
      const isFull = !this.#searches.has(channel) && this.#searches.size >= queriesMax
      if (isFull || count >= queriesPerNeighbourMax) return false
      this.#perAsker.set(peer, count + 1)
    }
    const until = now + interestHoldMs
    this.#search(channel).askers.set(peer, { until, toldAt: known?.toldAt })
    this.#timers.setBy('queries', until)
    return true
  }

  /** The asker is answered now. Returns whether to tell it of the publishers: not if it was told a moment ago. */
  handleAnswered(peer: PeerId, channel: ChannelId, now: Millis): boolean {
    const search = this.#searches.get(channel)
    search?.waiting.delete(peer)
    const asker = search?.askers.get(peer)
    if (asker === undefined) return true
    if (asker.toldAt !== undefined && now - asker.toldAt < this.#config.queryHoldMs) return false
    asker.toldAt = now
    return true
  }

  /** There is no answer as yet: passes the query on, unless the same was asked a moment ago, as far or further. */
  passOn(peer: PeerId, { channel, hopsLeft }: RouteQuery, now: Millis): QueryEvent[] {
    const search = this.#search(channel)
    search.waiting.add(peer)
    if (hopsLeft === 0) return []
    const { sent } = search
    const isRepeated = sent !== undefined && now - sent.at < this.#config.queryHoldMs
    if (isRepeated && hopsLeft - 1 <= sent.hopsLeft) return []
    const others = [...this.#peers].filter(other => other !== peer)
    return this.#send(channel, search, hopsLeft - 1, others, now)
  }

  /** The timer `queries`: asks again, and forgets who has not asked for long. */
  handleTimeout(now: Millis): QueryEvent[] {
    const events: QueryEvent[] = []
    for (const [channel, search] of this.#searches) {
      const { own, askers } = search
      if (own !== undefined) {
        if (own.nextAt <= now) events.push(...this.#ask(channel, search, this.#peers, now))
        else this.#timers.setBy('queries', own.nextAt)
      }
      for (const [peer, { until }] of askers) {
        if (until <= now) this.#dropAsker(channel, search, peer)
        else this.#timers.setBy('queries', until)
      }
    }
    return events
  }

  #ask(channel: ChannelId, search: Search, peers: Iterable<PeerId>, now: Millis): QueryEvent[] {
    const { queryHops, queryRetryMs, hopsMax } = this.#config
    const { own } = search
    if (own === undefined) return []
    const hops = Math.min(hopsMax, queryHops[own.asked] ?? hopsMax)
    own.nextAt = now + (queryRetryMs[own.asked] ?? queryRetryMs.at(-1) ?? 0)
    own.asked++
    this.#timers.setBy('queries', own.nextAt)
    return this.#send(channel, search, hops - 1, peers, now)
  }

  #send(
    channel: ChannelId,
    search: Search,
    hopsLeft: number,
    peers: Iterable<PeerId>,
    now: Millis
  ): QueryEvent[] {
    search.sent = { hopsLeft, at: now }
    const message: RouteQuery = { type: 'route-query', channel, hopsLeft }
    return Array.from(peers, peer => ({ type: 'send', peer, message }))
  }

  #search(channel: ChannelId): Search {
    const known = this.#searches.get(channel)
    if (known !== undefined) return known
    const search: Search = { askers: new Map(), waiting: new Set(), own: undefined, sent: undefined }
    this.#searches.set(channel, search)
    return search
  }

  #dropAsker(channel: ChannelId, search: Search, peer: PeerId): void {
    if (!search.askers.delete(peer)) return
    search.waiting.delete(peer)
    const left = (this.#perAsker.get(peer) ?? 1) - 1
    if (left > 0) this.#perAsker.set(peer, left)
    else this.#perAsker.delete(peer)
    this.#forgetIfIdle(channel, search)
  }

  #forgetIfIdle(channel: ChannelId, { askers, own }: Search): void {
    if (askers.size === 0 && own === undefined) this.#searches.delete(channel)
  }
}
