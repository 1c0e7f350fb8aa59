/** NATS's text protocol, as much of it as publishing and subscribing take. */
import { readAll } from './pieces.ts'

const lineEnd = Buffer.from('\r\n')
const [cr, lf, space, zero] = [13, 10, 32, 48]
/** The longest line that a server sends, INFO, is far shorter. */
const lineBytesMax = 65_536

export interface NatsHandlers {
  /** `sid` is the subscription's number. `payload` is a view on what was read. */
  onMessage: (sid: number, payload: Uint8Array) => void
  /** Any line but MSG: INFO, PING, PONG, +OK, -ERR. */
  onLine: (line: string) => void
}

/** Cuts what a server sends, in whatever pieces it comes. */
export class NatsReader {
  readonly #handlers: NatsHandlers
  #rest: Buffer = Buffer.alloc(0)

  constructor(handlers: NatsHandlers) {
    this.#handlers = handlers
  }

  /** @throws for a line that cannot be one of NATS's */
  push(bytes: Buffer): void {
    this.#rest = readAll(this.#rest, bytes, (input, at) => this.#read(input, at))
  }

  /** Reads what begins at `at`; returns where the next begins, or undefined when this one is not all there. */
  #read(input: Buffer, at: number): number | undefined {
    const end = input.indexOf(lf, at)
    if (end < 0) {
      if (input.length - at > lineBytesMax) throw new Error('a NATS server does not send such lines')
      return undefined
    }
    const isMessage =
      input[at] === 77 && input[at + 1] === 83 && input[at + 2] === 71 && input[at + 3] === space
    if (!isMessage) {
      this.#handlers.onLine(input.toString('latin1', at, end).trimEnd())
      return end + 1
    }
    // MSG subject sid length, or with a reply-to before the length, which nobody here asks for.
    const lengthAt = input.lastIndexOf(space, end) + 1
    const sidAt = input.indexOf(space, at + 4) + 1
    const from = end + 1
    const length = decimal(input, lengthAt)
    const next = from + length + lineEnd.length
    if (next > input.length) return undefined
    this.#handlers.onMessage(decimal(input, sidAt), input.subarray(from, from + length))
    return next
  }
}

/** The digits from `at` on, up to a space or the end of the line. */
function decimal(input: Buffer, at: number): number {
  let value = 0
  for (let i = at; i < input.length; i++) {
    const byte = input[i] as number
    if (byte === space || byte === cr) return value
    if (byte < zero || byte > zero + 9) break
    value = 10 * value + (byte - zero)
  }
  throw new Error('a NATS server sends numbers in its messages')
}

/** The pieces of a message to publish. */
export function natsPublish(subject: string, payload: Uint8Array): Uint8Array[] {
  return [Buffer.from(`PUB ${subject} ${payload.length}\r\n`), payload, lineEnd]
}

export function natsSubscribe(subject: string, sid: number): string {
  return `SUB ${subject} ${sid}\r\n`
}

/** What a client says of itself, and a PING, whose PONG says that the server has taken it. */
export function natsHello(): string {
  const options = { verbose: false, pedantic: false, lang: 'node', version: '1', echo: true, headers: false }
  return `CONNECT ${JSON.stringify(options)}\r\nPING\r\n`
}
