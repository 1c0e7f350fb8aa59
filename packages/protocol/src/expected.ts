/**
 * Neighbours that have only now been told of a stream, and will ask for it (RFC 1, sections "Looking for a channel" and "States").
 *
 * One that is expected is promised nothing. It is sent what passes, so that it has the stream a round trip sooner; but not as
 * long as the run's beginning is here, which it may ask for, and which has to come first then.
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
  /** Streams of which those that are expected are sent nothing yet. */
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
    if (state !== undefined && (takes(state, peer) || isSource(state, peer))) return false
    return this.#capacity.refusal(peer, stream, state, false) === undefined
  }

  add(state: Stream, peer: PeerId, now: Millis): void {
    this.#capacity.take(state)
    const hasCome = this.#lookups.resumeSeq(state.id) !== undefined
    state.isHeldBack = !hasCome || this.#lookups.isBeginning(state.id, now)
    if (state.isHeldBack) this.#held.add(state)
    this.#streams.expect(state, peer, now + this.#config.resyncMs)
  }

  /** Whether `handleObject` wants to know of any stream: the hot path looks here first. */
  get isIdle(): boolean {
    return this.#held.size === 0
  }

  /** An object of the stream has come, or was written here. */
  handleObject(stream: StreamId, now: Millis): void {
    const state = this.#streams.get(stream)
    if (state === undefined || !this.#held.has(state) || this.#lookups.isBeginning(stream, now)) return
    this.#held.delete(state)
    state.isHeldBack = false
    this.#streams.list(state)
  }

  /** Lets go of those that have not asked in time. */
  handleTimeout(state: Stream, now: Millis): void {
    for (const [peer, until] of state.expected) if (until <= now) this.#streams.remove(state, peer)
    if (state.expected.size === 0) this.drop(state)
  }

  drop(state: Stream): void {
    this.#held.delete(state)
  }
}

function takes({ children, expected }: Stream, peer: PeerId): boolean {
  return children.has(peer) || expected.has(peer)
}
