import type { SendQueue } from './outbox.ts'

/** A neighbour that lets more pile up is closed. All that is told to a new one takes 4.6 MB at most. */
export const framesMax = 16_384
export const bytesMax = 6 * 2 ** 20

/** The control messages that wait for a neighbour, in order. None may be dropped: what they say is said once. */
export class ControlQueue implements SendQueue {
  /** Those before `#start` have left. */
  #waiting: { bytes: Uint8Array }[] = []
  #start = 0
  #bytes = 0

  get size(): number {
    return this.#waiting.length - this.#start
  }

  /** Whether there was room. */
  push(bytes: Uint8Array): boolean {
    if (this.size >= framesMax || this.#bytes + bytes.length > bytesMax) return false
    this.#waiting.push({ bytes })
    this.#bytes += bytes.length
    return true
  }

  take(bytesMax: number): { bytes: Uint8Array }[] {
    let end = this.#start
    let bytes = 0
    for (; end < this.#waiting.length; end++) {
      const length = this.#waiting[end]?.bytes.length as number
      if (end > this.#start && bytes + length > bytesMax) break
      bytes += length
    }
    const taken = this.#waiting.slice(this.#start, end)
    this.#bytes -= bytes
    this.#start = end
    // Lets go of what has left, once it is half of the array: each frame is moved about once.
    if (this.#start * 2 >= this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#start)
      this.#start = 0
    }
    return taken
  }

  clear(): void {
    this.#waiting = []
    this.#start = 0
    this.#bytes = 0
  }
}
