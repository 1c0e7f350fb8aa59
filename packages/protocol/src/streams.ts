/** What a node keeps per stream, found by its id and by its publisher, within the limits (RFC 1, section "Subscriptions"). */
import type { Config } from './config.ts'
import type { Millis, PathTag, PeerId, StreamId, StreamName } from './ids.ts'

export interface Child {
  /** It has had SUB_OK. */
  confirmed: boolean
  /** It may not take the stream any more: forgotten then, unless it asks again before. */
  until: Millis | undefined
  /** When it was last asked to find another parent. */
  askedToMoveAt: Millis
  /** Of its last SUB, for the answer. */
  attempt: number
}

/** A neighbour that was sent SUB, and is not the parent (yet). */
export interface Asked {
  readonly peer: PeerId
  readonly at: Millis
  readonly attempt: number
  /** The parent fell silent, and this one may take its place. Otherwise it is whom the route says. */
  isBackup: boolean
  /** Its way from the publisher, once it has said SUB_OK; undefined also while that way leads through this node. */
  path: readonly PathTag[] | undefined
  confirmedAt: Millis
  /** When its first object came. */
  objectAt: Millis | undefined
}

/** What a child of a stream takes of the uplink, in bits per second on the wire. */
export interface Rate {
  meanBps: number
  /** Of a key frame and what belongs around it. */
  peakBps: number
}

export interface Stream {
  readonly id: StreamId
  readonly name: StreamName
  /** This node publishes it. */
  readonly isOwn: boolean
  readonly children: Map<PeerId, Child>
  /** Neighbours that will ask for it, and until when that is believed; and whether they are sent nothing yet: see `expected.ts`. */
  readonly expected: Map<PeerId, Millis>
  isHeldBack: boolean
  /**
   * Who is sent what comes, made anew when that changes: what the hot path reads. Servers come first, as each feeds many: what
   * is large reaches the last in line late, and they are the last to be let go.
   */
  childList: readonly PeerId[]
  subscribers: number
  /** The parent: established, and feeding. */
  upstream: PeerId | undefined
  /** Of the SUB that the parent has answered. */
  attempt: number
  /** Since when; undefined before the first. */
  establishedAt: Millis | undefined
  /** From the publisher to the parent, both included. */
  path: readonly PathTag[]
  asked: Asked | undefined
  /** The first object that somebody here wants, while none has come. */
  startSeq: number | undefined
  /** As measured last here; before that, as the parent has told. */
  rate: Rate | undefined
}

/** What others are shown of it. */
export interface StreamView {
  stream: StreamId
  publisher: PeerId
  upstream: PeerId | undefined
  /** Links from the publisher. */
  hops: number
  children: readonly PeerId[]
  /** Neighbours that have not asked yet, but will. */
  expected: number
  subscribers: number
}

export function view(stream: Stream): StreamView {
  const { id, name, upstream, path, expected, subscribers } = stream
  const children = askers(stream)
  const { publisher } = name
  return {
    stream: id,
    publisher,
    upstream,
    hops: path.length,
    children,
    expected: expected.size,
    subscribers
  }
}

/** Those of `childList` that have asked. */
export function askers({ children, childList, expected }: Stream): readonly PeerId[] {
  return expected.size === 0 ? childList : childList.filter(peer => children.has(peer))
}

/** How many may have to be sent it. */
export function takersOf({ children, expected }: Stream): number {
  return children.size + expected.size
}

/** Whether the stream comes from `peer`, or may: it is the parent, or the one asked. */
export function isSource({ upstream, asked }: Stream, peer: PeerId): boolean {
  return upstream === peer || asked?.peer === peer
}

/** Whether it answers the SUB that `peer` was sent last, and not one that was taken back since: a source of the stream. */
export function isAnswer({ upstream, attempt, asked }: Stream, peer: PeerId, answered: number): boolean {
  return (upstream === peer && attempt === answered) || (asked?.peer === peer && asked.attempt === answered)
}

