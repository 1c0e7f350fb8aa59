/**
 * Whom a node has room for, and whom it would rather have fed by others (RFC 1, sections "Capacity" and "Leaving").
 *
 * Some limits are hard: those of what is kept, and the uplink, for which children are even let go. The others share the
 * load: a child past them is taken if it has no parent, and asked to find another one later. It is fed until then.
 */
import type { Config } from './config.ts'
import type { Millis, PeerId, StreamId } from './ids.ts'
import { nack, type RelayEvent, type RelayLookups } from './relay-event.ts'
import { askers, type Rate, type Stream, type Streams } from './streams.ts'
import { Uplink } from './uplink.ts'
import { redirectMax } from './wire/limits.ts'
import type { Message } from './wire/messages.ts'

export class Capacity {
  readonly #config: Config
  readonly #streams: Streams
  readonly #uplink: Uplink
  readonly #lookups: RelayLookups
  /** Counts them, so that each names others. */
  #redirects = 0
  #isWithdrawn = false

  constructor(config: Config, streams: Streams, lookups: RelayLookups) {
    this.#config = config
    this.#streams = streams
    this.#lookups = lookups
    this.#uplink = new Uplink(config, lookups.rate)
  }

  /** There is no uplink to spare. */
  get isFull(): boolean {
    return this.#isWithdrawn || this.#uplink.isFull
  }

  /**
   * What a neighbour is told when there is no room for it among the children of the stream; undefined when there is.
   *
   * @param state undefined when nobody has the stream from here yet
   * @param insists it has no parent: limits that only share the load do not count
   */
  refusal(
    peer: PeerId,
    stream: StreamId,
    state: Stream | undefined,
    insists: boolean
  ): RelayEvent | undefined {
    const hasRoom = !this.#streams.isFull(peer, state) && this.#uplink.hasRoomFor(state)
    const isWelcome = insists || !this.#hasEnough(peer, state)
    return hasRoom && isWelcome ? undefined : this.#refuse(peer, stream, state)
  }

  /** The stream has one child more from now on. */
  take(state: Stream): void {
    this.#uplink.take(state)
  }

  /** What an application says that a stream of this node's will take. */
  declare(state: Stream, rate: Rate): void {
    this.#uplink.learn(state, rate)
  }

  /**
   * The parent, or who is asked, has told the rate. Who was taken before that, in the belief that the stream needs little,
   * is refused now rather than after a second of too much.
   */
  learn(state: Stream, told: Rate): RelayEvent[] {
    const isMeasured = state.isOwn || this.#lookups.rate(state.id) !== undefined
    return !isMeasured && this.#uplink.learn(state, told) ? this.shed() : []
  }

  /**
   * Measures the uplink. When streams turn out to need more than there is, their last children are refused after all, and
   * are children no more. Who calls this gives up the streams that nobody takes then.
   */
  shed(): RelayEvent[] {
    const events: RelayEvent[] = []
    for (const state of this.#uplink.measure(this.#streams.all())) {
      // Who has not asked is told nothing: its SUB is still to be answered.
      const expected = [...state.expected.keys()].at(-1)
      const peer = expected ?? state.childList.at(-1)
      if (peer === undefined || !this.#streams.remove(state, peer)) continue
      if (expected === undefined) events.push(this.#refuse(peer, state.id, state))
    }
    return events
  }

  /** Asks the children that are too many, those that came last, to find another parent. Until then they are fed. */
  spread(state: Stream, now: Millis): RelayEvent[] {
    const { children, id } = state
    const { moveIntervalMs } = this.#config
    const events: RelayEvent[] = []
    if (children.size <= this.#fanOutMax(state)) return events
    for (const peer of this.#counted(askers(state)).slice(this.#fanOutMax(state))) {
      const child = children.get(peer)
      if (child === undefined || now - child.askedToMoveAt < moveIntervalMs) continue
      child.askedToMoveAt = now
      const redirect = this.#redirect(peer, state)
      events.push({ type: 'send', peer, message: { type: 'move', stream: id, withinMs: 0, redirect } })
    }
    return events
  }

  /**
   * This node carries nothing for others any more, or does again. The children it has are told to find another parent,
   * and are fed until they have one.
   */
  withdraw(isWithdrawn: boolean, withinMs: Millis): RelayEvent[] {
    this.#isWithdrawn = isWithdrawn
    if (!isWithdrawn) return []
    const children = new Set<PeerId>()
    const parents = new Set<PeerId>()
    for (const state of this.#streams.all()) {
      for (const child of state.children.keys()) children.add(child)
      if (state.upstream !== undefined && state.children.size > 0) parents.add(state.upstream)
    }
    const message: Message = { type: 'move', withinMs, redirect: [...parents].slice(0, redirectMax) }
    return [...children].map(peer => ({ type: 'send', peer, message }))
  }

  /** Whether others should take the child, for the sake of sharing the load. */
  #hasEnough(peer: PeerId, state: Stream | undefined): boolean {
    if (this.#isWithdrawn || state === undefined) return this.#isWithdrawn
    return (
      this.#counted([...state.children.keys(), ...state.expected.keys(), peer]).length >
      this.#fanOutMax(state)
    )
  }

  /** Those that `fanOutMax` is about: servers feed each other before they feed anyone, as each feeds many. */
  #counted(children: readonly PeerId[]): readonly PeerId[] {
    const { server, serverPartnersMax } = this.#config
    if (!server) return children
    let partners = 0
    return children.filter(peer => !this.#lookups.isServer(peer) || ++partners > serverPartnersMax)
  }

  /** So many children of the stream are enough. */
  #fanOutMax({ rate }: Stream): number {
    const { server, fanOutMax, serverFanOutMax, heavyBps, serverFanOutHeavyMax } = this.#config
    if (!server) return fanOutMax
    return (rate?.meanBps ?? 0) < heavyBps ? serverFanOutMax : serverFanOutHeavyMax
  }

  #refuse(peer: PeerId, stream: StreamId, state: Stream | undefined): RelayEvent {
    return nack(peer, stream, 'full', state === undefined ? [] : this.#redirect(peer, state))
  }

  /** Who may have room: the children that are not too many, each time others of them. */
  #redirect(peer: PeerId, state: Stream): PeerId[] {
    const others = this.#counted(askers(state))
      .slice(0, this.#fanOutMax(state))
      .filter(child => child !== peer)
    this.#redirects += redirectMax
    const from = this.#redirects % Math.max(1, others.length)
    return [...others.slice(from), ...others.slice(0, from)].slice(0, redirectMax)
  }
}
