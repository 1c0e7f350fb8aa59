/**
 * Hands objects to the neighbours that they go to. Hot path: an object goes to each of hundreds of children.
 *
 * What came in one turn of the event loop leaves together at its end; of a node that is busy, a little later, with more.
 * What is of one stream has the same bytes for all children, so they are put together once. A child for which nothing waits is
 * handed those bytes as they are, of however many streams, where none is more important than another; any other has its own queue,
 * which decides what leaves when, and what is dropped.
 */
import { Uint8ArrayList } from 'uint8arraylist'
import type { Millis, PeerId, StreamId } from '../ids.ts'
import { framePieces } from '../wire/framing.ts'
import type { ObjectFrame } from '../wire/messages.ts'
import type { Link } from './link.ts'
import { LoopLoad } from './loop-load.ts'
import { sendBytesMax } from './outbox.ts'
import { SharedList } from './shared-list.ts'

/**
 * When all that could be read has been read, so that what comes in many pieces, or from many neighbours, leaves in few. Where a turn
 * has no such end, as in browsers: after what came as one.
 */
const atEndOfTurn: (action: () => void) => unknown =
  (globalThis as { setImmediate?: (action: () => void) => unknown }).setImmediate ?? queueMicrotask

/**
 * How long a node that is busy waits for more to send: a write costs far more than what is in it, and each saved is
 * there for others. A timer of a busy loop is late by up to a turn: it is 0.3 to 2 ms where a turn takes 0.8.
 */
const companyMs = 1

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
  /** Of all of them; NaN if they differ. */
  priority: number
  /** None had expired when it came. */
  isFresh: boolean
  /** Made for the first link that is handed them. */
  frames: SharedList | undefined
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
  #isFlushing = false
  #isPlanned = false
  readonly #load: LoopLoad

  /** One for all turns: it is called for every object. */
  readonly #atEnd = () => {
    this.#isPlanned = false
    this.flush()
  }

  constructor(links: Links, load = new LoopLoad()) {
    this.#links = links
    this.#load = load
  }

  /**
   * Sends the object to each of `peers` at the end of this turn, or `companyMs` later, but when as much waits as a transport takes at
   * once, before.
   *
   * @param peers the same array for the objects of a stream, for as long as they go to the same neighbours; it must not change
   * @param expiresAt when it becomes worthless, in the time of `performance.now()`, as `now`
   */
  forward(peers: readonly PeerId[], object: ObjectFrame, expiresAt: Millis, now: Millis): void {
    if (this.#bytes > 0 && this.#bytes + object.bytes.length > sendBytesMax) this.flush()
    this.#bytes += object.bytes.length
    const waiting: Waiting = { object, expiresAt, at: now }
    const isFresh = now <= expiresAt
    const { stream, priority } = object.header
    const last = this.#batches.at(-1)
    if (last?.peers === peers && last.stream === stream) {
      last.waiting.push(waiting)
      if (last.priority !== priority) last.priority = Number.NaN
      last.isFresh &&= isFresh
    } else this.#batches.push({ stream, peers, waiting: [waiting], priority, isFresh, frames: undefined })
    if (this.#isPlanned) return
    this.#isPlanned = true
    if (this.#load.isHigh(now)) setTimeout(this.#atEnd, companyMs)
    else atEndOfTurn(this.#atEnd)
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
    const only = batches.length === 1 ? batches[0] : undefined
    if (only === undefined) {
      for (const [link, share] of this.#sharesOf(batches)) if (!passAll(link, share)) queue(link, share)
    } else {
      for (const link of this.#linksTo(only.peers)) if (!pass(link, only)) queue(link, batches)
    }
  }

  #takeBatches(): Batch[] {
    const batches = this.#batches
    this.#batches = []
    this.#bytes = 0
    return batches
  }

  /** What each link gets of them. */
  #sharesOf(batches: readonly Batch[]): ReadonlyMap<Link, readonly Batch[]> {
    const shares = new Map<Link, Batch[]>()
    for (const batch of batches) {
      for (const link of this.#linksTo(batch.peers)) {
        const share = shares.get(link)
        if (share === undefined) shares.set(link, [batch])
        else share.push(batch)
      }
    }
    return shares
  }

  #linksTo(peers: readonly PeerId[]): readonly Link[] {
    const { version } = this.#links
    const found = this.#found.get(peers)
    if (found?.version === version) return found.links
    const links = peers.map(peer => this.#links.link(peer)).filter(link => link !== undefined)
    this.#found.set(peers, { version, links })
    return links
  }
}

/** False if the objects have to wait, or may have to be dropped. */
function pass(link: Link, batch: Batch): boolean {
  return batch.isFresh && link.isClear(batch.stream) && link.passObjects(framesOf(batch))
}

/** False also if a queue would put objects of one stream before those of another. */
function passAll(link: Link, share: readonly Batch[]): boolean {
  const first = share[0] as Batch
  if (share.length === 1) return pass(link, first)
  const isPlain = share.every(
    ({ stream, priority, isFresh }) => isFresh && priority === first.priority && link.isClear(stream)
  )
  return isPlain && link.passObjects(new Uint8ArrayList(...share.map(framesOf)))
}

function queue(link: Link, share: readonly Batch[]): void {
  for (const { waiting } of share) {
    for (const { object, expiresAt, at } of waiting) link.queueObject(object, expiresAt, at)
  }
  link.flushObjects()
}

function framesOf(batch: Batch): SharedList {
  batch.frames ??= new SharedList(...framePieces(batch.waiting.map(({ object }) => object.bytes)))
  return batch.frames
}
