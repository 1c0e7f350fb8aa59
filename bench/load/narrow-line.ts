/** A way to a port of loopback whose far end is read only so fast: what comes faster fills the buffers of the sender. */
import { connect, createServer, type Server, type Socket } from 'node:net'

const host = '127.0.0.1'
const tickMs = 10

export class NarrowLine {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #ticker: NodeJS.Timeout
  #bytesPerSecond = Number.POSITIVE_INFINITY
  #credit = 0

  private constructor(server: Server) {
    this.#server = server
    this.#ticker = setInterval(() => this.#tick(), tickMs)
  }

  /** TCP connections to the result's `port` lead to `port`, all of them over one line. */
  static async to(port: number): Promise<NarrowLine> {
    const server = createServer({ noDelay: true })
    const line = new NarrowLine(server)
    server.on('connection', near => line.#join(near, connect({ host, port, noDelay: true })))
    await new Promise<void>(resolve => server.listen(0, host, resolve))
    return line
  }

  get port(): number {
    const address = this.#server.address()
    return address !== null && typeof address === 'object' ? address.port : 0
  }

  /** From now on; before, as fast as comes. */
  narrow(bytesPerSecond: number): void {
    this.#bytesPerSecond = bytesPerSecond
    this.#credit = 0
  }

  /** As fast as comes, again. */
  widen(): void {
    this.#bytesPerSecond = Number.POSITIVE_INFINITY
    for (const socket of this.#sockets) socket.resume()
  }

  close(): void {
    clearInterval(this.#ticker)
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
  }

  #join(near: Socket, far: Socket): void {
    this.#sockets.add(near).add(far)
    near.on('data', bytes => far.write(bytes))
    far.on('data', bytes => {
      near.write(bytes)
      this.#credit -= bytes.length
      if (this.#credit < 0 && this.#bytesPerSecond < Number.POSITIVE_INFINITY) far.pause()
    })
    for (const [socket, other] of [
      [near, far],
      [far, near]
    ] as const) {
      socket.on('close', () => other.destroy())
      socket.on('error', () => {})
    }
  }

  #tick(): void {
    if (this.#bytesPerSecond === Number.POSITIVE_INFINITY) return
    // No more than a tick's worth is saved up.
    const share = (this.#bytesPerSecond * tickMs) / 1_000
    this.#credit = Math.min(share, this.#credit + share)
    if (this.#credit >= 0) for (const socket of this.#sockets) socket.resume()
  }
}
