/**
 * Objects that are missing: who is asked for them, and whose fault it is (RFC 1, section "Repair").
 *
 * A stream comes from one parent over one reliable link, so an object that was passed over will not come by itself: the
 * parent has dropped it, or never had it. It is asked first, then others that may have it. A parent that withholds what
 * it does not say it lacks, or what others have, is at fault when it is more than the odd object.
 */
import type { Config } from './config.ts'
import type { Millis, PeerId, StreamId } from './ids.ts'
import { RepairBudget } from './repair-budget.ts'
import type { Timers } from './timers.ts'
import { TokenBuckets } from './token-bucket.ts'
import { nackObjectsMax } from './wire/limits.ts'
import type { Have, Message, Nack } from './wire/messages.ts'

export type RepairEvent =
  | { type: 'send'; peer: PeerId; message: Message }
  /** The parent withholds objects of the stream. */
  | { type: 'lossy'; stream: StreamId; peer: PeerId }

interface RepairLookups {
  parent: (stream: StreamId) => PeerId | undefined
  /** Others that may have the stream, the best first. */
  others: (stream: StreamId) => PeerId[]
  /** Objects of the stream taken in so far. */
  received: (stream: StreamId) => number
}

interface Missing {
  readonly since: Millis
  /** Who was asked, in order; the last may still answer. */
  readonly asked: PeerId[]
  askedAt: Millis
}

interface Loss {
  /** By seqno. */
  readonly missing: Map<number, Missing>
  /** Of the parent, since `since`: objects passed over, and how many of them others had, or it said nothing about. */
  parent: PeerId | undefined
  since: Millis
  receivedBefore: number
  lost: number
  withheld: number
}

export class Repair {
  readonly #config: Config
  readonly #timers: Timers
  readonly #lookups: RepairLookups
  readonly #losses = new Map<StreamId, Loss>()
  /** How many questions each neighbour may still ask. */
  readonly #questions: TokenBuckets
  /** What it is given in answer. */
  readonly budget: RepairBudget

  constructor(config: Config, timers: Timers, lookups: RepairLookups) {
    this.#config = config
    this.#timers = timers
    this.#lookups = lookups
    this.#questions = new TokenBuckets(config.nackRate)
    this.budget = new RepairBudget(config)
  }

  /** Nothing is missing: the hot path looks here first. */
  get isIdle(): boolean {
    return this.#losses.size === 0
  }

  /** Whether the object was asked of `peer`, which is not its parent. */
  expects(stream: StreamId, seq: number, peer: PeerId): boolean {
    const loss = this.#losses.get(stream)
    return loss?.missing.get(seq)?.asked.includes(peer) === true
  }

  /** The objects from `first` to `last` were passed over. */
  handleGap(stream: StreamId, first: number, last: number, now: Millis): void {
    const loss = this.#losses.get(stream) ?? this.#newLoss(stream, now)
    // Of a longer gap the newest are worth most.
    for (let seq = Math.max(first, last - nackObjectsMax + 1); seq <= last; seq++) {
      loss.missing.set(seq, { since: now, asked: [], askedAt: now })
      loss.lost++
    }
    for (const oldest of loss.missing.keys()) {
      if (loss.missing.size <= nackObjectsMax) break
      loss.missing.delete(oldest)
    }
    this.#timers.setBy('repair', now + this.#config.nackDelayMs)
  }

  /** An object came. */
  handleObject(stream: StreamId, seq: number, from: PeerId, now: Millis): RepairEvent[] {
    const loss = this.#losses.get(stream)
    if (loss?.missing.delete(seq) !== true || from === loss.parent) return []
    loss.withheld++
    return this.#blame(stream, loss, now)
  }

  /** Whether a NACK of the neighbour's is to be answered. */
  mayAsk(peer: PeerId, now: Millis): boolean {
    return this.#questions.take(peer, now)
  }

  /** The neighbour cannot serve a NACK: the next one is asked at once. */
  handleHave(peer: PeerId, { stream }: Have, now: Millis): RepairEvent[] {
    const loss = this.#losses.get(stream)
    if (loss === undefined) return []
    return this.#askNext(stream, loss, now, ({ asked }) => asked.at(-1) === peer)
  }

