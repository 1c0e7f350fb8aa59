/**
 * When an object becomes worthless, in this node's own time (RFC 1, section "Queues").
 *
 * Its ttl counts from its timestamp, by the publisher's clock, with which this node's has nothing in common. But what
 * lies between the two, `now − timestamp`, is the clocks' difference plus the time that the object took; so of two objects
 * of a stream, the difference is how much longer one took. The quickest one lately stands for a way without delay, and what
 * another took beyond that counts against its ttl. The way at its best is thus not counted: an object is never taken for
 * later than it is, only for earlier.
 *
 * "Lately" is the window that runs and the one before it, since both ends of the difference move:
 * - Clocks drift apart. At 500 ppm that is 5 ms in two windows; over a whole run it would grow without end.
 * - A way that becomes shorter counts at once. One that becomes longer makes its objects later by so much, which is
 *   true, until the quicker way is forgotten.
 * - A publisher's clock that is set back, as when its machine has slept, makes all its objects late at once, and they
 *   stay so. What a stalled link sends all in one go is late, too, but less so from object to object. So when a stream
 *   has been nothing but late for `deadlineRestartMs`, what was its quickest object is forgotten.
 */
import type { Config } from './config.ts'
import type { Millis, StreamId } from './ids.ts'
import type { ObjectHeader } from './wire/messages.ts'

/** The least `now − timestamp` of a stream's objects, milliseconds. */
interface Window {
  until: Millis
  least: Millis
  /** Of the window before; Infinity if there was none. */
  leastBefore: Millis
  /** Since when all objects have come too late; Infinity while they do not. */
  lateSince: Millis
}

export class Deadlines {
  readonly #config: Config
  /** In the order in which their windows began. */
  readonly #windows = new Map<StreamId, Window>()

  constructor(config: Config) {
    this.#config = config
  }

  /** Streams of which something is remembered. */
  get size(): number {
    return this.#windows.size
  }

  /** To be asked once for each object, when it comes to be sent, for all neighbours. Infinity for one without a ttl. */
  expiresAt(header: ObjectHeader, now: Millis): Millis {
    const { stream, ttlMs, timestampUs } = header
    if (ttlMs === 0) return Number.POSITIVE_INFINITY
    let window = this.#windows.get(stream)
    if (window === undefined || now >= window.until) window = this.#begin(stream, window, now)
    const timestamp = timestampUs / 1_000
    const transit = now - timestamp
    if (transit < window.least) window.least = transit
    const least = Math.min(window.least, window.leastBefore)
    if (transit - least <= ttlMs) window.lateSince = Number.POSITIVE_INFINITY
    else window.lateSince = Math.min(window.lateSince, now)
    if (now - window.lateSince < this.#config.deadlineRestartMs) return timestamp + least + ttlMs
    window.least = transit
    window.leastBefore = Number.POSITIVE_INFINITY
    window.lateSince = Number.POSITIVE_INFINITY
    return now + ttlMs
  }

  /** The next window of a stream. Those of streams that have fallen silent are let go, and the oldest past the limit. */
  #begin(stream: StreamId, last: Window | undefined, now: Millis): Window {
    const { deadlineWindowMs, streamsMax } = this.#config
    this.#windows.delete(stream)
    for (const [oldest, { until }] of this.#windows) {
      if (now < until + deadlineWindowMs && this.#windows.size < streamsMax) break
      this.#windows.delete(oldest)
    }
    const isNext = last !== undefined && now < last.until + deadlineWindowMs
    const leastBefore = isNext ? last.least : Number.POSITIVE_INFINITY
    const lateSince = isNext ? last.lateSince : Number.POSITIVE_INFINITY
    const until = now + deadlineWindowMs
    const window = { until, least: Number.POSITIVE_INFINITY, leastBefore, lateSince }
    this.#windows.set(stream, window)
    return window
  }
}
