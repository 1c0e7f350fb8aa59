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
export function roomFor(plainBytes: number, memory = memoryFor(plainBytes)): Room {
  const bytes = memory.subarray(0, messageBytes(plainBytes))
  bytes.writeUInt16BE(plainBytes + tagBytes, 0)
  return { bytes, sealed: bytes.subarray(lengthBytes) }
}

/** Of a Uint8Array each write would make a Buffer. */
function memoryFor(plainBytes: number): Buffer {
  return Buffer.allocUnsafeSlow(messageBytes(plainBytes))
}

function messageBytes(plainBytes: number): number {
  return lengthBytes + plainBytes + tagBytes
}

/**
 * Memory for one message, of whatever connection is next: a socket has mostly sent it when its write returns. What goes to many has
 * one length, so the views of it are kept, too.
 */
export class SharedRoom {
  readonly plainBytesMax: number
  #memory: Buffer
  #plainBytes = 0
  #room: Room

  constructor(bytesMax: number) {
    this.plainBytesMax = bytesMax
    this.#memory = memoryFor(bytesMax)
    this.#room = roomFor(0, this.#memory)
  }

  /** @param plainBytes at most `plainBytesMax` */
  take(plainBytes: number): Room {
    if (plainBytes !== this.#plainBytes) {
      this.#room = roomFor(plainBytes, this.#memory)
      this.#plainBytes = plainBytes
    }
    return this.#room
  }

  /** Leaves the memory to a socket that has not sent all of what is in it. */
  leave(): void {
    this.#memory = memoryFor(this.plainBytesMax)
    this.#room = roomFor(this.#plainBytes, this.#memory)
  }
}

/** Cuts what comes into messages. One that is not whole is kept, in memory for all of it and no more. */
export class MessageReader {
  readonly #onMessage: (sealed: Uint8Array) => boolean
  /** Of a length of which no more has come. */
  #firstByte: number | undefined
  #begun: Uint8Array | undefined
  #begunBytes = 0
  #isOver = false

  /** @param onMessage may write to what it gets; when it returns false, nothing more is read */
  constructor(onMessage: (sealed: Uint8Array) => boolean) {
    this.#onMessage = onMessage
  }

  push(bytes: Uint8Array): void {
    let rest = bytes
    while (rest.length > 0 && !this.#isOver) {
      rest = this.#begun === undefined ? this.#begin(rest) : this.#goOn(this.#begun, rest)
    }
  }

  /** Returns what comes behind it. */
  #begin(bytes: Uint8Array): Uint8Array {
    const lengthBytesHere = this.#firstByte === undefined ? lengthBytes : 1
    const first = this.#firstByte ?? (bytes[0] as number)
    if (bytes.length < lengthBytesHere) {
      this.#firstByte = first
      return bytes.subarray(bytes.length)
    }
    this.#firstByte = undefined
    const length = (first << 8) | (bytes[lengthBytesHere - 1] as number)
    const end = lengthBytesHere + length
    if (end > bytes.length) {
      this.#begun = new Uint8Array(length)
      return this.#goOn(this.#begun, bytes.subarray(lengthBytesHere))
    }
    this.#isOver = !this.#onMessage(bytes.subarray(lengthBytesHere, end))
    return bytes.subarray(end)
  }

  #goOn(begun: Uint8Array, bytes: Uint8Array): Uint8Array {
    const wanted = begun.length - this.#begunBytes
    begun.set(bytes.subarray(0, wanted), this.#begunBytes)
    this.#begunBytes += Math.min(wanted, bytes.length)
    if (this.#begunBytes === begun.length) {
      this.#begun = undefined
      this.#begunBytes = 0
      this.#isOver = !this.#onMessage(begun)
    }
    return bytes.subarray(wanted)
  }
}
