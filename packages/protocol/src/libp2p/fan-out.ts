/**
 * Hands objects to the neighbours that they go to. Hot path: an object goes to each of hundreds of children.
 *
 * What came in one turn of the event loop leaves together at its end. When all of it is of one stream, which is nearly
 * always so, its bytes are the same for all children, so they are put together once. A child for which nothing waits is
 * handed those bytes as they are; any other has its own queue, which decides what leaves when, and what is dropped.
 */
import type { Millis, PeerId, StreamId } from '../ids.ts'
import { framePieces } from '../wire/framing.ts'
import type { ObjectFrame } from '../wire/messages.ts'
import type { Link } from './link.ts'
import { sendBytesMax } from './outbox.ts'
import { SharedList } from './yamux/shared-list.ts'

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

export class FanOut {
  readonly #links: Links
  /** By the array that `forward` is called with: nearly always the same as before, and looking each up takes as long as sending. */
  readonly #found = new WeakMap<readonly PeerId[], { version: number; links: readonly Link[] }>()
  #batches: Batch[] = []
  #bytes = 0
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
   * @param peers the same array for the objects of a stream, for as long as they go to the same neighbours
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

  /** Sends what waits, as far as the transports take it. */
  flush(): void {
    const batches = this.#takeBatches()
    const [first] = batches
    if (batches.length === 1 && this.#queued.size === 0 && first?.isFresh) this.#pass(first)
    else this.#queueAll(batches)
    const queued = [...this.#queued]
    this.#queued.clear()
    for (const link of queued) link.flushObjects()
  }

  /** A send may break a link, and lead to the next `forward`: what that adds is not of this turn. */
  #takeBatches(): Batch[] {
    const batches = this.#batches
    this.#batches = []
    this.#bytes = 0
    return batches
  }

  #queueAll(batches: readonly Batch[]): void {
    for (const { peers, waiting } of batches)
      for (const link of this.#linksTo(peers)) this.#queue(link, waiting)
  }

  #pass({ stream, peers, waiting }: Batch): void {
    const frames = new SharedList(...framePieces(waiting.map(({ object }) => object.bytes)))
    for (const link of this.#linksTo(peers)) {
      if (!link.passObjects(stream, frames)) this.#queue(link, waiting)
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
