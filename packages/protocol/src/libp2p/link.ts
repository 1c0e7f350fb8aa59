import type { Connection, Stream, StreamMessageEvent } from '@libp2p/interface'
import type { Uint8ArrayList } from 'uint8arraylist'
import type { Config } from '../config.ts'
import type { Millis, StreamId } from '../ids.ts'
import { type DropCounts, ObjectQueue } from '../queue.ts'
import { encodeControl } from '../wire/control.ts'
import { FrameReader } from '../wire/framing.ts'
import { controlFrameBytesMax, objectPayloadBytesMax } from '../wire/limits.ts'
import { type ObjectFrame, objectHeaderLength, ProtocolError } from '../wire/messages.ts'
import { ControlQueue } from './control-queue.ts'
import { Outbox } from './outbox.ts'
import { isBytesSource } from './yamux/bytes-source.ts'
import { YamuxStream } from './yamux/stream.ts'

/**
 * Each side opens a stream of its own per class, writes on it, and reads what the other opened (RFC 2, "Streams"). All
 * objects share one, whatever is in them: their queue decides, not the transport.
 */
export const controlProtocol = '/hopcast/1/control'
export const audioProtocol = '/hopcast/1/audio'
export type StreamClass = 'control' | 'audio'

/** How long a neighbour that is closed has to take CLOSE. */
const farewellMs = 1_000
/** How long `end` waits for neighbours that do not read. */
const drainTimeoutMs = 2_000
/** What libp2p was handed needs a few turns of the event loop to reach the system; a stop in between would lose it. */
const handoverMs = 20

interface LinkHandlers {
  /** The body of a frame. May throw ProtocolError. */
  onFrame: (streamClass: StreamClass, body: Uint8Array) => void
  /** Broken by this side, by the other, or by what the other sent (a ProtocolError). Called once. */
  onBroken: (error: Error) => void
}

/** The streams to and from one neighbour. It lives as long as its control streams. */
export class Link {
  readonly connection: Connection
  readonly #handlers: LinkHandlers
  readonly #messages = new ControlQueue()
  readonly #control = new Outbox(this.#messages)
  readonly #objects: ObjectQueue
  readonly #audio: Outbox
  /**
   * Resolves when the neighbour has heard of the streams that were opened so far, or does not want them. One that it has not
   * heard of goes with the connection, and what was sent on it, too.
   */
  #heardOf: Promise<unknown> = Promise.resolve()
  #audioOpening = false
  #readsControl = false
  #broken = false
  #isDeaf = false
  /** The connection is being closed. */
  #closed = false

  /** @param dropped objects that are dropped here are added to it */
  constructor(connection: Connection, config: Config, dropped: DropCounts, handlers: LinkHandlers) {
    this.connection = connection
    this.#handlers = handlers
    this.#objects = new ObjectQueue(config, dropped)
    this.#audio = new Outbox(this.#objects)
  }

