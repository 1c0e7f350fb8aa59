/**
 * That objects are what their publisher has sent, whoever passed them on: lists of those that are written here, checks of
 * those that are taken here (RFC 4, section "Objects").
 */
import type { PrivateKey } from '@libp2p/interface'
import type { Output } from '../contract.ts'
import type { ChannelId, PeerId, StreamId } from '../ids.ts'
import type { SubscriptionEvent } from '../subscriptions.ts'
import type { ObjectFrame } from '../wire/messages.ts'
import { type CheckCounts, type Fault, ListChecker } from './list-checker.ts'
import { signObjectList } from './list-signing.ts'
import { ListWriter, listIntervalMs } from './list-writer.ts'

/** A run that a subscription takes, and its streams as far as something has come of them. */
interface Run {
  epoch: number
  checkers: Map<StreamId, ListChecker>
}

/** `peer` gives what `publisher` has not signed. */
export interface FaultOrigin {
  fault: Fault
  channel: ChannelId
  publisher: PeerId
  stream: StreamId
  peer: PeerId
}

export class Integrity {
  readonly #self: PeerId
  readonly #key: PrivateKey
  readonly #onFault: (of: FaultOrigin) => void
  readonly #writers = new Map<StreamId, ListWriter>()
  /** By publisher, and only those with lists. */
  readonly #runs = new Map<ChannelId, Map<PeerId, Run>>()
  #ticking: ReturnType<typeof setInterval> | undefined
  #started = false
  /** Since the start. */
  readonly counts: CheckCounts = { objectsVerified: 0, objectsAltered: 0, objectsUnverified: 0 }

  constructor(self: PeerId, key: PrivateKey, onFault: (of: FaultOrigin) => void) {
    this.#self = self
    this.#key = key
    this.#onFault = onFault
  }

  start(): void {
    this.#started = true
    this.#setTimer()
  }

  stop(): void {
    this.#started = false
    this.#setTimer()
  }

  // What is published here

  /** @param write sends a list of the stream */
  open(stream: StreamId, write: (payload: Uint8Array) => void): void {
    this.#writers.set(
      stream,
      new ListWriter(stream, { sign: (of, list) => signObjectList(this.#key, of, list), write })
    )
    this.#setTimer()
  }

  written(object: ObjectFrame): void {
    this.#writers.get(object.header.stream)?.add(object, performance.now())
  }

  /** Resolves when the streams' last lists were written. Nothing may be written to them any more. */
  async finish(streams: Iterable<StreamId>): Promise<void> {
    const finished: (Promise<void> | undefined)[] = []
    for (const stream of streams) {
      finished.push(this.#writers.get(stream)?.finish(performance.now()))
    }
    await Promise.all(finished)
  }

  /** There are no such streams any more. */
  close(streams: Iterable<StreamId>): void {
    for (const stream of streams) {
      this.#writers.get(stream)?.close()
      this.#writers.delete(stream)
    }
    this.#setTimer()
  }

  #setTimer(): void {
    const isWanted = this.#started && this.#writers.size > 0
    if (isWanted === (this.#ticking !== undefined)) return
    clearInterval(this.#ticking)
    this.#ticking = isWanted ? setInterval(() => this.#tick(), listIntervalMs) : undefined
  }

  #tick(): void {
    const now = performance.now()
    for (const writer of this.#writers.values()) writer.tick(now)
  }

  // What is taken here

  /** A subscription takes a run from now on, or no longer. What is this node's own, or not signed, is not checked. */
  told({ channel, publisher, epoch, event }: SubscriptionEvent): void {
    const runs = this.#runs.get(channel) ?? new Map<PeerId, Run>()
    if (event.type === 'started') {
      if (event.announcement.objectsSigned !== true || publisher === this.#self) return
      this.#runs.set(channel, runs.set(publisher, { epoch, checkers: new Map() }))
    } else if (event.type !== 'route') runs.delete(publisher)
  }

  unsubscribed(channel: ChannelId): void {
    this.#runs.delete(channel)
  }

  /** An object or a list was delivered, which came from `from`. */
  delivered({ channel, publisher, epoch, object, from }: Extract<Output, { type: 'deliver' }>): void {
    const run = this.#runs.get(channel)?.get(publisher)
    if (run?.epoch !== epoch || from === undefined) return
    const { stream, list } = object.header
    let checker = run.checkers.get(stream)
    if (checker === undefined) {
      checker = new ListChecker(publisher, this.counts, (peer, fault) => {
        this.#onFault({ fault, channel, publisher, stream, peer })
      })
      run.checkers.set(stream, checker)
    }
    const now = performance.now()
    if (list) void checker.addList(object, from, now)
    else checker.add(object, from, now)
  }
}
