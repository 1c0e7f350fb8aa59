/**
 * Hands objects to the neighbours that they go to. Hot path: an object goes to each of hundreds of children.
 *
 * What came in one turn of the event loop leaves together at its end. What is of one stream has the same bytes for all children,
 * so they are put together once. A child that gets nothing else in this turn, and for which nothing waits, is handed those bytes
 * as they are; any other has its own queue, which decides what leaves when, and what is dropped.
 */
import type { Millis, PeerId, StreamId } from '../ids.ts'
import { framePieces } from '../wire/framing.ts'
import type { ObjectFrame } from '../wire/messages.ts'
import type { Link } from './link.ts'
import { sendBytesMax } from './outbox.ts'
import { SharedList } from './shared-list.ts'

/**
 * When all that could be read has been read, so that what comes in many pieces, or from many neighbours, leaves in few. Where a turn
 * has no such end, as in browsers: after what came as one.
 */
const atEndOfTurn: (action: () => void) => unknown =
  (globalThis as { setImmediate?: (action: () => void) => unknown }).setImmediate ?? queueMicrotask

interface Waiting {
  readonly object: ObjectFrame
  readonly expiresAt: Millis
  readonly at: Millis
}

/** Objects of one stream, for the same neighbours. */
interface Batch {
  readonly stream: StreamId
  readonly peers: readonly PeerId[]
  readonly waiting: Waiting[]
  /** None had expired when it came. */
  isFresh: boolean
}

/** Where the links are found. */
interface Links {
  link(peer: PeerId): Link | undefined
  /** Another number whenever `link` may return another for a peer. */
  readonly version: number
}

const nobody: ReadonlySet<Link> = new Set()

export class FanOut {
  readonly #links: Links
  /** By the array that `forward` is called with: nearly always the same as before, and looking each up takes as long as sending. */
  readonly #found = new WeakMap<readonly PeerId[], { version: number; links: readonly Link[] }>()
  #batches: Batch[] = []
  #bytes = 0
  #isFlushing = false
  /** Links whose queues have something to send at the end of this turn. */
  readonly #queued = new Set<Link>()
  #isPlanned = false

  /** One for all turns: it is called for every object. */
  readonly #atEnd = () => {
    this.#isPlanned = false
    this.flush()
  }

  constructor(links: Links) {
    this.#links = links
  }

  /**
   * Sends the object to each of `peers` at the end of this turn, or before, when as much waits as a transport takes at once.
   *
   * @param peers the same array for the objects of a stream, for as long as they go to the same neighbours; it must not change
   * @param expiresAt when it becomes worthless, in the time of `performance.now()`, as `now`
   */
  forward(peers: readonly PeerId[], object: ObjectFrame, expiresAt: Millis, now: Millis): void {
    if (this.#bytes > 0 && this.#bytes + object.bytes.length > sendBytesMax) this.flush()
    this.#bytes += object.bytes.length
    const waiting: Waiting = { object, expiresAt, at: now }
    const isFresh = now <= expiresAt
    const { stream } = object.header
    const last = this.#batches.at(-1)
    if (last?.peers === peers && last.stream === stream) {
      last.waiting.push(waiting)
      last.isFresh &&= isFresh
    } else this.#batches.push({ stream, peers, waiting: [waiting], isFresh })
    if (this.#isPlanned) return
    this.#isPlanned = true
    atEndOfTurn(this.#atEnd)
  }

  /** Sends what waits, as far as the transports take it. Within another `flush` nothing: what came meanwhile leaves after it. */
  flush(): void {
    // A send may break a link, and lead to the next `forward`: what that adds must not overtake what is being sent.
    if (this.#isFlushing) return
    this.#isFlushing = true
    try {
      this.#send(this.#takeBatches())
    } finally {
      this.#isFlushing = false
    }
  }

  #send(batches: readonly Batch[]): void {
    const busy = batches.length > 1 ? this.#inSeveral(batches) : nobody
    for (const batch of batches) this.#pass(batch, busy)
    const queued = [...this.#queued]
    this.#queued.clear()
    for (const link of queued) link.flushObjects()
  }

  #takeBatches(): Batch[] {
    const batches = this.#batches
    this.#batches = []
    this.#bytes = 0
    return batches
  }

  /** The links that several batches go to: their queues put those in order, and they leave as one. */
  #inSeveral(batches: readonly Batch[]): ReadonlySet<Link> {
    const inOne = new Set<Link>()
    const inSeveral = new Set<Link>()
    for (const { peers } of batches) {
      for (const link of this.#linksTo(peers)) (inOne.has(link) ? inSeveral : inOne).add(link)
    }
    return inSeveral
  }

  /** @param busy links that take it by their queues */
  #pass({ stream, peers, waiting, isFresh }: Batch, busy: ReadonlySet<Link>): void {
    let frames: SharedList | undefined
    for (const link of this.#linksTo(peers)) {
      if (isFresh && !busy.has(link)) {
        frames ??= new SharedList(...framePieces(waiting.map(({ object }) => object.bytes)))
        if (link.passObjects(stream, frames)) continue
      }
      this.#queue(link, waiting)
    }
  }

  #linksTo(peers: readonly PeerId[]): readonly Link[] {
    const { version } = this.#links
    const found = this.#found.get(peers)
    if (found?.version === version) return found.links
    const links = peers.map(peer => this.#links.link(peer)).filter(link => link !== undefined)
    this.#found.set(peers, { version, links })
    return links
  }

  #queue(link: Link, waiting: readonly Waiting[]): void {
    for (const { object, expiresAt, at } of waiting) link.queueObject(object, expiresAt, at)
    this.#queued.add(link)
  }
}
