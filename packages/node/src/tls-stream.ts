/** An encrypted socket as libp2p's muxers want it. */
import { once } from 'node:events'
import type { TLSSocket } from 'node:tls'
import type { AbortOptions, MessageStream } from '@libp2p/interface'
import { TimeoutError } from '@libp2p/interface'
import { AbstractMessageStream, type SendResult } from '@libp2p/utils'
import type { Uint8ArrayList } from 'uint8arraylist'

export class TlsStream extends AbstractMessageStream {
  readonly #connection: MessageStream
  readonly #socket: TLSSocket
  #isCorked = false

  /** @param connection what the socket is of: libp2p counts and closes that */
  constructor(connection: MessageStream, socket: TLSSocket) {
    const { log, inactivityTimeout, maxReadBufferLength, direction } = connection
    super({ log, inactivityTimeout, maxReadBufferLength, direction })
    this.#connection = connection
    this.#socket = socket
    socket.on('data', bytes => this.onData(bytes))
    socket.on('drain', () => this.safeDispatchEvent('drain'))
    socket.setTimeout(inactivityTimeout, () => connection.abort(new TimeoutError()))
    connection.addEventListener('close', ({ error, local }) => {
      socket.destroy()
      if (error === undefined) this.onTransportClosed()
      else if (local === true) this.abort(error)
      else this.onRemoteReset()
    })
    if (socket.closed || connection.status !== 'open') this.onTransportClosed()
  }

  /** All that is sent in one turn of the event loop is one write, and up to 16 KiB of it one record. */
  override sendData(data: Uint8ArrayList): SendResult {
    if (!this.#isCorked) {
      this.#isCorked = true
      this.#socket.cork()
      process.nextTick(() => {
        this.#isCorked = false
        this.#socket.uncork()
      })
    }
    let sentBytes = 0
    for (const bytes of data) {
      sentBytes += bytes.length
      if (!this.#socket.write(bytes)) return { sentBytes, canSendMore: false }
    }
    return { sentBytes, canSendMore: true }
  }

  /** What was sent leaves first, and the other side is told that nothing more comes. */
  override async close(options?: AbortOptions): Promise<void> {
    this.#socket.destroySoon()
    if (!this.#socket.closed) await once(this.#socket, 'close', options)
    await this.#connection.close(options)
  }

  override sendReset(error: Error): void {
    this.#connection.abort(error)
  }

  override sendPause(): void {
    this.#socket.pause()
  }

  override sendResume(): void {
    this.#socket.resume()
  }
}
