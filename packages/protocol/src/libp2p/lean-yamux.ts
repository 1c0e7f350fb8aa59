/**
 * libp2p's yamux with two things mended that it does not let one choose: `streamMuxers: [leanYamux(yamux)]`.
 *
 * - It answers each frame of data with a window update, so that a subscriber sends as many packets as it is sent: more than
 *   half of what a relay did in a second was to read and decrypt those. Here an update goes when half of the window is used up.
 * - It waits for the end of a frame however long that claims to be (version 8.0.3), and keeps what comes. Here a connection on
 *   which more waits than any window allows is broken.
 *
 * Both reach into its objects, whose fields are private by their types alone. The tests show that they do what they are for.
 */
import type { MessageStream, StreamMuxer, StreamMuxerFactory } from '@libp2p/interface'

/** What a neighbour may send on a stream before it is read. The largest object fits; nobody needs the 16 MiB of the default. */
const windowBytesMax = 2 ** 21
const headerBytes = 12

type Yamux = (init: { streamOptions: { maxStreamWindowSize: number } }) => () => StreamMuxerFactory

interface MuxerInside extends StreamMuxer {
  readonly decoder: { readonly buffer: { readonly byteLength: number } }
  onData(data: unknown): void
  _newStream(...about: unknown[]): StreamInside
}

interface StreamInside {
  readonly state: number
  readonly recvWindow: number
  readonly recvWindowCapacity: number
  sendWindowUpdate(): void
}

/** States in which a window update also opens a stream, or accepts it. */
const opening = { init: 0, synReceived: 2 }

export function leanYamux(yamux: Yamux): () => StreamMuxerFactory {
  const make = yamux({ streamOptions: { maxStreamWindowSize: windowBytesMax } })
  return () => {
    const factory = make()
    return {
      protocol: factory.protocol,
      createStreamMuxer: (connection: MessageStream) =>
        mend(factory.createStreamMuxer(connection) as MuxerInside)
    }
  }
}

function mend(muxer: MuxerInside): StreamMuxer {
  const { onData, _newStream } = muxer
  // What is thrown here breaks the connection, as any other frame that must not be.
  muxer.onData = data => {
    onData.call(muxer, data)
    const { byteLength } = muxer.decoder.buffer
    if (byteLength > windowBytesMax + headerBytes)
      throw new Error(`a frame is longer than ${windowBytesMax} bytes`)
  }
  muxer._newStream = (...about) => updatesLess(_newStream.apply(muxer, about))
  return muxer
}

function updatesLess(stream: StreamInside): StreamInside {
  const { sendWindowUpdate } = stream
  stream.sendWindowUpdate = () => {
    const { state, recvWindow, recvWindowCapacity } = stream
    const isOpening = state === opening.init || state === opening.synReceived
    if (isOpening || recvWindowCapacity <= recvWindow / 2) sendWindowUpdate.call(stream)
  }
  return stream
}
