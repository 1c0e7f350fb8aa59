import type { Stream } from '@libp2p/interface'
import { Uint8ArrayList } from 'uint8arraylist'
import { framePieces } from '../wire/framing.ts'
import { type DataChannelStream, isOnDataChannel, sendOnDataChannel } from './data-channel.ts'

/** What waits to be sent. It is bounded, and decides what leaves first. */
export interface SendQueue {
  /** Frames that wait. */
  readonly size: number
  /** The next frames up to `bytesMax` bytes, and one at least; they have left the queue. None only if none is left. */
  take(bytesMax: number, now: number): { readonly bytes: Uint8Array }[]
  clear(): void
}

/**
 * What libp2p may hold of this stream beyond what the muxer took: one buffer, so that the queue above it decides. With what is added
 * to objects of more than a few bytes, it is one message of Noise's.
 */
export const sendBytesMax = 64_000

/**
 * Moves what waits in a queue to a libp2p stream, whose own queue has no bound, no faster than the stream takes it. All
 * that is pushed in one turn of the event loop leaves at once: one frame of the muxer, one write.
 */
export class Outbox {
  readonly #queue: SendQueue
  #stream: Stream | undefined
  /** The same, if it is one of WebRTC's: asked once, since the answer is slow. */
  #onDataChannel: DataChannelStream | undefined
  #flushing = false
  #drained: (() => void)[] = []

  /** One for all turns: it is called for every object. */
  readonly #flushNow = () => {
    this.#flushing = false
    this.flush()
  }

  constructor(queue: SendQueue) {
    this.#queue = queue
  }

  /** The stream that takes the frames, those that wait for it first. */
  attach(stream: Stream): void {
    this.#stream = stream
    this.#onDataChannel = isOnDataChannel(stream) ? stream : undefined
    stream.addEventListener('drain', () => this.wake())
    stream.addEventListener('idle', () => this.#settle())
    stream.addEventListener('close', () => this.#detach(stream))
    this.wake()
  }

  /** To be called when something was pushed. */
  wake(): void {
    if (this.#flushing || this.#stream === undefined) return
    this.#flushing = true
    queueMicrotask(this.#flushNow)
  }

  /** Sends what the stream takes now. */
  flush(): void {
    const stream = this.#stream
    // Asked before each send: one that fails, as WebRTC's may, closes the stream.
    while (this.#queue.size > 0 && stream !== undefined && takes(stream)) {
      const frames = this.#queue.take(sendBytesMax, performance.now())
      if (frames.length > 0)
        this.#send(stream, new Uint8ArrayList(...framePieces(frames.map(({ bytes }) => bytes))))
    }
    this.#settle()
  }

  /** Sends frames past the queue, if nothing waits there and the stream takes them now; false otherwise. */
  pass(frames: Uint8ArrayList): boolean {
    const stream = this.#stream
    if (this.#queue.size > 0 || stream === undefined || !takes(stream)) return false
    this.#send(stream, frames)
    return true
  }

  #send(stream: Stream, frames: Uint8ArrayList): void {
    try {
      if (this.#onDataChannel !== undefined) sendOnDataChannel(this.#onDataChannel, frames)
      else stream.send(frames)
    } catch (error) {
      // Its end is an event of its own, and no reason for others to miss theirs.
      stream.abort(error instanceof Error ? error : new Error(String(error)))
    }
  }

  /** Resolves when all that was pushed has been handed to the transport, or the stream is closed. */
  drained(): Promise<void> {
    return new Promise(resolve => {
      this.#drained.push(resolve)
      this.#settle()
    })
  }

  /** What was on it is gone. What waits here is for the next one. */
  #detach(stream: Stream): void {
    if (this.#stream !== stream) return
    this.#forget()
    this.#settle()
  }

  close(): void {
    this.#forget()
    this.#queue.clear()
    for (const resolve of this.#drained.splice(0)) resolve()
  }

  /** Nothing more is sent on the stream, and nothing of it is kept. */
  #forget(): void {
    this.#stream = undefined
    this.#onDataChannel = undefined
  }

  #settle(): void {
    const pending = this.#queue.size > 0 || (this.#stream?.writeBufferLength ?? 0) > 0
    if (!pending) for (const resolve of this.#drained.splice(0)) resolve()
  }
}

function takes(stream: Stream): boolean {
  return stream.writeStatus === 'writable' && !stream.writableNeedsDrain
}
