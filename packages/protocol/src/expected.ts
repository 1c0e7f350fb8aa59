/**
 * Neighbours that have only now been told of a stream, and will ask for it (RFC 1, sections "Looking for a channel" and "States").
 *
 * One that is expected is a child that is promised nothing. It is sent what passes, so that it has the stream a round trip
 * sooner; but not as long as the run's beginning is here, which it may ask for, and which has to come first then.
 */
import type { Capacity } from './capacity.ts'
import type { Config } from './config.ts'
import type { Millis, PeerId, StreamId, StreamName } from './ids.ts'
import type { RelayLookups } from './relay-event.ts'
import { isSource, type Stream, type Streams } from './streams.ts'

export class Expected {
  readonly #self: PeerId
  readonly #config: Config
  readonly #streams: Streams
  readonly #capacity: Capacity
  readonly #lookups: RelayLookups
  /** Streams with children that are sent nothing yet. */
  readonly #held = new Set<Stream>()

  constructor(
    self: PeerId,
    config: Config,
    { streams, capacity, lookups }: { streams: Streams; capacity: Capacity; lookups: RelayLookups }
  ) {
    this.#self = self
    this.#config = config
    this.#streams = streams
    this.#capacity = capacity
    this.#lookups = lookups
  }

  /** Whether its SUB would be taken, and would be the first. */
  isWelcome(peer: PeerId, stream: StreamId, { publisher }: StreamName): boolean {
    const state = this.#streams.get(stream)
    if (publisher === this.#self && state?.isOwn !== true) return false
    if (peer === this.#lookups.nextHop(publisher)) return false
    if (state !== undefined && (state.children.has(peer) || isSource(state, peer))) return false
    return this.#capacity.refusal(peer, stream, state, false) === undefined
  }

  add(state: Stream, peer: PeerId, now: Millis): void {
    this.#capacity.take(state)
    this.#streams.hold(state, peer).until = now + this.#config.resyncMs
    this.#held.add(state)
    if (this.#lookups.resumeSeq(state.id) !== undefined) this.#letGo(state, now)
  }

  /** Whether `handleObject` wants to know of any stream: the hot path looks here first. */
  get isIdle(): boolean {
    return this.#held.size === 0
  }

  /** An object of the stream has come. */
  handleObject(stream: StreamId, now: Millis): void {
    const state = this.#streams.get(stream)
    if (state !== undefined && this.#held.has(state)) this.#letGo(state, now)
  }

  drop(state: Stream): void {
    this.#held.delete(state)
  }

  #letGo(state: Stream, now: Millis): void {
    if (this.#lookups.isBeginning(state.id, now)) return
    this.#held.delete(state)
    for (const [peer, { isHeld }] of state.children) if (isHeld) this.#streams.child(state, peer)
  }
}
