/**
 * What waits at a node for one of its neighbours: the core's queue of objects, and below it a transport that takes some at a
 * time, and more once those have left by the uplink, which all neighbours share.
 */
import type { Config, DropCounts, Millis, ObjectQueue } from '@hopcast/protocol'
import type { ObjectFrame } from '../../packages/protocol/src/wire/messages.ts'

/** What a transport takes at a time: `sendMax` (RFC 1, section "Queues"). */
const sendBytesMax = 65_536

/** What waits for one neighbour, as `ObjectQueue` keeps it. What it drops is added to `dropped`. */
export type CreateQueue = (config: Config, dropped: DropCounts) => Pick<ObjectQueue, 'push' | 'take' | 'size'>

/** Below the outbox. */
interface Transport {
  send(object: ObjectFrame): void
  /** When all that the node has sent so far will have left. */
  idleAt(): Millis
  /** Calls `action` at that time. */
  plan(at: Millis, action: () => void): void
  onDropped(count: number): void
}

export class Outbox {
  readonly #queue: ReturnType<CreateQueue>
  readonly #transport: Transport
  readonly #dropped: DropCounts = { overflow: 0, expired: 0, waitsForKey: 0 }
  #droppedBefore = 0
  /** What the transport took last has left by then. */
  #freeAt: Millis = 0
  #isPlanned = false

  constructor(config: Config, createQueue: CreateQueue, transport: Transport) {
    this.#queue = createQueue(config, this.#dropped)
    this.#transport = transport
  }

  /** @param expiresAt as `Deadlines` says; all times are the simulation's, as no clock drifts apart while an object waits */
  push(object: ObjectFrame, expiresAt: Millis, now: Millis): void {
    this.#queue.push(object, expiresAt, now)
    this.#flush(now)
  }

  #flush(now: Millis): void {
    while (this.#queue.size > 0 && now >= this.#freeAt) {
      for (const object of this.#queue.take(sendBytesMax, now)) this.#transport.send(object)
      this.#freeAt = this.#transport.idleAt()
    }
    this.#countDropped()
    if (this.#queue.size === 0 || this.#isPlanned) return
    this.#isPlanned = true
    const at = this.#freeAt
    this.#transport.plan(at, () => {
      this.#isPlanned = false
      this.#flush(at)
    })
  }

  #countDropped(): void {
    const { overflow, expired, waitsForKey } = this.#dropped
    const dropped = overflow + expired + waitsForKey
    if (dropped > this.#droppedBefore) this.#transport.onDropped(dropped - this.#droppedBefore)
    this.#droppedBefore = dropped
  }
}
