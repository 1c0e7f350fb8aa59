import type { Millis } from '../../ids.ts'
import { initialWindowBytes } from './frames.ts'

/** What a neighbour may send on a stream before it is read. The largest object fits; nobody needs more. */
export const windowBytesMax = 2 ** 21
/** A window holds what comes in this time, within its limits. */
const worthMs = 1_000
/** Less than this would make a stream that begins to carry more wait for round trips. */
export const windowBytesMin = 2 ** 16

/**
 * How much the other side may send on a stream: an update goes when half of the window is used up, not with each frame, which
 * would be a packet for each that comes. The window grows where it is used up soon, and shrinks where it takes long: what is in
 * it can be neither dropped nor overtaken any more, and over a line that has become slow two megabytes are half a minute.
 */
export class ReceiveWindow {
  /** What the other side may have under way, or unread here. */
  #size = initialWindowBytes
  /** What it may still send. */
  #allowed = initialWindowBytes
  /** What it was allowed last, and when. */
  #allowedLast = initialWindowBytes
  #allowedAt: Millis

  constructor(now: Millis) {
    this.#allowedAt = now
  }

  get size(): number {
    return this.#size
  }

  /** Whether the other side may send a frame of so many bytes. */
  fits(bytes: number): boolean {
    return bytes <= this.#allowed
  }

  /** So many bytes of a frame have come. */
  take(bytes: number): void {
    this.#allowed -= bytes
  }

  /**
   * How much more the other side may send than it knows of; 0 as long as that is not worth telling.
   *
   * @param unread bytes that have come, and that nobody has taken
   */
  more(unread: number, now: Millis): number {
    if (!this.#isHalfUsed(unread)) return 0
    const came = this.#allowedLast - this.#allowed
    const worth = (came * worthMs) / Math.max(1, now - this.#allowedAt)
    this.#size = Math.min(Math.max(windowBytesMin, Math.round(worth)), 2 * this.#size, windowBytesMax)
    if (!this.#isHalfUsed(unread)) return 0
    const more = this.#size - unread - this.#allowed
    this.#allowed += more
    this.#allowedLast = this.#allowed
    this.#allowedAt = now
    return more
  }

  #isHalfUsed(unread: number): boolean {
    return this.#allowed + unread <= this.#size / 2
  }
}
