/**
 * Counts the messages under a key (https://noiseprotocol.org/noise.html, section 5.1): four bytes of zeros, and the number of messages
 * before, little-endian. 2^53 never come.
 */
export class Nonce {
  /** Of the next message, until it is counted. */
  readonly bytes = new Uint8Array(12)
  readonly #view = new DataView(this.bytes.buffer)
  #low: number
  #high: number

  /** @param before how many messages there were */
  constructor(before = 0) {
    this.#low = before >>> 0
    this.#high = Math.floor(before / 2 ** 32)
    this.#write()
  }

  count(): void {
    this.#low = (this.#low + 1) >>> 0
    if (this.#low === 0) this.#high++
    this.#write()
  }

  #write(): void {
    this.#view.setUint32(4, this.#low, true)
    this.#view.setUint32(8, this.#high, true)
  }
}
