/**
 * The neighbours: who is there, how far away, and whether still (RFC 1, section "Links").
 *
 * A neighbour is up once its HELLO came. Beats measure the round trip; the cost of the link is derived from it and
 * told onward only when it moves beyond the noise.
 */
import type { Config } from './config.ts'
import type { Micros, Millis, PeerId } from './ids.ts'
import { LinkCost, type RoundTrip } from './link-cost.ts'
import type { Timers } from './timers.ts'
import type { Beat, CloseCode, Hello, Message } from './wire/messages.ts'

/** When the last object went to a neighbour is known so exactly: it is compared with `beatIntervalMs / 2`. */
const noteIntervalMs = 10

export type LinkEvent =
  | { type: 'send'; peer: PeerId; message: Message }
  | { type: 'up'; peer: PeerId; server: boolean }
  | { type: 'down'; peer: PeerId; reason: string }
  | { type: 'cost'; peer: PeerId }
  /** It has fallen silent; or it was heard again. */
  | { type: 'suspect'; peer: PeerId; suspected: boolean }
  /** To be disconnected; CLOSE was sent before, unless it said CLOSE itself: then there is no code. */
  | { type: 'close'; peer: PeerId; code: CloseCode | undefined; reason: string }

export interface Neighbour {
  readonly peer: PeerId
  /** Undefined until HELLO. */
  agent: string | undefined
  /** Undefined until the first echo. */
  rtt: RoundTrip | undefined
  costUs: Micros
}

interface NeighbourState {
  readonly peer: PeerId
  agent: string | undefined
  server: boolean
  readonly cost: LinkCost
  connectedAt: Millis
  heardAt: Millis
  suspected: boolean
  /** When the last beat went to it, and whether that said that this node is full. */
  beatAt: Millis
  saidFull: boolean
  /** When the last object went to it, and when the last came from it. */
  objectSentAt: Millis
  objectHeardAt: Millis
  /** The last beat that came, to be echoed. */
  beat: { timeUs: Micros; at: Millis } | undefined
}

export class Links {
  readonly #config: Config
  readonly #timers: Timers
  readonly #neighbours = new Map<PeerId, NeighbourState>()
  /** To whom an object was sent last. */
  #noted: { peers: readonly PeerId[]; at: Millis } = { peers: [], at: 0 }
  #beatDueAt: Millis = 0

  constructor(config: Config, timers: Timers) {
    this.#config = config
    this.#timers = timers
  }

  isUp(peer: PeerId): boolean {
    return this.#neighbours.get(peer)?.agent !== undefined
  }

  isServer(peer: PeerId): boolean {
    return this.#neighbours.get(peer)?.server === true
  }

  costUs(peer: PeerId): Micros | undefined {
    return this.#neighbours.get(peer)?.cost.costUs
  }

  /** Smoothed; undefined until it is measured. */
  rttMs(peer: PeerId): Millis | undefined {
    return this.#neighbours.get(peer)?.cost.roundTrip?.smoothedMs
  }

