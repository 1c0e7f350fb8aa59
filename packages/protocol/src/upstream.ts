/**
 * The upper side of the tree: where a stream comes from (RFC 1, section "Hand-over").
 *
 * A stream has a parent, which feeds, and beside it one neighbour at most that was asked: the target, when that is not
 * the parent, or a backup, when the parent has fallen silent. The one asked becomes the parent when it has said SUB_OK
 * and its first object came; what both send meanwhile is dropped once. The parent is left then, not before.
 */
import { confirmAll, confirmWaiting, disown, tellWay } from './children.ts'
import type { Config } from './config.ts'
import type { Millis, PathTag, PeerId, StreamId } from './ids.ts'
import { established, lostUnlessFed, type RelayEvent, type RelayLookups, unsub } from './relay-event.ts'
import type { Asked, Stream } from './streams.ts'
import type { Timers } from './timers.ts'
import { uint32Max } from './wire/limits.ts'
import type { Sub } from './wire/messages.ts'

export class Upstream {
  readonly #tag: PathTag
  readonly #config: Config
  readonly #timers: Timers
  readonly #lookups: RelayLookups
  /** Streams with somebody asked. */
  readonly #moving = new Set<Stream>()
  /** Silent streams that nobody can be asked for yet, and since when. */
  readonly #silent = new Map<Stream, Millis>()

  /** Counts what was taken back. */
  #attempt = 0

  constructor(tag: PathTag, config: Config, timers: Timers, lookups: RelayLookups) {
    this.#tag = tag
    this.#config = config
    this.#timers = timers
    this.#lookups = lookups
  }

  /** Whether `handleObject` wants to know of any stream: the hot path looks here first. */
  get isMoving(): boolean {
    return this.#moving.size + this.#silent.size > 0
  }

  /** There is a parent, and it is the next hop, or nobody else is asked. */
  isEstablished(state: Stream): boolean {
    if (state.isOwn) return true
    if (state.upstream === undefined) return false
    return state.asked === undefined || state.upstream === this.#lookups.nextHop(state.name.publisher)
  }

