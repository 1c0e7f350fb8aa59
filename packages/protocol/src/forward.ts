/**
 * Objects on their way through: each passes once, and the recent ones are kept for children that join or move
 * (RFC 1, section "Objects"). This is the hot path: per object one look-up, one bit, one push.
 */
import type { Config } from './config.ts'
import type { Millis, StreamId } from './ids.ts'
import { RecentObjects } from './recent-objects.ts'
import type { Rate } from './streams.ts'
import type { Timers } from './timers.ts'
import { uint32Max } from './wire/limits.ts'
import type { ObjectFrame } from './wire/messages.ts'

/** Before so many objects there is no saying how often they come. */
const flowObjectsMin = 3
/** A longer pause between two objects is a pause of the speaker's, and says nothing of the network. */
const gapMaxMs = 400
const gapFading = 0.98
/** What is left of the largest peak after a second: key frames come every few. */
const peakFading = 0.9

interface StreamBuffer {
  /** The newest seqno seen; -1 before the first. */
  newest: number
  /** The newest seqno before the stream leapt past a whole window, and how many have come since from before the leap's end. */
  jump: { from: number; behind: number } | undefined
  /** When the newest came, and the longest time between two of late: it fades by 2 % with each. */
  newestAt: Millis
  gapMs: Millis
  /** Nothing has come for longer than such a time. */
  silent: boolean
  /** A bit per seqno of the window that ends at `newest`: seen or not. */
  readonly seen: Uint32Array
  readonly recent: RecentObjects
  received: number
  sent: number
  /** On the wire, since the last measurement; and what that gave. */
  bytesSince: number
  /** It began after that. */
  isNew: boolean
  rateBps: number
  /** The same of the objects of one `queueWaitMaxMs`, by their timestamps from `peakFrom` on; and the most that there were of late. */
  peakFrom: Millis
  peakBytes: number
  peakBytesMax: number
}

export class Forward {
  readonly #config: Config
  readonly #timers: Timers
  #measuredAt: Millis = 0
  /** When the timer `silence` is due. */
  #silenceDueAt: Millis = 0
  readonly #streams = new Map<StreamId, StreamBuffer>()
  /** Bytes of recent objects over all streams. */
  #bytes = 0
  /** Over all streams, those that are gone included: objects taken in, copies sent, and objects that came twice. */
  received = 0
  sent = 0
  duplicates = 0
  /** How many seqnos the object taken in last has passed over: they are missing, unless it was the first of its stream. */
  passedOver = 0

  constructor(config: Config, timers: Timers) {
    this.#config = config
    this.#timers = timers
  }

  /** Takes an object in; false for one that has passed before, or is too old to tell. */
  accept(object: ObjectFrame, now: Millis): boolean {
    const { stream, seq } = object.header
    let buffer = this.#streams.get(stream)
    if (buffer === undefined) {
      buffer = this.#newBuffer()
      this.#streams.set(stream, buffer)
    }
    if (!this.#mark(buffer, seq)) {
      this.duplicates++
      return false
    }
    buffer.received++
    this.received++
    this.#measure(buffer, now)
    this.#keep(buffer, object, now)
    return true
  }

