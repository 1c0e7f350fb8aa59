/** TCP and TLS sockets of clients, and writing to them in few pieces. */
import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'

const host = '127.0.0.1'

/** Resolves when it is connected. */
export async function openTcp(port: number): Promise<Socket> {
  const socket = connectTcp({ host, port, noDelay: true })
  await opened(socket, 'connect')
  return socket
}

/** TLS over a socket, or over a new one to `port`. */
export async function openTls(over: { socket: Socket } | { port: number }): Promise<Socket> {
  // The certificate is the benchmark's own, made a moment ago, and the server is on this machine.
  const socket = connectTls({ host, ...over, rejectUnauthorized: false })
  socket.setNoDelay(true)
  await opened(socket, 'secureConnect')
  return socket
}

function opened(socket: Socket, event: 'connect' | 'secureConnect'): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once(event, () => {
      socket.off('error', reject)
      // What a relay that goes away does to its sockets is no news to the load.
      socket.on('error', () => {})
      resolve()
    })
    socket.once('error', reject)
  })
}

/** Joins what is written in one turn of the event loop to one buffer: one encryption, one system call. */
export class Batch {
  readonly #write: (bytes: Uint8Array) => void
  #pieces: Uint8Array[] = []

  constructor(write: (bytes: Uint8Array) => void) {
    this.#write = write
  }

  add(...pieces: Uint8Array[]): void {
    if (this.#pieces.length === 0) queueMicrotask(() => this.#flush())
    this.#pieces.push(...pieces)
  }

  #flush(): void {
    const pieces = this.#pieces
    this.#pieces = []
    this.#write(Buffer.concat(pieces))
  }
}
