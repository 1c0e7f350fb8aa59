/**
 * The least subscriber that our protocol allows (RFC 2): it says HELLO and BEAT, asks for the streams of its channels, and hands
 * on what comes. The other relays' subscribers are no more than that either, and what is measured is the relay.
 */
import { yamux } from '@hopcast/protocol/libp2p'
import type { Stream } from '@libp2p/interface'
import { tcp } from '@libp2p/tcp'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { socketTls } from '../../packages/node/src/socket-tls.ts'
import { defaultConfig } from '../../packages/protocol/src/default-config.ts'
import { streamSums } from '../../packages/protocol/src/digest.ts'
import { type ChannelId, openChannelId, type StreamId, streamId } from '../../packages/protocol/src/ids.ts'
import { audioProtocol, controlProtocol } from '../../packages/protocol/src/libp2p/link.ts'
import { decodeAnnouncement } from '../../packages/protocol/src/wire/announcement.ts'
import { decodeControl, encodeControl } from '../../packages/protocol/src/wire/control.ts'
import { FrameReader, joinFrames } from '../../packages/protocol/src/wire/framing.ts'
import { digestBuckets } from '../../packages/protocol/src/wire/limits.ts'
import type { Message, SignedAnnouncement } from '../../packages/protocol/src/wire/messages.ts'
import { objectPayload, parseObject } from '../../packages/protocol/src/wire/object.ts'
import type { Client } from './client.ts'

const { flowBeatIntervalMs, digestIntervalMs, subIntervalMs, protocolVersion } = defaultConfig
const frameBytesMax = 2 ** 20

export async function connectReader({ address }: { address: string }): Promise<Client> {
  const reader = new Reader()
  const libp2p = await createLibp2p({
    transports: [tcp()],
    connectionEncrypters: [socketTls()],
    streamMuxers: [yamux()],
    connectionMonitor: { enabled: false }
  })
  await libp2p.handle(controlProtocol, stream => reader.readControl(stream))
  await libp2p.handle(audioProtocol, stream => reader.readObjects(stream))
  const connection = await libp2p.dial(multiaddr(address))
  reader.begin(await connection.newStream(controlProtocol))
  return {
    publish() {
      throw new TypeError('a reader publishes nothing')
    },
    subscribe: (channel, onMessage) => reader.subscribe(openChannelId(channel), onMessage)
  }
}

type OnMessage = (payload: Uint8Array) => void
type Sub = Extract<Message, { type: 'sub' }>

class Reader {
  #control: Stream | undefined
  readonly #wanted = new Map<ChannelId, OnMessage>()
  readonly #announced = new Map<ChannelId, Sub>()
  readonly #streams = new Map<StreamId, OnMessage>()
  /** Asked for, and not answered. */
  readonly #asked = new Map<StreamId, Sub>()

  begin(control: Stream): void {
    this.#control = control
    this.#say({ type: 'hello', version: protocolVersion, agent: 'reader', server: false })
    const beat = () => this.#say({ type: 'beat', timeUs: Math.round(performance.now() * 1_000) })
    beat()
    setInterval(() => beat(), flowBeatIntervalMs)
    setInterval(() => this.#askAgain(), subIntervalMs)
    setInterval(() => {
      const routes = new Array<number>(digestBuckets).fill(0)
      this.#say({ type: 'digest', routes, subscriptions: streamSums(this.#streams.keys()) })
    }, digestIntervalMs)
  }

  subscribe(channel: ChannelId, onMessage: OnMessage): void {
    this.#wanted.set(channel, onMessage)
    const announced = this.#announced.get(channel)
    if (announced !== undefined) this.#ask(announced, onMessage)
  }

  readControl(stream: Stream): void {
    readFrames(stream, body => {
      const message = decodeControl(body)
      if (message?.type === 'announce') this.#onAnnounce(message.announcement)
      else if (message?.type === 'sub-ok') this.#asked.delete(message.stream)
    })
  }

  readObjects(stream: Stream): void {
    readFrames(stream, body => {
      const object = parseObject(body)
      this.#streams.get(object.header.stream)?.(objectPayload(object))
    })
  }

  #onAnnounce({ body }: SignedAnnouncement): void {
    const { channel, publisher, epoch } = decodeAnnouncement(body)
    // There is nobody else to ask.
    const sub: Sub = { type: 'sub', channel, publisher, epoch, track: 0, insist: true }
    this.#announced.set(channel, sub)
    const onMessage = this.#wanted.get(channel)
    if (onMessage !== undefined) this.#ask(sub, onMessage)
  }

  #ask(sub: Sub, onMessage: OnMessage): void {
    const id = streamId(sub)
    if (this.#streams.has(id)) return
    this.#streams.set(id, onMessage)
    this.#asked.set(id, sub)
    this.#say(sub)
  }

  #askAgain(): void {
    for (const sub of this.#asked.values()) this.#say(sub)
  }

  #say(message: Message): void {
    this.#control?.send(joinFrames([encodeControl(message)]))
  }
}

function readFrames(stream: Stream, onBody: (body: Uint8Array) => void): void {
  const frames = new FrameReader({ maxFrameLength: frameBytesMax })
  stream.addEventListener('message', ({ data }) => {
    for (const body of frames.push(data.subarray())) onBody(body)
  })
}
