import type { Socket } from 'node:net'
import type { MessageStream, StreamCloseEvent, StreamMessageEvent } from '@libp2p/interface'
import { AbstractMessageStream, type SendResult } from '@libp2p/utils'
import { Uint8ArrayList } from 'uint8arraylist'
import { lengthBytes } from './noise-messages.ts'
import { takeFromLibp2p } from './socket.ts'

/**
 * A connection for as long as Noise shakes hands on it. It hands over the messages that belong to that, and not a byte more: what comes
 * behind them is under other keys, and stays in the socket.
 */
export class HandshakeStream extends AbstractMessageStream {
  readonly #connection: MessageStream
  readonly #socket: Socket
  readonly #came = new Uint8ArrayList()
  #messagesToCome: number

  /** @param messagesToCome of the other side's */
  constructor(connection: MessageStream, socket: Socket, messagesToCome: number) {
    const { log, inactivityTimeout, maxReadBufferLength, direction } = connection
    super({ log, inactivityTimeout, maxReadBufferLength, direction })
    this.#connection = connection
    this.#socket = socket
    this.#messagesToCome = messagesToCome
    connection.addEventListener('message', this.#onMessage)
    connection.addEventListener('close', this.#onClose)
    if (connection.status !== 'open') this.onTransportClosed()
  }

  readonly #onMessage = ({ data }: StreamMessageEvent) => {
    this.#came.append(data)
    while (this.#messagesToCome > 0 && this.#came.byteLength >= lengthBytes) {
      const end = lengthBytes + this.#came.getUint16(0)
      if (this.#came.byteLength < end) return
      const message = this.#came.subarray(0, end)
      this.#came.consume(end)
      this.#messagesToCome--
      if (this.#messagesToCome === 0) this.#takeSocket()
      this.onData(message)
    }
  }

  #takeSocket(): void {
    this.#connection.removeEventListener('message', this.#onMessage)
    takeFromLibp2p(this.#socket, [...this.#came])
  }

  readonly #onClose = ({ error }: StreamCloseEvent) => this.onTransportClosed(error)

  /** The connection is somebody else's from now on. */
  leave(): void {
    this.#connection.removeEventListener('close', this.#onClose)
  }

  override sendData(data: Uint8ArrayList): SendResult {
    this.#connection.send(data)
    return { sentBytes: data.byteLength, canSendMore: true }
  }

  override async close(): Promise<void> {
    await this.#connection.close()
  }

  override sendReset(error: Error): void {
    this.#connection.abort(error)
  }

  override sendPause(): void {
    this.#connection.pause()
  }

  override sendResume(): void {
    this.#connection.resume()
  }
}