  /**
   * The recent objects from `startSeq` on, in the order they came in; with `onlyWhole` none at all if `startSeq` itself
   * is not here, or came longer than `beginningMs` ago.
   */
  recent(stream: StreamId, startSeq: number, onlyWhole: boolean, now: Millis): ObjectFrame[] {
    if (onlyWhole && !this.#isWhole(stream, startSeq, now)) return []
    return [...this.newestFirst(stream, startSeq, uint32Max, now)].reverse()
  }

  /** Whether who asks for the beginning of the stream would be given it. */
  isBeginning(stream: StreamId, now: Millis): boolean {
    return this.#isWhole(stream, 0, now)
  }

  /** The recent objects from `first` to `last` that are held, the last that came first. Each is made when it is asked for. */
  newestFirst(stream: StreamId, first: number, last: number, now: Millis): Iterable<ObjectFrame> {
    return this.#recent(stream, now)?.newestFirst(first, last) ?? []
  }

  /** The least and the greatest seqno of the recent objects. */
  held(stream: StreamId, now: Millis): { oldest: number; newest: number } | undefined {
    return this.#recent(stream, now)?.extent()
  }

  /** The seqno after the newest, to go on from with another parent; undefined before the first object. */
  resumeSeq(stream: StreamId): number | undefined {
    const buffer = this.#streams.get(stream)
    return buffer === undefined ? undefined : Math.min(buffer.newest + 1, uint32Max)
  }

  /** Whether objects come as often as before. */
  isFlowing(stream: StreamId, now: Millis): boolean {
    const buffer = this.#streams.get(stream)
    return buffer !== undefined && buffer.received >= flowObjectsMin && now < this.#silenceAt(buffer)
  }

  /** The timer `silence`: the streams that have fallen silent since it was last due. */
  handleSilence(now: Millis): StreamId[] {
    // If this node itself slept, what came meanwhile is still to be read.
    const slept = now - this.#silenceDueAt > this.#config.silenceMinMs / 2
    const silent: StreamId[] = []
    for (const [stream, buffer] of this.#streams) {
      if (buffer.silent || buffer.received < flowObjectsMin) continue
      if (slept) buffer.newestAt = now
      if (this.#silenceAt(buffer) > now) {
        this.#watch(buffer)
        continue
      }
      buffer.silent = true
      silent.push(stream)
    }
    return silent
  }

  /**
   * On the wire of a link that carries it, as measured last; undefined before. The peak has to leave within
   * `queueWaitMaxMs`, or is dropped.
   */
  rate(stream: StreamId): Rate | undefined {
    const { rateBps: meanBps, peakBytesMax } = this.#streams.get(stream) ?? { rateBps: 0, peakBytesMax: 0 }
    if (meanBps === 0) return undefined
    const { queueWaitMaxMs, peakToMeanMax } = this.#config
    // Timestamps are the publisher's word: nonsense there must not fill an uplink.
    const peakBps = Math.min((8_000 * peakBytesMax) / queueWaitMaxMs, peakToMeanMax * meanBps)
    return { meanBps, peakBps }
  }

  /** Every second or so: measures rates, and lets go of what is too old, also of streams that have fallen silent. */
  handleTimeout(now: Millis): void {
    const seconds = (now - this.#measuredAt) / 1_000
    this.#measuredAt = now
    for (const buffer of this.#streams.values()) {
      this.#expire(buffer, now)
      buffer.recent.trim()
      buffer.peakBytesMax *= peakFading
      const bps = (8 * buffer.bytesSince) / seconds
      buffer.bytesSince = 0
      // Half of it new: a burst of key frames is not the rate of a stream. Nor is what it began with, in a part of the time.
      if (buffer.isNew) buffer.isNew = false
      else if (seconds > 0) buffer.rateBps = buffer.rateBps === 0 ? bps : (buffer.rateBps + bps) / 2
    }
  }

  countSent(stream: StreamId, copies: number): void {
    this.sent += copies
    const buffer = this.#streams.get(stream)
    if (buffer !== undefined) buffer.sent += copies
  }

  /** Objects taken in, and copies sent, so far. */
  counts(stream: StreamId): { received: number; sent: number } {
    const { received, sent } = this.#streams.get(stream) ?? { received: 0, sent: 0 }
    return { received, sent }
  }

  drop(stream: StreamId): void {
    const buffer = this.#streams.get(stream)
    if (buffer === undefined) return
    this.#bytes -= buffer.recent.bytes
    this.#streams.delete(stream)
  }

  #newBuffer(): StreamBuffer {
    const seen = new Uint32Array(Math.ceil(this.#config.dedupWindow / 32))
    const flow = { newestAt: 0, gapMs: 0, silent: false, bytesSince: 0, isNew: true, rateBps: 0 }
    const peak = { peakFrom: 0, peakBytes: 0, peakBytesMax: 0 }
    const recent = new RecentObjects()
    return { newest: -1, jump: undefined, ...flow, ...peak, seen, recent, received: 0, sent: 0 }
  }

  /** Takes the time since the last object into account, and watches a stream that has begun to flow (again). */
  #measure(buffer: StreamBuffer, now: Millis): void {
    const gapMs = Math.min(now - buffer.newestAt, gapMaxMs)
    buffer.newestAt = now
    if (buffer.received > 1) buffer.gapMs = Math.max(gapMs, buffer.gapMs * gapFading)
    if (buffer.received !== flowObjectsMin && !buffer.silent) return
    buffer.silent = false
    this.#watch(buffer)
  }

  #watch(buffer: StreamBuffer): void {
    this.#timers.setBy('silence', this.#silenceAt(buffer))
    this.#silenceDueAt = this.#timers.at('silence') ?? 0
  }

  #silenceAt({ newestAt, gapMs }: StreamBuffer): Millis {
    const { silenceMinMs, silenceGapFactor } = this.#config
    return newestAt + Math.max(silenceMinMs, silenceGapFactor * gapMs)
  }

