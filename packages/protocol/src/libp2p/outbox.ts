import type { Stream } from '@libp2p/interface'
import { joinFrames } from '../wire/framing.ts'

export interface OutboxLimits {
  framesMax: number
  bytesMax: number
  /** A frame that has waited this long is late for everyone behind it. `Infinity` keeps all. */
  ageMaxMs: number
}

interface Waiting {
  body: Uint8Array
  at: number
}

/** What libp2p may hold of this stream beyond what the muxer took: one buffer, so that the queue above it decides. */
const sendBytesMax = 65_536

/**
 * The bounded queue of frames before one libp2p stream, whose own queue has no bound. All that is pushed in one turn of the
 * event loop leaves in one buffer: one encryption, one write.
 */
export class Outbox {
  readonly #limits: OutboxLimits
  readonly #onOverflow: (frames: number) => void
  #stream: Stream | undefined
  /** Those before `#start` have left. */
  #waiting: Waiting[] = []
  #start = 0
  #bytes = 0
  #flushing = false
  #drained: (() => void)[] = []

  /** @param onOverflow told how many of the oldest frames were dropped for the limits */
  constructor(limits: OutboxLimits, onOverflow: (frames: number) => void) {
    this.#limits = limits
    this.#onOverflow = onOverflow
  }

  /** The stream that takes the frames, those that wait for it first. */
  attach(stream: Stream): void {
    this.#stream = stream
    stream.addEventListener('drain', () => this.#scheduleFlush())
    stream.addEventListener('idle', () => this.#settle())
    this.#scheduleFlush()
  }

  push(body: Uint8Array): void {
    const now = performance.now()
    this.#waiting.push({ body, at: now })
    this.#bytes += body.length
    this.#limit(now)
    this.#scheduleFlush()
  }

  /** Resolves when all that was pushed has been handed to the transport, or the stream is closed. */
  drained(): Promise<void> {
    return new Promise(resolve => {
      this.#drained.push(resolve)
      this.#settle()
    })
  }

  close(): void {
    this.#stream = undefined
    this.#waiting = []
    this.#start = 0
    this.#bytes = 0
    for (const resolve of this.#drained.splice(0)) resolve()
  }

  #scheduleFlush(): void {
    if (this.#flushing || this.#stream === undefined) return
    this.#flushing = true
    queueMicrotask(() => {
      this.#flushing = false
      this.#flush()
    })
  }

  #flush(): void {
    const stream = this.#stream
    // Asked before each send: one that fails, as WebRTC's may, closes the stream.
    while (this.#start < this.#waiting.length && stream?.writeStatus === 'writable') {
      if (stream.writableNeedsDrain) break
      stream.send(joinFrames(this.#take()))
    }
    this.#settle()
  }

  /** The next frames, up to the size of one send, and one at least. */
  #take(): Uint8Array[] {
    const bodies: Uint8Array[] = []
    let bytes = 0
    while (this.#start < this.#waiting.length) {
      const body = this.#waiting[this.#start]?.body as Uint8Array
      if (bodies.length > 0 && bytes + body.length > sendBytesMax) break
      bodies.push(body)
      bytes += body.length
      this.#start++
    }
    this.#bytes -= bytes
    this.#trim()
    return bodies
  }

  #limit(now: number): void {
    const { framesMax, bytesMax, ageMaxMs } = this.#limits
    const oldestAt = now - ageMaxMs
    let dropped = 0
    for (;;) {
      const oldest = this.#waiting[this.#start]
      if (oldest === undefined) break
      const frames = this.#waiting.length - this.#start
      if (frames <= framesMax && this.#bytes <= bytesMax && oldest.at >= oldestAt) break
      this.#bytes -= oldest.body.length
      this.#start++
      dropped++
    }
    if (dropped === 0) return
    this.#trim()
    this.#onOverflow(dropped)
  }

  /** Lets go of what has left, once it is half of the array: each frame is moved about once. */
  #trim(): void {
    if (this.#start * 2 < this.#waiting.length) return
    this.#waiting = this.#waiting.slice(this.#start)
    this.#start = 0
  }

  #settle(): void {
    const pending = this.#waiting.length > this.#start || (this.#stream?.writeBufferLength ?? 0) > 0
    if (!pending) for (const resolve of this.#drained.splice(0)) resolve()
  }
}
