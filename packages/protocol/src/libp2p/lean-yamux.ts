/**
 * libp2p's yamux with four things mended that it does not let one choose: `streamMuxers: [leanYamux(yamux)]`.
 *
 * - It answers each frame of data with a window update, so that a subscriber sends as many packets as it is sent: more than
 *   half of what a relay did in a second was to read and decrypt those. Here an update goes when half of the window is used up.
 * - A window only ever grows. What is in it can no longer be dropped or overtaken, and over a line that has become slow two megabytes
 *   are half a minute of sound and pictures that nobody wants any more. Here it shrinks where it takes long to fill.
 * - It waits for the end of a frame however long that claims to be (version 8.0.3), and keeps what comes. Here a connection on
 *   which more waits than any window allows is broken.
 * - Who opens a stream waits for the other side to agree on its protocol. Streams of ours are written at once (`early-protocol.ts`).
 *
 * All reach into its objects, whose fields are private by their types alone. The tests show that they do what they are for.
 */
import type { StreamMuxer, StreamMuxerFactory } from '@libp2p/interface'
import { type OpeningStream, speakEarly } from './early-protocol.ts'

/** What a neighbour may send on a stream before it is read. The largest object fits; nobody needs the 16 MiB of the default. */
const windowBytesMax = 2 ** 21
/** When half of a window took longer than this to come, it shrinks to what comes in twice this, down to what it was at first. */
const slowMs = 500
const windowBytesMin = 2 ** 18
const headerBytes = 12
const ourProtocols = '/hopcast/'

type Yamux = (init: { streamOptions: { maxStreamWindowSize: number } }) => () => StreamMuxerFactory

interface MuxerInside extends StreamMuxer {
  readonly decoder?: { readonly buffer?: { readonly byteLength: number } }
  onData(data: { readonly byteLength: number }): void
  onCreateStream(options: { protocol?: string }): OpeningStream
  _newStream(...about: unknown[]): StreamInside
}

interface StreamInside {
  readonly state: number
  recvWindow: number
  readonly recvWindowCapacity: number
  /** Since when the window has been filling; long ago keeps it from growing. */
  epochStart: number
  sendWindowUpdate(): void
}

/** States in which a window update also opens a stream, or accepts it. */
const opening = { init: 0, synReceived: 2 }
/** A part of a frame, however small, takes half a kilobyte until the frame is whole. TCP brings the largest in 1,500. */
const partsMax = 8_192

export function leanYamux(yamux: Yamux): () => StreamMuxerFactory {
  const make = yamux({ streamOptions: { maxStreamWindowSize: windowBytesMax } })
  return () => {
    const factory = make()
    const { createStreamMuxer } = factory
    factory.createStreamMuxer = connection => mend(createStreamMuxer.call(factory, connection) as MuxerInside)
    return factory
  }
}

function mend(muxer: MuxerInside): StreamMuxer {
  const { onData, onCreateStream, _newStream, decoder } = muxer
  const buffer = decoder?.buffer
  // Another version, which keeps these elsewhere: it works, as it is.
  const isKnown = [onCreateStream, _newStream].every(inside => typeof inside === 'function')
  if (typeof buffer?.byteLength !== 'number' || !isKnown) return muxer
  let parts = 0
  // What is thrown here breaks the connection, as any other frame that must not be.
  muxer.onData = data => {
    const whole = buffer.byteLength + data.byteLength
    onData.call(muxer, data)
    const { byteLength } = buffer
    parts = byteLength < whole ? 0 : parts + 1
    if (byteLength > windowBytesMax + headerBytes)
      throw new Error(`a frame is longer than ${windowBytesMax} bytes`)
    if (parts > partsMax) throw new Error(`a frame comes in more than ${partsMax} parts`)
  }
  muxer.onCreateStream = options => {
    const stream = onCreateStream.call(muxer, options)
    if (options.protocol?.startsWith(ourProtocols)) speakEarly(stream, options.protocol)
    return stream
  }
  muxer._newStream = (...about) => updatesLess(_newStream.apply(muxer, about))
  return muxer
}

function updatesLess(stream: StreamInside): StreamInside {
  const { sendWindowUpdate } = stream
  const isHalfUsed = () => stream.recvWindowCapacity <= stream.recvWindow / 2
  /** What the sender was allowed last, and when. */
  let [allowed, since] = [stream.recvWindowCapacity, performance.now()]
  stream.sendWindowUpdate = () => {
    if (stream.state === opening.init || stream.state === opening.synReceived)
      return sendWindowUpdate.call(stream)
    if (!isHalfUsed()) return
    const ms = performance.now() - since
    if (ms > slowMs) {
      const came = allowed - stream.recvWindowCapacity
      const wanted = Math.max(windowBytesMin, Math.round((2 * slowMs * came) / ms))
      stream.recvWindow = Math.min(stream.recvWindow, wanted)
      stream.epochStart = 0
    }
    if (!isHalfUsed()) return
    sendWindowUpdate.call(stream)
    allowed = stream.recvWindowCapacity
    since = performance.now()
  }
  return stream
}
