/**
 * yamux for libp2p, made for many streams of small frames: `streamMuxers: [yamux()]`. On the wire it is what libp2p's is.
 * What is other than there, and why, says docs/decisions/0020-a-muxer-of-our-own.md.
 */
import {
  type CreateStreamOptions,
  type MessageStream,
  MuxerClosedError,
  type StreamMuxer,
  type StreamMuxerFactory,
  serviceCapabilities,
  TooManyOutboundProtocolStreamsError
} from '@libp2p/interface'
import { AbstractStreamMuxer } from '@libp2p/utils'
import { Uint8ArrayList } from 'uint8arraylist'
import { SharedList } from '../shared-list.ts'
import { isBytesSource } from './bytes-source.ts'
import { EarlyProtocol } from './early-protocol.ts'
import {
  type FrameHeader,
  FrameReader,
  type FrameSink,
  flag,
  frameType,
  goAwayCode,
  headerBytes,
  writeHeader,
  YamuxError
} from './frames.ts'
import { type FrameSender, YamuxStream } from './stream.ts'

const protocol = '/yamux/1.0.0'
/** Streams that are open at once, of each side. */
const streamsMax = 1_000
/** Frames that wait for a neighbour to read. Each stream has a few to say that it must take, as that it ends. */
const piledMax = 4 * streamsMax
/** To copy less than this, and what goes to many, is cheaper than to send the header apart. */
const copiedBytesMax = 4_096
/** The protocols that are written to before the other side has agreed. */
const ourProtocols = '/hopcast/'

export function yamux(): () => StreamMuxerFactory {
  return () => ({
    protocol,
    [Symbol.toStringTag]: '@hopcast/yamux',
    [serviceCapabilities]: ['@libp2p/stream-multiplexing'],
    createStreamMuxer: (connection: MessageStream): StreamMuxer => new YamuxMuxer(connection)
  })
}

class YamuxMuxer extends AbstractStreamMuxer<YamuxStream> implements FrameSink, FrameSender {
  readonly #reader = new FrameReader(this)
  readonly #streams = new Map<number, YamuxStream>()
  readonly #isClient: boolean
  #nextId: number
  readonly #counts = { inbound: 0, outbound: 0 }
  /** The stream whose data comes; undefined: nobody is left to read it. */
  #receiving: YamuxStream | undefined
  /** Frames that were sent since the connection was full. */
  #piled = 0
  /** A ping to be answered when it no longer is. */
  #pinged: number | undefined
  /** Of this side: nothing more is opened or accepted. */
  #isGoingAway = false

