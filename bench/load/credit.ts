/**
 * How far the subscribers are, told to the publisher by datagrams on loopback: so it keeps a relay busy without sending
 * what would only be dropped. It bypasses the relay, and costs each next to nothing.
 */
import { createSocket, type Socket } from 'node:dgram'
import { stamp, stampBytes, stampNumber } from './stamp.ts'

const host = '127.0.0.1'

/** Tells how far a process of subscribers is: the slowest of them counts. */
export class ProgressTeller {
  readonly #socket = createSocket('udp4')
  readonly #port: number
  /** The newest number that each subscriber has seen. */
  readonly #newest: Uint32Array
  readonly #message = new Uint8Array(stampBytes)
  #isTelling = false

  /** @param port where the publisher listens */
  constructor(port: number, subscribers: number) {
    this.#port = port
    this.#newest = new Uint32Array(subscribers)
  }

  handleSeen(subscriber: number, number: number): void {
    this.#newest[subscriber] = number
    if (this.#isTelling) return
    this.#isTelling = true
    // Once for all that the sockets have brought in this turn of the event loop.
    setImmediate(() => {
      this.#isTelling = false
      stamp(this.#message, Math.min(...this.#newest), 0)
      this.#socket.send(this.#message, this.#port, host)
    })
  }
}

export class Credit {
  readonly #socket: Socket
  /** By the port of the process that tells. */
  readonly #seen = new Map<number, number>()

  private constructor(socket: Socket, onSeen: (number: number) => void) {
    this.#socket = socket
    socket.on('message', (message, { port }) => {
      this.#seen.set(port, stampNumber(message))
      onSeen(Math.min(...this.#seen.values()))
    })
  }

  /** @param onSeen gets the number of the newest message that has come to every process of subscribers */
  static async listen(onSeen: (number: number) => void): Promise<Credit> {
    const socket = createSocket('udp4')
    await new Promise<void>(resolve => socket.bind(0, host, resolve))
    return new Credit(socket, onSeen)
  }

  get port(): number {
    return this.#socket.address().port
  }
}
