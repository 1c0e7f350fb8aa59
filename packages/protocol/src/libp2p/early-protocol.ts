/**
 * Saves the round trip in which libp2p agrees on a stream's protocol (multistream-select): who opens a stream says what it is
 * for and writes on, as libp2p allows where there is no choice. The answer is checked when it comes.
 */
import type { Stream } from '@libp2p/interface'
import { Uint8ArrayList } from 'uint8arraylist'
import { joinFrames } from '../wire/framing.ts'

/** As much of a stream as takes what comes before anybody else reads it. */
export interface OpeningStream extends Stream {
  onData(data: Uint8Array | Uint8ArrayList): void
}

const answers = new WeakMap<Stream, Promise<void>>()

/** Opens the stream for `protocol`: what is sent from now on follows. */
export function speakEarly(stream: OpeningStream, protocol: string): void {
  const lines = ['/multistream/1.0.0\n', `${protocol}\n`].map(line => new TextEncoder().encode(line))
  // What is said is also the answer of one who agrees.
  const expected = joinFrames(lines)
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  // It is for whoever asks.
  promise.catch(() => undefined)
  answers.set(stream, promise)
  stream.addEventListener('close', ({ error }) => reject(error ?? new Error('closed before an answer')))
  const { onData } = stream
  let heard = 0
  stream.onData = data => {
    const answer = data.subarray(0, Math.min(data.byteLength, expected.length - heard))
    if (answer.some((byte, i) => byte !== expected[heard + i])) {
      stream.abort(new Error(`the neighbour does not speak ${protocol}`))
      return
    }
    heard += answer.length
    if (heard < expected.length) return
    stream.onData = onData
    resolve()
    if (data.byteLength > answer.length) stream.onData(new Uint8ArrayList(data).sublist(answer.length))
  }
  stream.protocol = protocol
  stream.send(expected)
}

/** Resolves when the other side has agreed, and rejects when it does not, or the stream closes before. */
export function agreed(stream: Stream): Promise<void> {
  return answers.get(stream) ?? Promise.resolve()
}
