/**
 * A hash over all that was delivered, to tell whether two runs were the same. It takes 32-bit words, and mixes each as
 * MurmurHash3 does (Austin Appleby, public domain): whole-number arithmetic, the same on every machine.
 */
export class TraceHash {
  #hash = 0x811c9dc5

  get value(): string {
    return (finish(this.#hash) >>> 0).toString(16).padStart(8, '0')
  }

  /** @param word of which the lowest 32 bits count */
  add(word: number): void {
    let k = Math.imul(word, 0xcc9e2d51)
    k = Math.imul((k << 15) | (k >>> 17), 0x1b873593)
    const hash = this.#hash ^ k
    this.#hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0
  }

  /** @param micros of less than 2^53 µs, rounded */
  addTime(micros: number): void {
    const whole = Math.round(micros)
    this.add(whole % 2 ** 32)
    this.add(Math.floor(whole / 2 ** 32))
  }
}

/** 32 bits that stand for the bytes: FNV-1a (Fowler, Noll, Vo). */
export function digestOf(bytes: Uint8Array): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < bytes.length; i++) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193)
  return hash
}

function finish(hash: number): number {
  let h = hash ^ (hash >>> 16)
  h = Math.imul(h, 0x85ebca6b)
  h ^= h >>> 13
  h = Math.imul(h, 0xc2b2ae35)
  return h ^ (h >>> 16)
}