  /** Sets the seqno's bit; false when it was set, or lies behind the window. */
  #mark(buffer: StreamBuffer, seq: number): boolean {
    const { seen } = buffer
    const window = seen.length * 32
    this.passedOver = 0
    if (seq - buffer.newest >= window) buffer.jump = { from: buffer.jump?.from ?? buffer.newest, behind: 0 }
    if (seq > buffer.newest) {
      if (buffer.newest >= 0) this.passedOver = seq - buffer.newest - 1
      // The bits between the old newest and the new one belong to seqnos not seen yet.
      const from = Math.max(buffer.newest + 1, seq - window + 1)
      for (let s = from; s <= seq; s++) clearBit(seen, s % window)
      buffer.newest = seq
    } else if (buffer.newest - seq >= window) {
      return this.#rewind(buffer, seq)
    } else if (hasBit(seen, seq % window)) {
      return false
    }
    setBit(seen, seq % window)
    return true
  }

  /**
   * One false object that is far ahead would make all others too old, here and at all those below. So when the stream goes
   * on from where it was before, it is believed. What came before the leap does not pass again by that; the false one may.
   */
  #rewind(buffer: StreamBuffer, seq: number): boolean {
    const { jump, seen } = buffer
    if (jump === undefined || seq <= jump.from || ++jump.behind < this.#config.rewindObjects) return false
    buffer.jump = undefined
    buffer.newest = seq
    const window = seen.length * 32
    seen.fill(uint32Max)
    for (let s = Math.max(jump.from + 1, seq - window + 1); s < seq; s++) clearBit(seen, s % window)
    return true
  }

  #keep(buffer: StreamBuffer, object: ObjectFrame, now: Millis): void {
    this.#expire(buffer, now)
    this.#measureRate(buffer, object)
    const { recentBytesPerStreamMax, recentBytesMax } = this.#config
    const { length } = object.bytes
    const { recent } = buffer
    while (recent.bytes + length > recentBytesPerStreamMax || this.#bytes + length > recentBytesMax) {
      if (recent.oldestAt === undefined) return
      this.#bytes -= recent.shift()
    }
    recent.push(object, now)
    this.#bytes += length
  }

  /**
   * A peak is found by timestamps: what a stalled link, or a new parent, sends in one go is not what the stream is like.
   */
  #measureRate(buffer: StreamBuffer, { header, bytes }: ObjectFrame): void {
    const wireBytes = bytes.length + this.#config.objectOverheadBytes
    buffer.bytesSince += wireBytes
    const at = header.timestampUs / 1_000
    const isNext = at < buffer.peakFrom || at >= buffer.peakFrom + this.#config.queueWaitMaxMs
    if (isNext) buffer.peakFrom = at
    buffer.peakBytes = isNext ? wireBytes : buffer.peakBytes + wireBytes
    buffer.peakBytesMax = Math.max(buffer.peakBytesMax, buffer.peakBytes)
  }

  #isWhole(stream: StreamId, startSeq: number, now: Millis): boolean {
    const cameAt = this.#recent(stream, now)?.cameAt(startSeq)
    return cameAt !== undefined && now - cameAt <= this.#config.beginningMs
  }

  #recent(stream: StreamId, now: Millis): RecentObjects | undefined {
    const buffer = this.#streams.get(stream)
    if (buffer !== undefined) this.#expire(buffer, now)
    return buffer?.recent
  }

  #expire({ recent }: StreamBuffer, now: Millis): void {
    const { recentMs } = this.#config
    while (recent.oldestAt !== undefined && now - recent.oldestAt >= recentMs) this.#bytes -= recent.shift()
  }
}

function hasBit(bits: Uint32Array, index: number): boolean {
  return ((bits[index >>> 5] ?? 0) & (1 << (index & 31))) !== 0
}

function setBit(bits: Uint32Array, index: number): void {
  bits[index >>> 5] = (bits[index >>> 5] ?? 0) | (1 << (index & 31))
}

function clearBit(bits: Uint32Array, index: number): void {
  bits[index >>> 5] = (bits[index >>> 5] ?? 0) & ~(1 << (index & 31))
}
