import type { Socket } from 'node:net'
import type { BytesSource } from '@hopcast/protocol/libp2p'
import type { AbortOptions, MessageStream } from '@libp2p/interface'
import { TimeoutError } from '@libp2p/interface'
import { AbstractMessageStream, type SendResult } from '@libp2p/utils'
import type { Uint8ArrayList } from 'uint8arraylist'

/** Longer ones of Node.js end at once. */
const timerMsMax = 2 ** 31 - 1

/** An encrypted socket as libp2p's muxers want it. Hot path: where nothing waits, libp2p's buffers are passed by. */
export abstract class SocketStream<S extends Socket> extends AbstractMessageStream implements BytesSource {
  onBytes: BytesSource['onBytes'] = undefined
  protected readonly socket: S
  readonly #connection: MessageStream

  /** @param connection what the socket is of: libp2p counts and closes that */
  constructor(connection: MessageStream, socket: S) {
    const { log, inactivityTimeout, maxReadBufferLength, direction } = connection
    super({ log, inactivityTimeout, maxReadBufferLength, direction })
    this.#connection = connection
    this.socket = socket
    socket.on('drain', () => this.safeDispatchEvent('drain'))
    this.#watch(inactivityTimeout)
    connection.addEventListener('close', ({ error, local }) => {
      socket.destroy()
      if (error === undefined) this.onTransportClosed()
      else if (local === true) this.abort(error)
      else this.onRemoteReset()
    })
    if (socket.closed || connection.status !== 'open') this.onTransportClosed()
  }

  /** Encrypts it, and hands it to the socket, which takes whatever it is given; false if it should be given no more for now. */
  protected abstract write(data: Uint8Array | Uint8ArrayList): boolean

  /**
   * Ends a connection on which nothing passes, after `ms` to twice that. The socket's own timer would be set anew with each read
   * and twice with each write.
   *
   * @param ms 0, or more than a timer takes: never
   */
  #watch(ms: number): void {
    if (ms <= 0 || ms > timerMsMax || this.socket.closed) return
    let passed = 0
    const timer = setInterval(() => {
      const bytes = this.socket.bytesRead + this.socket.bytesWritten
      if (bytes === passed) this.#connection.abort(new TimeoutError())
      passed = bytes
    }, ms)
    timer.unref()
    this.socket.once('close', () => clearInterval(timer))
  }

  /** Straight to the socket, unless something waits here already: the lists that libp2p makes of what waits were a third of all garbage. */
  override send(data: Uint8Array | Uint8ArrayList): boolean {
    const isWaiting = this.writableNeedsDrain || this.sendingData || this.writeBuffer.byteLength > 0
    if (isWaiting || this.writeStatus !== 'writable') return super.send(data)
    const canSendMore = this.write(data)
    this.writableNeedsDrain = !canSendMore
    return canSendMore
  }

  override sendData(data: Uint8ArrayList): SendResult {
    return { sentBytes: data.byteLength, canSendMore: this.write(data) }
  }

  /** Past the list of what nobody has read, if nothing is in it. */
  override onData(data: Uint8Array): void {
    const isWaiting = this.readBufferLength > 0 || this.readStatus !== 'readable'
    if (this.onBytes === undefined || isWaiting) super.onData(data)
    else this.onBytes(data)
  }

  /** What was sent leaves first, and the other side is told that nothing more comes. */
  override async close(options?: AbortOptions): Promise<void> {
    await this.#connection.close(options)
  }

  override sendReset(error: Error): void {
    this.#connection.abort(error)
  }

  override sendPause(): void {
    this.socket.pause()
  }

  override sendResume(): void {
    this.socket.resume()
  }
}
