/** One for all: each is read before the next is made, and memory for each connection is slow to reach, as there are many. */
const bytes = new Uint8Array(12)
const view = new DataView(bytes.buffer)

/**
 * Counts the messages under a key (https://noiseprotocol.org/noise.html, section 5.1): four bytes of zeros, and the number of messages
 * before, little-endian. 2^53 never come.
 */
export class Nonce {
  #low: number
  #high: number

  /** @param before how many messages there were */
  constructor(before = 0) {
    this.#low = before >>> 0
    this.#high = Math.floor(before / 2 ** 32)
  }

  /** Of the next message: 12 bytes that hold until the next call, of whichever nonce. */
  next(): Uint8Array {
    view.setUint32(4, this.#low, true)
    view.setUint32(8, this.#high, true)
    this.#low = (this.#low + 1) >>> 0
    if (this.#low === 0) this.#high++
    return bytes
  }
}