  constructor(connection: MessageStream) {
    super(connection, { protocol, name: 'yamux' })
    this.#isClient = connection.direction === 'outbound'
    this.#nextId = this.#isClient ? 1 : 2
    connection.addEventListener('drain', () => this.#handleDrain())
    if (isBytesSource(connection)) connection.onBytes = this.#onBytes
  }

  // Sending

  override onCreateStream({ protocol: wanted }: CreateStreamOptions): YamuxStream {
    if (this.#isGoingAway) throw new MuxerClosedError()
    if (this.#counts.outbound >= streamsMax) throw new TooManyOutboundProtocolStreamsError()
    const streamId = this.#nextId
    this.#nextId += 2
    const isOurs = wanted?.startsWith(ourProtocols) === true
    return this.#newStream(streamId, 'outbound', isOurs ? new EarlyProtocol(wanted) : undefined)
  }

  sendFrame(header: FrameHeader, data?: Uint8Array | Uint8ArrayList): boolean {
    this.#notePiled()
    if (data instanceof SharedList && header.flags === 0) {
      return this.send(data.frame(header.streamId, () => joined(header, data)))
    }
    if (data !== undefined && data.byteLength <= copiedBytesMax) return this.send(joined(header, data))
    const bytes = new Uint8Array(headerBytes)
    writeHeader(bytes, header)
    return this.send(data === undefined ? bytes : new Uint8ArrayList(bytes, data))
  }

  get takesMore(): boolean {
    return !this.maConn.writableNeedsDrain
  }

  /** Who makes this side say ever more, and reads none of it, is not to fill its memory. */
  #notePiled(): void {
    if (this.takesMore || ++this.#piled <= piledMax) return
    this.maConn.abort(new YamuxError(`more than ${piledMax} frames wait for it to read`))
  }

  #handleDrain(): void {
    this.#piled = 0
    if (this.#pinged !== undefined) this.#answerPing(this.#pinged)
  }

  /** On a connection that is full the newest ping is answered when it no longer is. */
  #answerPing(value: number): void {
    this.#pinged = this.takesMore ? undefined : value
    if (this.#pinged === undefined)
      this.sendFrame({ type: frameType.ping, flags: flag.ack, streamId: 0, length: value })
  }

  #goAway(code: number): void {
    this.#isGoingAway = true
    if (this.maConn.status === 'open')
      this.sendFrame({ type: frameType.goAway, flags: 0, streamId: 0, length: code })
  }

  // Receiving

  /** As libp2p's class does it with what comes as an event. */
  readonly #onBytes = (bytes: Uint8Array): void => {
    try {
      this.#reader.push(bytes)
    } catch (error) {
      this.abort(error as Error)
      this.maConn.abort(error as Error)
    }
  }

  override onData(data: Uint8Array | Uint8ArrayList): void {
    if (data instanceof Uint8Array) this.#reader.push(data)
    else for (const bytes of data) this.#reader.push(bytes)
  }

  handleHeader(header: FrameHeader): void {
    this.#receiving = undefined
    if (this.status === 'closed') return
    if (header.streamId === 0) return this.#handleSession(header)
    if (header.type > frameType.windowUpdate)
      throw new YamuxError(`a stream has no frames of type ${header.type}`)
    if ((header.flags & flag.syn) !== 0) this.#accept(header.streamId)
    // One that is gone here may still be spoken to by the other side, which has not heard of it.
    const stream = this.#streams.get(header.streamId)
    this.#receiving = stream
    stream?.handleHeader(header)
  }

  /** What comes for a stream that has gone meanwhile is read by nobody. */
  handleData(data: Uint8Array, isLast: boolean): void {
    this.#receiving?.handleData(data, isLast)
  }

  #handleSession({ type, flags, length }: FrameHeader): void {
    switch (type) {
      case frameType.ping:
        // Nobody here asks, so an answer is of no use.
        if ((flags & flag.syn) !== 0) this.#answerPing(length)
        return
      case frameType.goAway:
        if (length === goAwayCode.normal) return this.onTransportClosed()
        return this.abort(new Error(`the other side gives the connection up, with code ${length}`))
      default:
        throw new YamuxError(`a connection has no frames of type ${type}`)
    }
  }

  #accept(streamId: number): void {
    if ((streamId % 2 === 1) === this.#isClient)
      throw new YamuxError(`stream ${streamId} is not the other side's to open`)
    if (this.#streams.has(streamId)) throw new YamuxError(`stream ${streamId} is open already`)
    if (this.#isGoingAway || this.#counts.inbound >= streamsMax) {
      this.sendFrame({ type: frameType.windowUpdate, flags: flag.rst, streamId, length: 0 })
      return
    }
    this.onRemoteStream(this.#newStream(streamId, 'inbound', undefined))
  }

  #newStream(
    streamId: number,
    direction: 'inbound' | 'outbound',
    early: EarlyProtocol | undefined
  ): YamuxStream {
    const stream = new YamuxStream({
      ...this.streamOptions,
      id: `${streamId}`,
      streamId,
      direction,
      early,
      log: this.log.newScope(`${direction}:${streamId}`),
      sender: this
    })
    this.#streams.set(streamId, stream)
    this.#counts[direction]++
    const onClose = () => {
      this.#streams.delete(streamId)
      this.#counts[direction]--
    }
    stream.addEventListener('close', onClose, { once: true })
    return stream
  }

  // The end

  override async close(options?: Parameters<StreamMuxer['close']>[0]): Promise<void> {
    if (this.status !== 'open') return
    await super.close(options)
    this.#goAway(goAwayCode.normal)
  }

  override abort(error: Error): void {
    if (this.status === 'closed') return
    super.abort(error)
    this.#goAway(error instanceof YamuxError ? goAwayCode.protocolError : goAwayCode.internalError)
  }
}

function joined(header: FrameHeader, data: Uint8Array | Uint8ArrayList): Uint8Array {
  const bytes = new Uint8Array(headerBytes + data.byteLength)
  writeHeader(bytes, header)
  let at = headerBytes
  for (const part of data instanceof Uint8Array ? [data] : data) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}