export class Streams {
  readonly #config: Config
  readonly #isServer: (peer: PeerId) => boolean
  readonly #byId = new Map<StreamId, Stream>()
  /** The same: a route that changes concerns the streams of one publisher only. */
  readonly #byPublisher = new Map<PeerId, Set<Stream>>()
  /** Streams per neighbour that is a child, for the quota. */
  readonly #perChild = new Map<PeerId, number>()

  constructor(config: Config, isServer: (peer: PeerId) => boolean) {
    this.#config = config
    this.#isServer = isServer
  }

  get size(): number {
    return this.#byId.size
  }

  get(id: StreamId): Stream | undefined {
    return this.#byId.get(id)
  }

  all(): Iterable<Stream> {
    return this.#byId.values()
  }

  of(publisher: PeerId): Stream[] {
    return [...(this.#byPublisher.get(publisher) ?? [])]
  }

  /** Undefined at the limit, which a node's own streams do not know. */
  add(id: StreamId, name: StreamName, isOwn: boolean): Stream | undefined {
    if (!isOwn && this.#byId.size >= this.#config.streamsMax) return undefined
    const stream: Stream = {
      id,
      name,
      isOwn,
      children: new Map(),
      expected: new Map(),
      isHeldBack: false,
      childList: [],
      subscribers: 0,
      upstream: undefined,
      attempt: 0,
      establishedAt: undefined,
      path: [],
      asked: undefined,
      startSeq: undefined,
      rate: undefined
    }
    this.#byId.set(id, stream)
    const others = this.#byPublisher.get(name.publisher) ?? new Set()
    this.#byPublisher.set(name.publisher, others.add(stream))
    return stream
  }

  delete(stream: Stream): void {
    for (const peer of [...stream.children.keys(), ...stream.expected.keys()]) this.remove(stream, peer)
    this.#byId.delete(stream.id)
    const { publisher } = stream.name
    const others = this.#byPublisher.get(publisher)
    others?.delete(stream)
    if (others?.size === 0) this.#byPublisher.delete(publisher)
  }

  /** Whether one child more, `peer`, is too many: for the stream, or of this neighbour's. */
  isFull(peer: PeerId, stream: Stream | undefined): boolean {
    const { childrenPerStreamMax, subscriptionsPerNeighbourMax } = this.#config
    const ofPeer = this.#perChild.get(peer) ?? 0
    const ofStream = stream === undefined ? 0 : takersOf(stream)
    return ofPeer >= subscriptionsPerNeighbourMax || ofStream >= childrenPerStreamMax
  }

  /** The neighbour as a child of the stream, made one if it is none yet. */
  child(stream: Stream, peer: PeerId): Child {
    const known = stream.children.get(peer)
    if (known !== undefined) return known
    const askedToMoveAt = Number.NEGATIVE_INFINITY
    const child: Child = { confirmed: false, until: undefined, askedToMoveAt, attempt: 0 }
    stream.children.set(peer, child)
    if (!stream.expected.delete(peer)) this.#count(peer, 1)
    this.list(stream)
    return child
  }

  /** The neighbour, which is no child, will ask for the stream before `until`. */
  expect(stream: Stream, peer: PeerId, until: Millis): void {
    stream.expected.set(peer, until)
    this.#count(peer, 1)
    this.list(stream)
  }

  /** It takes the stream no more, and will not; false when it did not. */
  remove(stream: Stream, peer: PeerId): boolean {
    if (!stream.children.delete(peer) && !stream.expected.delete(peer)) return false
    stream.childList = stream.childList.filter(child => child !== peer)
    this.#count(peer, -1)
    return true
  }

  /** Makes `childList` anew. */
  list(stream: Stream): void {
    const { children, expected, isHeldBack } = stream
    const [servers, others]: [PeerId[], PeerId[]] = [[], []]
    for (const peer of [...children.keys(), ...(isHeldBack ? [] : expected.keys())])
      (this.#isServer(peer) ? servers : others).push(peer)
    stream.childList = [...servers, ...others]
  }

  #count(peer: PeerId, by: number): void {
    const count = (this.#perChild.get(peer) ?? 0) + by
    if (count > 0) this.#perChild.set(peer, count)
    else this.#perChild.delete(peer)
  }
}
