/** A way to a port of loopback on which everything takes as long as over a distance. */
import { connect, createServer, type Server, type Socket } from 'node:net'
import { nowMs } from './stamp.ts'

const host = '127.0.0.1'

export class LongLine {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  private constructor(server: Server) {
    this.#server = server
  }

  /**
   * TCP connections to the result's `port` lead to `port`.
   *
   * @param roundTripMs also what it takes to open a connection
   */
  static async to(port: number, roundTripMs: number): Promise<LongLine> {
    const server = createServer({ noDelay: true })
    const line = new LongLine(server)
    server.on('connection', near => {
      const far = connect({ host, port, noDelay: true })
      line.#sockets.add(near).add(far)
      // The system has accepted at once; what the client sends is late by the round trip that this would have taken.
      carry(near, far, roundTripMs / 2, nowMs() + 1.5 * roundTripMs)
      carry(far, near, roundTripMs / 2, 0)
    })
    await new Promise<void>(resolve => server.listen(0, host, resolve))
    return line
  }

  get port(): number {
    const address = this.#server.address()
    return address !== null && typeof address === 'object' ? address.port : 0
  }

  close(): void {
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
  }
}

/** Everything `delayMs` later, nothing before `notBefore`, in order. */
function carry(from: Socket, to: Socket, delayMs: number, notBefore: number): void {
  const later = (act: () => void) => {
    const due = Math.max(nowMs() + delayMs, notBefore)
    setTimeout(act, due - nowMs())
  }
  from.on('data', bytes => later(() => to.write(bytes)))
  from.on('close', () => later(() => to.destroy()))
  from.on('error', () => {})
}