  /** Asks whom the route says unless it is the parent, or asked, already. The next hop is no child of the stream. */
  follow(state: Stream, now: Millis): RelayEvent[] {
    if (state.isOwn) return []
    const target = this.#target(state)
    const { asked, upstream } = state
    if (target !== undefined && asked?.peer === target) {
      asked.isBackup = false
      return this.#isReady(state, now) ? this.#adopt(state, now) : []
    }
    const hasNothingBetter = target === undefined || target === upstream
    // A backup has its time while the route has nothing better to offer than the silent parent.
    if (hasNothingBetter && asked?.isBackup === true && upstream !== undefined) return []
    const events = asked === undefined ? [] : this.#giveUp(state, asked)
    if (target === undefined) return upstream === undefined ? [...events, ...disown(state)] : events
    if (target !== upstream) {
      // Better the parent that there is than one that has no room.
      const isVain = upstream !== undefined && this.#lookups.hasRefused(state.name.publisher, target)
      if (!isVain) return [...events, this.#ask(state, target, false, now)]
      return [...events, ...confirmWaiting(state, this.#tag)]
    }
    // The route came back to the parent: those who waited for a new one are answered now.
    return [...events, ...confirmWaiting(state, this.#tag)]
  }

  /** Whether `peer` is to become the next hop, and is not yet: whatever it says but yes, the next hop is still there. */
  isTried({ name }: Stream, peer: PeerId): boolean {
    return this.#lookups.target(name.publisher) === peer && this.#lookups.nextHop(name.publisher) !== peer
  }

  /** One that still takes the stream from here is not tried yet. */
  #target({ name, children }: Stream): PeerId | undefined {
    const target = this.#lookups.target(name.publisher)
    return target !== undefined && children.has(target) ? this.#lookups.nextHop(name.publisher) : target
  }

  /** The parent is silent: a backup is asked beside it. Without one, the route is asked to find one. */
  handleSilence(state: Stream, now: Millis): RelayEvent[] {
    const { upstream, asked, name, children } = state
    if (upstream === undefined || asked !== undefined) return []
    const backup = this.#lookups.backup(name.publisher, upstream)
    if (backup !== undefined && !children.has(backup)) {
      this.#silent.delete(state)
      return [this.#ask(state, backup, true, now)]
    }
    if (this.#silent.has(state)) return []
    this.#silent.set(state, now)
    this.#timers.setBy('moves', now + this.#config.backupRetryMs)
    return [{ type: 'doubted', publisher: name.publisher, peer: upstream }]
  }

  /** Asked now and then. Once, a while after SUB_OK, a parent that has promised and sent not a single object counts as silent. */
  handleStart(state: Stream, now: Millis): RelayEvent[] {
    const { id, upstream, establishedAt } = state
    const { firstObjectMs, subIntervalMs } = this.#config
    const age = now - (establishedAt ?? now)
    const isDue = upstream !== undefined && age >= firstObjectMs && age < firstObjectMs + subIntervalMs
    return isDue && this.#lookups.resumeSeq(id) === undefined ? this.handleSilence(state, now) : []
  }

  /** Whether a stream may come by it: not through this node, and not from too far. */
  isWay(path: readonly PathTag[]): boolean {
    return !path.includes(this.#tag) && path.length <= this.#config.hopsMax
  }

  /** SUB_OK from the parent, or from the one asked. */
  handleOk(state: Stream, peer: PeerId, path: readonly PathTag[], now: Millis): RelayEvent[] {
    const { asked, upstream } = state
    const isCircle = path.includes(this.#tag)
    // It takes the stream from here, a child of old that is to be the parent. It will say when that is over.
    if (isCircle && peer === asked?.peer) asked.path = undefined
    else if (!this.isWay(path)) {
      return [this.unsub(peer, state.id), ...this.leave(state, peer, now)]
    } else if (peer === upstream) return this.#setPath(state, peer, path)
    else if (asked !== undefined) {
      asked.path = path
      asked.confirmedAt = now
      this.#timers.setBy('moves', deadlineOf(asked, this.#config))
      if (this.#isReady(state, now)) return this.#adopt(state, now)
    }
    return []
  }

  /** An object came while somebody is asked: it shows which of the two gives the stream. */
  handleObject(state: Stream, peer: PeerId, now: Millis): RelayEvent[] {
    const { asked } = state
    this.#silent.delete(state)
    if (asked === undefined) return []
    if (peer === asked.peer) {
      asked.objectAt ??= now
      this.#timers.setBy('moves', deadlineOf(asked, this.#config))
      return this.#isReady(state, now) ? this.#adopt(state, now) : []
    }
    // The parent lives after all.
    return asked.isBackup ? this.#giveUp(state, asked) : []
  }

  /** The timer `moves`: who was asked has had its time. */
  handleTimeout(now: Millis): RelayEvent[] {
    const events: RelayEvent[] = []
    for (const state of this.#moving) {
      const asked = state.asked as Asked
      const deadline = deadlineOf(asked, this.#config)
      if (deadline <= now) events.push(...this.#conclude(state, asked, now))
      else this.#timers.setBy('moves', deadline)
    }
    return [...events, ...this.#retry(now)]
  }

  #retry(now: Millis): RelayEvent[] {
    const { backupRetryMs, backupTimeoutMs } = this.#config
    const events: RelayEvent[] = []
    for (const [state, since] of this.#silent) {
      events.push(...this.handleSilence(state, now))
      if (state.upstream === undefined || now - since >= backupTimeoutMs) this.#silent.delete(state)
    }
    if (this.#silent.size > 0) this.#timers.setBy('moves', now + backupRetryMs)
    return events
  }

  /**
   * `peer` does not give the stream, or no more. If it was the parent and the route knows no other, the children are
   * told, so that each looks for its own way. One that was merely asked is asked again in the next round.
   */
  leave(state: Stream, peer: PeerId, now: Millis): RelayEvent[] {
    const wasAsked = state.asked?.peer === peer
    if (wasAsked) this.unask(state)
    if (state.upstream !== peer) return wasAsked ? lostUnlessFed(state) : []
    state.upstream = undefined
    if (this.#isReady(state, now)) return this.#adopt(state, now)
    const events: RelayEvent[] = [{ type: 'lost', stream: state.id }]
    const isOnlyWay = state.asked?.isBackup ?? true
    if (isOnlyWay && this.#lookups.nextHop(state.name.publisher) === peer) events.push(...disown(state))
    return [...events, ...this.follow(state, now)]
  }

  /** `peer` has no room. The route is told, and goes elsewhere if it can; if not, `peer` is asked again in the next round. */
  handleFull(state: Stream, peer: PeerId, redirect: readonly PeerId[]): RelayEvent[] {
    const { asked, upstream } = state
    if (upstream === peer) state.upstream = undefined
    else if (asked?.peer === peer) this.unask(state)
    else return []
    const { publisher } = state.name
    return [...lostUnlessFed(state), { type: 'refused', publisher, peer, redirect }]
  }

  /** An answer to the SUB that this takes back may be on its way: it is none to the next one. */
  unsub(peer: PeerId, stream: StreamId): RelayEvent {
    this.#attempt = (this.#attempt + 1) % (uint32Max + 1)
    return unsub(peer, stream)
  }

  unask(state: Stream): void {
    state.asked = undefined
    this.#moving.delete(state)
  }

  /** The stream is gone. */
  drop(state: Stream): void {
    this.unask(state)
    this.#silent.delete(state)
  }

  /** Whether the one asked can take over now. Without objects to compare, its word is enough. */
  #isReady({ id, asked, upstream }: Stream, now: Millis): boolean {
    if (asked?.path === undefined) return false
    if (upstream === undefined) return true
    return !asked.isBackup && (asked.objectAt !== undefined || !this.#lookups.isFlowing(id, now))
  }

  /** The time of the one asked is over: it takes over, or is given up. */
  #conclude(state: Stream, asked: Asked, now: Millis): RelayEvent[] {
    const { publisher } = state.name
    const { upstream } = state
    const feeds = asked.objectAt !== undefined && asked.path !== undefined
    if (asked.isBackup && feeds && upstream !== undefined) {
      return [...this.#adopt(state, now), { type: 'fault', publisher, peer: upstream }]
    }
    if (this.#isReady(state, now)) return this.#adopt(state, now)
    const events = this.#giveUp(state, asked)
    // It claims the way, and either does not answer, or said that it has the stream and sends nothing of what comes by
    // the old parent.
    return asked.isBackup ? events : [...events, { type: 'fault', publisher, peer: asked.peer }]
  }

  #giveUp(state: Stream, asked: Asked): RelayEvent[] {
    this.unask(state)
    return [this.unsub(asked.peer, state.id), ...lostUnlessFed(state)]
  }

  #ask(state: Stream, peer: PeerId, isBackup: boolean, now: Millis): RelayEvent {
    const insists = state.upstream === undefined
    const attempt = this.#attempt
    const asked: Asked = {
      peer,
      at: now,
      attempt,
      isBackup,
      path: undefined,
      confirmedAt: now,
      objectAt: undefined
    }
    state.asked = asked
    this.#moving.add(state)
    this.#timers.setBy('moves', deadlineOf(asked, this.#config))
    // What came before the first SUB_OK may be a leftover of an earlier subscription: it is no place to go on from.
    const startSeq = state.startSeq ?? this.#lookups.resumeSeq(state.id)
    const options = {
      ...(startSeq !== undefined && { startSeq }),
      ...(insists && { insist: true }),
      ...(attempt > 0 && { attempt })
    }
    const sub: Sub = { type: 'sub', ...state.name, ...options }
    return { type: 'send', peer, message: sub }
  }

  /** The one asked is the parent from now on. */
  #adopt(state: Stream, now: Millis): RelayEvent[] {
    const { peer, path = [], attempt } = state.asked as Asked
    const before = state.upstream
    this.unask(state)
    state.upstream = peer
    state.attempt = attempt
    state.establishedAt = now
    state.startSeq = undefined
    const left = before === undefined ? [] : [this.unsub(before, state.id)]
    return [...left, ...this.#setPath(state, peer, path)]
  }

  #setPath(state: Stream, upstream: PeerId, path: readonly PathTag[]): RelayEvent[] {
    state.path = path
    const event = established(state, upstream)
    // Also while another parent is looked for: a way that is out of date hides a circle.
    const told = this.isEstablished(state) ? confirmAll(state, this.#tag) : tellWay(state, this.#tag)
    return [event, ...told]
  }
}

/** Until when the one asked has its chance. */
function deadlineOf({ at, isBackup, path, confirmedAt, objectAt }: Asked, config: Config): Millis {
  if (isBackup) return objectAt === undefined ? at + config.backupTimeoutMs : objectAt + config.backupGraceMs
  return path === undefined ? at + config.answerTimeoutMs : confirmedAt + config.firstObjectMs
}