  *neighbours(): Iterable<Readonly<Neighbour>> {
    for (const { peer, agent, cost } of this.#neighbours.values())
      yield { peer, agent, rtt: cost.roundTrip, costUs: cost.costUs }
  }

  has(peer: PeerId): boolean {
    return this.#neighbours.has(peer)
  }

  /** Whether it is the only neighbour. */
  isOnly(peer: PeerId): boolean {
    return this.#neighbours.size === 1 && this.has(peer)
  }

  /** Whether beats say that there is no uplink to spare. */
  isFull = false

  handleConnected(peer: PeerId, now: Millis): LinkEvent[] {
    if (this.#neighbours.has(peer)) return []
    const neighbour: NeighbourState = {
      peer,
      agent: undefined,
      cost: new LinkCost(this.#config, now),
      connectedAt: now,
      heardAt: now,
      server: false,
      suspected: false,
      beatAt: now,
      saidFull: this.isFull,
      objectSentAt: Number.NEGATIVE_INFINITY,
      objectHeardAt: Number.NEGATIVE_INFINITY,
      beat: undefined
    }
    this.#neighbours.set(peer, neighbour)
    if (this.#neighbours.size === 1) this.#setTimer(now)
    return [this.#hello(peer), { type: 'send', peer, message: this.#beat(neighbour, now) }]
  }

  /** What a connection is told that does not become a neighbour: HELLO, then PEERS if there is one, and CLOSE. */
  refuse(peer: PeerId, told: readonly LinkEvent[], reason: string): LinkEvent[] {
    return [this.#hello(peer), ...told, ...farewell(peer, 'surplus', reason)]
  }

  handleDisconnected(peer: PeerId): LinkEvent[] {
    return this.#drop(peer, 'disconnected')
  }

  /** Anything that came from the neighbour shows that it lives. */
  handleAny(peer: PeerId, now: Millis): LinkEvent[] {
    const neighbour = this.#neighbours.get(peer)
    return neighbour === undefined ? nothing : heard(neighbour, now)
  }

  handleObject(peer: PeerId, now: Millis): LinkEvent[] {
    const neighbour = this.#neighbours.get(peer)
    if (neighbour === undefined) return nothing
    neighbour.objectHeardAt = now
    return heard(neighbour, now)
  }

  /** An object goes to these. */
  noteObject(peers: readonly PeerId[], now: Millis): void {
    // They come in runs, to the same neighbours.
    if (peers === this.#noted.peers && now - this.#noted.at < noteIntervalMs) return
    this.#noted = { peers, at: now }
    for (const peer of peers) {
      const neighbour = this.#neighbours.get(peer)
      if (neighbour !== undefined) neighbour.objectSentAt = now
    }
  }

  handleHello(peer: PeerId, hello: Hello): LinkEvent[] {
    const neighbour = this.#neighbours.get(peer)
    if (neighbour === undefined) return []
    if (neighbour.agent !== undefined) return this.close(peer, 'unexpected', 'a second HELLO')
    if (hello.version !== this.#config.protocolVersion) {
      return this.close(
        peer,
        'version',
        `it speaks version ${hello.version}, this node ${this.#config.protocolVersion}`
      )
    }
    neighbour.agent = hello.agent
    neighbour.server = hello.server
    return [{ type: 'up', peer, server: hello.server }]
  }

  handleBeat(peer: PeerId, beat: Beat, now: Millis): LinkEvent[] {
    const neighbour = this.#neighbours.get(peer)
    if (neighbour === undefined) return []
    const isFirst = neighbour.beat === undefined
    neighbour.beat = { timeUs: beat.timeUs, at: now }
    const events: LinkEvent[] = []
    if (beat.echo !== undefined && this.#measure(neighbour, beat.echo, now))
      events.push({ type: 'cost', peer })
    // The first is answered at once, so that the link is measured one round trip after it came up; and one that is out of
    // line, so that the other end takes a sample as well, and this one another.
    if (isFirst || neighbour.cost.isInDoubt)
      events.push({ type: 'send', peer, message: this.#beat(neighbour, now) })
    return events
  }

  /** The timer `beat`: a beat to all that need one, and a look at who has fallen silent. */
  handleTimeout(now: Millis): LinkEvent[] {
    const { neighbourTimeoutMs, beatIntervalMs } = this.#config
    // If this node itself slept, what the neighbours said meanwhile is still to be read.
    const sleptMs = Math.max(0, now - this.#beatDueAt)
    const events: LinkEvent[] = []
    for (const neighbour of this.#neighbours.values()) {
      const { peer } = neighbour
      if (sleptMs >= beatIntervalMs) neighbour.heardAt = Math.min(now, neighbour.heardAt + sleptMs)
      const silentMs = now - neighbour.heardAt
      if (silentMs >= neighbourTimeoutMs) {
        events.push(...this.close(peer, 'timeout', `silent for ${neighbourTimeoutMs} ms`))
        continue
      }
      if (!neighbour.suspected && silentMs >= this.#patienceMs(neighbour, now))
        events.push(...suspect(neighbour, true))
      if (this.#needsBeat(neighbour, now))
        events.push({ type: 'send', peer, message: this.#beat(neighbour, now) })
    }
    if (this.#neighbours.size > 0) this.#setTimer(now)
    return events
  }

  /** The neighbour closes the connection, and says why. */
  handleClose(peer: PeerId, code: CloseCode | undefined): LinkEvent[] {
    if (!this.#neighbours.has(peer)) return []
    const reason = `closed by it: ${code ?? 'a reason that this version does not know'}`
    return [{ type: 'close', peer, code: undefined, reason }, ...this.#drop(peer, reason)]
  }

  /** Forgets the neighbour and has its connection closed, with CLOSE as the last message. */
  close(peer: PeerId, code: CloseCode, reason: string): LinkEvent[] {
    if (!this.#neighbours.has(peer)) return []
    return [...farewell(peer, code, reason), ...this.#drop(peer, `${code}: ${reason}`)]
  }

  #hello(peer: PeerId): LinkEvent {
    const { protocolVersion, agent, server } = this.#config
    const message: Hello = { type: 'hello', version: protocolVersion, agent, server }
    return { type: 'send', peer, message }
  }

  /**
   * Objects show that their sender lives, and that their receiver is needed: where they flow, beats only measure. A beat
   * is left out only if an object has just passed, so that the sender of objects is never silent for longer than one of
   * beats alone.
   */
  #needsBeat({ objectSentAt, objectHeardAt, beatAt, saidFull, cost }: NeighbourState, now: Millis): boolean {
    const { beatIntervalMs, flowBeatIntervalMs } = this.#config
    const sinceObjectMs = now - Math.max(objectSentAt, objectHeardAt)
    if (sinceObjectMs > beatIntervalMs / 2 || saidFull !== this.isFull || !cost.isAtRest) return true
    return now - beatAt > flowBeatIntervalMs - beatIntervalMs / 2
  }

  /**
   * How long it may be silent. One that receives objects from here beats less often; and goes on so until it has seen
   * that they have stopped, which is a round trip, and more, after the last.
   */
  #patienceMs({ objectSentAt }: NeighbourState, now: Millis): Millis {
    const { suspectAfterMs, beatIntervalMs, flowBeatIntervalMs } = this.#config
    const mayBeFed = now - objectSentAt < 2 * flowBeatIntervalMs
    return mayBeFed ? (suspectAfterMs * flowBeatIntervalMs) / beatIntervalMs : suspectAfterMs
  }

  #setTimer(now: Millis): void {
    this.#beatDueAt = now + this.#config.beatIntervalMs
    this.#timers.set('beat', this.#beatDueAt)
  }

  #drop(peer: PeerId, reason: string): LinkEvent[] {
    const neighbour = this.#neighbours.get(peer)
    if (neighbour === undefined) return []
    this.#neighbours.delete(peer)
    return neighbour.agent === undefined ? [] : [{ type: 'down', peer, reason }]
  }

  #beat(neighbour: NeighbourState, now: Millis): Beat {
    const timeUs = toMicros(now)
    const { beat } = neighbour
    neighbour.beatAt = now
    neighbour.saidFull = this.isFull
    const full = this.isFull ? { full: true } : {}
    if (beat === undefined) return { type: 'beat', timeUs, ...full }
    const echo = { timeUs: beat.timeUs, delayUs: timeUs - toMicros(beat.at) }
    return { type: 'beat', timeUs, echo, ...full }
  }

  /** Takes a round-trip sample; returns whether the cost has changed. */
  #measure(neighbour: NeighbourState, echo: { timeUs: Micros; delayUs: Micros }, now: Millis): boolean {
    const sampleMs = (toMicros(now) - echo.timeUs - echo.delayUs) / 1_000
    // An echo of what was not sent on this connection says nothing.
    if (sampleMs < 0 || echo.timeUs < toMicros(neighbour.connectedAt)) return false
    return neighbour.cost.handleSample(sampleMs, now)
  }
}

const nothing: LinkEvent[] = []

function farewell(peer: PeerId, code: CloseCode, reason: string): LinkEvent[] {
  return [
    { type: 'send', peer, message: { type: 'close', code } },
    { type: 'close', peer, code, reason }
  ]
}

/** It lives. */
function heard(neighbour: NeighbourState, now: Millis): LinkEvent[] {
  neighbour.heardAt = now
  return neighbour.suspected ? suspect(neighbour, false) : nothing
}

function suspect(neighbour: NeighbourState, suspected: boolean): LinkEvent[] {
  neighbour.suspected = suspected
  // Before HELLO nobody relies on it.
  return neighbour.agent === undefined ? nothing : [{ type: 'suspect', peer: neighbour.peer, suspected }]
}

function toMicros(ms: Millis): Micros {
  return Math.round(ms * 1_000)
}