  handleDown(peer: PeerId): void {
    this.#questions.forget(peer)
    this.budget.forget(peer)
  }

  drop(stream: StreamId): void {
    this.#losses.delete(stream)
  }

  /** The timer `repair`: who has not answered has had its time, and what is too late is given up. */
  handleTimeout(now: Millis): RepairEvent[] {
    const { repairTimeoutMs, nackDelayMs, nackRetryMs } = this.#config
    const events: RepairEvent[] = []
    for (const [stream, loss] of this.#losses) {
      for (const [seq, { since }] of loss.missing) {
        if (now - since >= repairTimeoutMs) loss.missing.delete(seq)
      }
      const isDue = ({ asked, askedAt }: Missing) =>
        now - askedAt >= (asked.length === 0 ? nackDelayMs : nackRetryMs)
      for (const missing of loss.missing.values()) {
        // It neither sent it nor said that it has none.
        if (isDue(missing) && missing.asked.length === 1 && missing.asked[0] === loss.parent) loss.withheld++
      }
      events.push(...this.#blame(stream, loss, now), ...this.#askNext(stream, loss, now, isDue))
      if (loss.missing.size === 0 && now - loss.since >= repairTimeoutMs) this.#losses.delete(stream)
    }
    if (this.#losses.size > 0) this.#timers.setBy('repair', now + nackDelayMs)
    return events
  }

  #newLoss(stream: StreamId, now: Millis): Loss {
    const loss: Loss = {
      missing: new Map(),
      parent: this.#lookups.parent(stream),
      since: now,
      receivedBefore: this.#lookups.received(stream),
      lost: 0,
      withheld: 0
    }
    this.#losses.set(stream, loss)
    return loss
  }

  /** First the parent, then the others, each once for each object. */
  #askNext(stream: StreamId, loss: Loss, now: Millis, isDue: (missing: Missing) => boolean): RepairEvent[] {
    const parent = this.#lookups.parent(stream)
    const candidates = [...(parent === undefined ? [] : [parent]), ...this.#lookups.others(stream)]
    const bySource = new Map<PeerId, number[]>()
    for (const [seq, missing] of loss.missing) {
      const next = isDue(missing) ? candidates.find(peer => !missing.asked.includes(peer)) : undefined
      if (next === undefined) continue
      missing.asked.push(next)
      missing.askedAt = now
      bySource.set(next, [...(bySource.get(next) ?? []), seq])
    }
    return [...bySource].flatMap(([peer, seqs]) =>
      rangesOf(seqs).map(([first, last]) => {
        const message: Nack = { type: 'nack', stream, first, last }
        return { type: 'send', peer, message }
      })
    )
  }

  /** More than the odd object, and not the publisher's or the way's fault: others had them, or it kept silent. */
  #blame(stream: StreamId, loss: Loss, now: Millis): RepairEvent[] {
    const { lossMin, lossObjectsMin, lossWindowMs } = this.#config
    const { parent } = loss
    if (parent === undefined || parent !== this.#lookups.parent(stream)) {
      Object.assign(loss, { parent: this.#lookups.parent(stream), lost: 0, withheld: 0, since: now })
      return []
    }
    const total = this.#lookups.received(stream) - loss.receivedBefore + loss.missing.size
    const isOften = loss.lost >= lossObjectsMin && loss.lost > lossMin * total
    if (!isOften || now - loss.since < lossWindowMs || 2 * loss.withheld < loss.lost) return []
    Object.assign(loss, {
      lost: 0,
      withheld: 0,
      since: now,
      receivedBefore: this.#lookups.received(stream)
    })
    return [{ type: 'lossy', stream, peer: parent }]
  }
}

/** Runs of successive seqnos, ascending. */
function rangesOf(seqs: Iterable<number>): [number, number][] {
  const ranges: [number, number][] = []
  for (const seq of [...seqs].sort((a, b) => a - b)) {
    const last = ranges.at(-1)
    if (last !== undefined && last[1] === seq - 1) last[1] = seq
    else ranges.push([seq, seq])
  }
  return ranges
}
