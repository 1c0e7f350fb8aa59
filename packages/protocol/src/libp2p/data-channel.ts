/**
 * Streams over WebRTC, written to past libp2p's class, which copies what it is given three times for each of those that it goes to,
 * and sends the length of each message as a message of its own. What the other side reads is the same
 * (https://github.com/libp2p/specs/blob/master/webrtc/README.md, section "Multiplexing").
 */
import type { Stream } from '@libp2p/interface'
import type { Uint8ArrayList } from 'uint8arraylist'
import { lengthBytes, writeLength } from '../wire/framing.ts'
import { SharedList } from './shared-list.ts'

/** Field 2 of a message is bytes (protobuf). */
const payloadTag = 0x12

/** What libp2p's class has, though some of it is private by its type. */
export interface DataChannelStream extends Stream {
  readonly channel: {
    readonly readyState: string
    readonly bufferedAmount: number
    send(message: Uint8Array): void
  }
  readonly maxBufferedAmount: number
  readonly maxMessageSize: number
}

export function isOnDataChannel(stream: Stream): stream is DataChannelStream {
  if (!('channel' in stream)) return false
  const { channel, maxBufferedAmount, maxMessageSize } = stream as Partial<DataChannelStream>
  const isChannel = typeof channel?.send === 'function' && 'bufferedAmount' in channel
  return isChannel && typeof maxBufferedAmount === 'number' && typeof maxMessageSize === 'number'
}

/** Sends bytes on a stream that takes them now. May throw, as the channel does when it is gone. */
export function sendOnDataChannel(stream: DataChannelStream, bytes: Uint8ArrayList): void {
  const { channel, maxBufferedAmount, maxMessageSize } = stream
  if (stream.writeBufferLength > 0 || channel.readyState !== 'open') return void stream.send(bytes)
  const make = () => messagesOf(bytes, maxMessageSize)
  const messages = bytes instanceof SharedList ? bytes.messages(maxMessageSize, make) : make()
  for (const message of messages) channel.send(message)
  stream.writableNeedsDrain = channel.bufferedAmount >= maxBufferedAmount
}

function messagesOf(bytes: Uint8ArrayList, payloadBytesMax: number): Uint8Array[] {
  const messages: Uint8Array[] = []
  for (let from = 0; from < bytes.byteLength; from += payloadBytesMax) {
    messages.push(messageOf(bytes.sublist(from, Math.min(from + payloadBytesMax, bytes.byteLength))))
  }
  return messages
}

/** With its length before it. */
function messageOf(payload: Uint8ArrayList): Uint8Array {
  const length = 1 + lengthBytes(payload.byteLength) + payload.byteLength
  const message = new Uint8Array(lengthBytes(length) + length)
  let at = writeLength(message, 0, length)
  message[at++] = payloadTag
  at = writeLength(message, at, payload.byteLength)
  for (const part of payload) {
    message.set(part, at)
    at += part.length
  }
  return message
}
