import type { AbortOptions } from '@libp2p/interface'
import { AbstractStream, type AbstractStreamInit, type SendResult } from '@libp2p/utils'
import type { Uint8ArrayList } from 'uint8arraylist'
import type { BytesSource } from './bytes-source.ts'
import type { EarlyProtocol } from './early-protocol.ts'
import { type FrameHeader, flag, frameType, initialWindowBytes, YamuxError } from './frames.ts'
import { ReceiveWindow } from './receive-window.ts'

/** What a stream sends its frames over. */
export interface FrameSender {
  /** False if the connection takes no more for now. */
  sendFrame(header: FrameHeader, data?: Uint8Array | Uint8ArrayList): boolean
  readonly takesMore: boolean
}

interface YamuxStreamInit extends AbstractStreamInit {
  streamId: number
  sender: FrameSender
  early: EarlyProtocol | undefined
}

const windowMax = 2 ** 32 - 1
/** A frame is no longer than this: rust-yamux takes a mebibyte, and others wait behind it. */
const dataBytesMax = 2 ** 18

/**
 * Hot path: each object goes through `send` once for each child, and through `onData` once. Where nothing waits, both go past
 * the buffers of libp2p's class.
 */
export class YamuxStream extends AbstractStream implements BytesSource {
  readonly streamId: number
  onBytes: BytesSource['onBytes'] = undefined
  readonly #sender: FrameSender
  readonly #early: EarlyProtocol | undefined
  readonly #window = new ReceiveWindow(performance.now())
  /** What the other side takes. */
  #sendable = initialWindowBytes
  /** Go with the next frame: SYN or ACK with the first. */
  #flags: number
  /** FIN and RST of a frame whose data is still to come. */
  #flagsAfter = 0

  constructor({ streamId, sender, early, ...init }: YamuxStreamInit) {
    super(init)
    this.streamId = streamId
    this.#sender = sender
    this.#early = early
    this.#flags = this.direction === 'outbound' ? flag.syn : flag.ack
    if (early !== undefined) {
      this.protocol = early.protocol
      this.addEventListener('close', ({ error }) => early.close(error))
      this.send(early.proposal)
    } else if (this.direction === 'outbound') this.#sendUpdate(0)
    // Of a connection that was full before, it is not told.
    if (!sender.takesMore) this.writableNeedsDrain = true
  }

  /**
   * Resolves when the other side has agreed on the protocol of a stream that this side has opened, and rejects if it does not, or
   * closes the stream before.
   */
  get agreed(): Promise<void> {
    return this.#early?.agreed ?? Promise.resolve()
  }

  // Sending

  override send(data: Uint8Array | Uint8ArrayList): boolean {
    const { byteLength } = data
    const isWaiting = this.writableNeedsDrain || this.sendingData || this.writeBuffer.byteLength > 0
    const fits = byteLength > 0 && byteLength <= Math.min(this.#sendable, dataBytesMax)
    if (isWaiting || !fits || this.writeStatus !== 'writable') return super.send(data)
    try {
      return this.#sendNow(data)
    } catch (error) {
      this.abort(error instanceof Error ? error : new Error(String(error)))
      throw error
    }
  }

  override sendData(data: Uint8ArrayList): SendResult {
    const { byteLength } = data
    let sentBytes = 0
    let canSendMore = true
    while (canSendMore && sentBytes < byteLength) {
      const end = Math.min(sentBytes + Math.min(this.#sendable, dataBytesMax), byteLength)
      canSendMore = end > sentBytes && this.#sendNow(data.sublist(sentBytes, end))
      sentBytes = end
    }
    return { sentBytes, canSendMore }
  }

  #sendNow(data: Uint8Array | Uint8ArrayList): boolean {
    const length = data.byteLength
    this.#sendable -= length
    const flags = this.#takeFlags()
    return this.#sender.sendFrame({ type: frameType.data, flags, streamId: this.streamId, length }, data)
  }

  /** A connection that takes more again is of no use to what waits for the other side to read. */
  override onMuxerDrain(): void {
    if (this.#sendable > 0 || this.writeBuffer.byteLength === 0) super.onMuxerDrain()
  }

  override async sendCloseWrite(): Promise<void> {
    this.#flags |= flag.fin
    this.#sendUpdate(0)
  }

  /** yamux has no word for it. */
  override async sendCloseRead(options?: AbortOptions): Promise<void> {
    options?.signal?.throwIfAborted()
  }

  override sendReset(): void {
    this.#flags = flag.rst
    this.#sendUpdate(0)
  }

  #sendUpdate(length: number): void {
    const flags = this.#takeFlags()
    this.#sender.sendFrame({ type: frameType.windowUpdate, flags, streamId: this.streamId, length })
  }

  #takeFlags(): number {
    const flags = this.#flags
    this.#flags = 0
    return flags
  }

  // Receiving

  /** @throws YamuxError when the other side may not send so much, or nothing any more */
  handleHeader({ type, flags, length }: FrameHeader): void {
    if (type === frameType.windowUpdate) this.#handleUpdate(length)
    else if (!this.#window.fits(length)) throw new YamuxError('more data came than the window holds')
    else if (length > 0 && this.remoteWriteStatus === 'closed')
      throw new YamuxError('data came behind the end of its stream')
    if (type === frameType.data && length > 0) this.#flagsAfter = flags
    else this.#handleEnd(flags)
  }

  handleData(data: Uint8Array, isLast: boolean): void {
    this.#window.take(data.length)
    const rest = this.#early === undefined ? data : this.#early.take(data)
    if (rest === undefined) this.abort(new Error(`the neighbour does not speak ${this.protocol}`))
    else this.onData(rest)
    this.#allowMore()
    if (isLast) this.#handleEnd(this.#flagsAfter)
  }

  #handleUpdate(length: number): void {
    this.#sendable = Math.min(this.#sendable + length, windowMax)
    if (this.writableNeedsDrain && this.#sendable > 0 && this.#sender.takesMore)
      this.safeDispatchEvent('drain')
  }

  #handleEnd(flags: number): void {
    // A listener may have ended it meanwhile.
    if (this.status !== 'open') return
    if ((flags & flag.rst) !== 0) this.onRemoteReset()
    else if ((flags & flag.fin) !== 0) this.onRemoteCloseWrite()
  }

  override onData(data: Uint8Array): void {
    const isWaiting = this.readBufferLength > 0 || this.readStatus !== 'readable'
    if (this.onBytes === undefined || isWaiting || data.length === 0) super.onData(data)
    else this.onBytes(data)
  }

  protected override dispatchReadBuffer(): void {
    super.dispatchReadBuffer()
    this.#allowMore()
  }

  /** What lies here unread, since nobody reads or the stream is paused, is not made room for. */
  #allowMore(): void {
    if (this.status !== 'open' || this.remoteWriteStatus === 'closed') return
    const more = this.#window.more(this.readBufferLength, performance.now())
    if (more > 0) this.#sendUpdate(more)
  }

  /** The other side runs out of what it may send. */
  override sendPause(): void {}

  /** What lay here has been read by now (`dispatchReadBuffer`). */
  override sendResume(): void {}
}