  /** Opens the outbound control stream. Rejects if the other side does not speak the protocol. */
  async open(signal: AbortSignal): Promise<void> {
    const stream = await this.connection.newStream(controlProtocol, { signal })
    stream.addEventListener('close', event => this.break(event.error ?? new Error('control stream closed')))
    if (this.#closed) return stream.abort(new Error('link broken'))
    this.#control.attach(stream)
    const onAbort = () => stream.abort(new Error('the neighbour does not answer'))
    signal.addEventListener('abort', onAbort)
    try {
      await this.#agreed(stream)
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }

  sendControl(body: Uint8Array): void {
    if (this.#broken) return
    if (this.#messages.push(body)) return this.#control.wake()
    // What it does not read, CLOSE included, is not worth waiting for.
    this.#isDeaf = true
    this.break(new ProtocolError('slow', 'it does not read its control messages'))
  }

  /**
   * Puts an object into the queue, for `flushObjects`. Opens the stream with the first one: most neighbours of a large relay
   * never get one.
   *
   * @param expiresAt when it becomes worthless, in the time of `performance.now()`, as `now`
   */
  queueObject(object: ObjectFrame, expiresAt: Millis, now: Millis): void {
    if (this.#broken) return
    this.#objects.push(object, expiresAt, now)
    if (!this.#audioOpening) void this.#openAudio()
  }

  /** Sends of the objects that wait what the transport takes now. The rest follows as it takes more. */
  flushObjects(): void {
    this.#audio.flush()
  }

  /** Whether objects of the stream may go past the queue: nothing waits there, and they need none that was dropped. */
  isClear(stream: StreamId): boolean {
    return this.#objects.isClear(stream)
  }

  /** Sends frames of objects past the queue, which is clear of their streams; false if the transport takes no more now. */
  passObjects(frames: Uint8ArrayList): boolean {
    return this.#audio.pass(frames)
  }

  /** Whether a control stream was accepted already: a second one is another session of the neighbour's. */
  get readsControl(): boolean {
    return this.#readsControl
  }

  /** Reads a stream that the neighbour opened. */
  accept(streamClass: StreamClass, stream: Stream): void {
    if (streamClass === 'control') {
      this.#readsControl = true
      stream.addEventListener('close', event => this.break(event.error ?? new Error('control stream closed')))
      stream.addEventListener('remoteCloseWrite', () => this.break(new Error('control stream closed')))
    }
    const maxFrameLength =
      streamClass === 'control' ? controlFrameBytesMax : objectHeaderLength + objectPayloadBytesMax
    const reader = new FrameReader({ maxFrameLength })
    const onBytes = (bytes: Uint8Array) => {
      if (this.#broken) return
      try {
        for (const body of reader.push(bytes)) this.#handlers.onFrame(streamClass, body)
      } catch (error) {
        if (error instanceof ProtocolError) return this.fail(error)
        // Only what the neighbour sent may break the link; a fault of our own must be seen.
        queueMicrotask(() => {
          throw error
        })
      }
    }
    stream.addEventListener('message', ({ data }: StreamMessageEvent) => onBytes(data.subarray()))
    if (isBytesSource(stream)) stream.onBytes = onBytes
  }

  /** Resolves when all that was sent has been handed to the transport. */
  async drained(): Promise<void> {
    await Promise.all([this.#control.drained(), this.#audio.drained()])
    await this.#heardOf
  }

  /** Breaks the link for a reason that this side has, and tells the neighbour with CLOSE. */
  fail(error: ProtocolError): void {
    this.sendControl(encodeControl({ type: 'close', code: error.code }))
    this.break(error)
  }

  /** Nothing more is read, and nothing more is sent than what waits. */
  break(error: Error): void {
    if (this.#broken) return
    this.#broken = true
    this.#audio.close()
    this.#handlers.onBroken(error)
  }

  /** Closes the connection of a link that broke. With `farewell`, control messages that wait leave first, CLOSE the last. */
  async close(farewell: boolean): Promise<void> {
    if (farewell && !this.#isDeaf) await atMost(farewellMs, this.#saidAll())
    this.#closed = true
    this.#control.close()
    try {
      await this.connection.close()
    } catch (error) {
      this.connection.abort(error instanceof Error ? error : new Error(String(error)))
    }
  }

  async #saidAll(): Promise<void> {
    await this.#control.drained()
    await this.#heardOf
  }

  #agreed(stream: Stream): Promise<void> {
    // Of other muxers, streams have agreed before they are opened.
    const answer = stream instanceof YamuxStream ? stream.agreed : Promise.resolve()
    this.#heardOf = Promise.allSettled([this.#heardOf, answer])
    return answer
  }

  async #openAudio(): Promise<void> {
    this.#audioOpening = true
    try {
      const stream = await this.connection.newStream(audioProtocol)
      // A muxer may close a stream that was idle for long; the next object opens another.
      stream.addEventListener('close', () => {
        this.#audioOpening = false
      })
      if (this.#broken) return stream.abort(new Error('link broken'))
      this.#objects.resume(performance.now())
      this.#audio.attach(stream)
      await this.#agreed(stream)
    } catch (error) {
      this.break(error instanceof Error ? error : new Error(String(error)))
    }
  }
}

/** Resolves when what was sent on the links has left this node, or after `drainTimeoutMs`. */
export async function drained(links: Iterable<Link>): Promise<void> {
  await atMost(drainTimeoutMs, Promise.all(Array.from(links, link => link.drained())))
  // libp2p does not tell when its muxer, its encryption and the socket have passed on what they were handed.
  await new Promise(resolve => setTimeout(resolve, handoverMs))
}

async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise(resolve => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([work, late])
  clearTimeout(timer)
}
