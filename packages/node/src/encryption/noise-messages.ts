/** Messages of Noise as they are on the wire: each behind its length, in two bytes, big-endian. */
import { tagBytes } from './sodium.ts'

export const lengthBytes = 2
const messageBytesMax = 65_535
/** What a message carries at most. */
export const plainBytesMax = messageBytesMax - tagBytes

/** Memory of a message that is to be sent, its length written. */
export interface Room {
  /** All of it. */
  readonly bytes: Uint8Array
  /** Where what it carries goes, sealed. */
  readonly sealed: Uint8Array
}

/** @param plainBytes how much it carries */
export function roomFor(plainBytes: number, memory?: Buffer): Room {
  const length = plainBytes + tagBytes
  const end = lengthBytes + length
  // A Uint8Array would be made a Buffer of by each write.
  const bytes = memory?.subarray(0, end) ?? Buffer.allocUnsafeSlow(end)
  bytes.writeUInt16BE(length, 0)
  return { bytes, sealed: bytes.subarray(lengthBytes) }
}

/**
 * Memory for one message, of whatever connection is next: a socket has mostly sent it when its write returns. What goes to many has
 * one length, so the views of it are kept, too.
 */
export class SharedRoom {
  #memory = Buffer.allocUnsafeSlow(lengthBytes + messageBytesMax)
  #plainBytes = -1
  #room = roomFor(0)

  take(plainBytes: number): Room {
    if (plainBytes !== this.#plainBytes) {
      this.#room = roomFor(plainBytes, this.#memory)
      this.#plainBytes = plainBytes
    }
    return this.#room
  }

  /** Leaves the memory to a socket that has not sent all of what is in it. */
  leave(): void {
    this.#memory = Buffer.allocUnsafeSlow(lengthBytes + messageBytesMax)
    this.#plainBytes = -1
  }
}

/** Cuts what comes into messages. One that is not whole is kept, in memory for all of it. */
export class MessageReader {
  readonly #onMessage: (sealed: Uint8Array) => void
  #begun: Uint8Array | undefined
  #begunBytes = 0

  /** @param onMessage may write to what it gets */
  constructor(onMessage: (sealed: Uint8Array) => void) {
    this.#onMessage = onMessage
  }

  push(bytes: Uint8Array): void {
    let rest = bytes
    while (rest.length > 0)
      rest = this.#begun === undefined ? this.#begin(rest) : this.#goOn(this.#begun, rest)
  }

  /** Returns what comes behind it. */
  #begin(bytes: Uint8Array): Uint8Array {
    const end = endOf(bytes, bytes.length)
    if (end === undefined || end > bytes.length) {
      this.#begun = new Uint8Array(end ?? lengthBytes + messageBytesMax)
      return this.#goOn(this.#begun, bytes)
    }
    this.#onMessage(bytes.subarray(lengthBytes, end))
    return bytes.subarray(end)
  }

  #goOn(begun: Uint8Array, bytes: Uint8Array): Uint8Array {
    const wanted = (endOf(begun, this.#begunBytes) ?? lengthBytes) - this.#begunBytes
    begun.set(bytes.subarray(0, wanted), this.#begunBytes)
    this.#begunBytes += Math.min(wanted, bytes.length)
    const end = endOf(begun, this.#begunBytes)
    if (end === this.#begunBytes) {
      this.#begun = undefined
      this.#begunBytes = 0
      this.#onMessage(begun.subarray(lengthBytes, end))
    }
    return bytes.subarray(wanted)
  }
}

/** Where the message ends; undefined while too little is there to tell. */
function endOf(message: Uint8Array, bytesThere: number): number | undefined {
  if (bytesThere < lengthBytes) return undefined
  return lengthBytes + (((message[0] as number) << 8) | (message[1] as number))
}
