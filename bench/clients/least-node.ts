/**
 * The least publisher and subscriber that our protocol allows (RFC 2): it says HELLO, and BEAT as every node does, and then either
 * announces what it publishes and sends it to who asks, or asks for what it wants and hands on what comes. The clients of the other
 * relays are no more than that either, so what is measured is the relay.
 */
import { yamux } from '@hopcast/protocol/libp2p'
import { generateKeyPair } from '@libp2p/crypto/keys'
import type { Connection, PrivateKey, Stream } from '@libp2p/interface'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { tcp } from '@libp2p/tcp'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { encrypters } from '../../packages/node/src/encryption/encrypters.ts'
import { loadSodium } from '../../packages/node/src/encryption/sodium.ts'
import { defaultConfig } from '../../packages/protocol/src/default-config.ts'
import { streamSums } from '../../packages/protocol/src/digest.ts'
import {
  type ChannelId,
  openChannelId,
  type PeerId,
  pathTag,
  type StreamId,
  type StreamName,
  streamId
} from '../../packages/protocol/src/ids.ts'
import { audioProtocol, controlProtocol } from '../../packages/protocol/src/libp2p/link.ts'
import { signAnnouncement, signSeqno } from '../../packages/protocol/src/libp2p/signing.ts'
import { isBytesSource } from '../../packages/protocol/src/libp2p/yamux/bytes-source.ts'
import { type LinkEvent, Links } from '../../packages/protocol/src/links.ts'
import { Timers } from '../../packages/protocol/src/timers.ts'
import { decodeAnnouncement } from '../../packages/protocol/src/wire/announcement.ts'
import { decodeControl, encodeControl, largeKindOf } from '../../packages/protocol/src/wire/control.ts'
import { FrameReader, joinFrames } from '../../packages/protocol/src/wire/framing.ts'
import { digestBuckets } from '../../packages/protocol/src/wire/limits.ts'
import type { Announcement, Message, Sub } from '../../packages/protocol/src/wire/messages.ts'
import { encodeObject, objectPayload, parseObject } from '../../packages/protocol/src/wire/object.ts'
import type { Client, Role } from './client.ts'

const { beatIntervalMs, digestIntervalMs, subIntervalMs, announceTtlMs } = defaultConfig
const frameBytesMax = 2 ** 20
const track = 0
/** What a publication says of its objects unless it is told otherwise. */
const ttlMs = 2_000

export async function connectLeast({ address }: { address: string }, role: Role): Promise<Client> {
  const reading: { publisher?: Publisher; subscriber?: Subscriber } = {}
  const { privateKey, connection, control } = await connectControl(address, {
    onMessage: message => (reading.publisher ?? reading.subscriber)?.handle(message),
    onAnnounce: body => reading.subscriber?.onAnnounce(body),
    onObject: body => reading.subscriber?.onObject(body)
  })
  if (role === 'publisher') {
    const publisher = new Publisher(privateKey, connection, control)
    reading.publisher = publisher
    await publisher.begin()
    return {
      publish: (channel, payload, isKey) => publisher.publish(channel, payload, isKey),
      subscribe: () => {}
    }
  }
  const subscriber = new Subscriber(control)
  reading.subscriber = subscriber
  return {
    publish: () => {},
    subscribe: (channel, onMessage) => subscriber.subscribe(openChannelId(channel), onMessage)
  }
}

interface Handlers {
  onMessage(message: Message): void
  /** As it came: to read all that a large network has takes as long as many objects. */
  onAnnounce(body: Uint8Array): void
  onObject(body: Uint8Array): void
}

/** A neighbour of the relay's that says HELLO, and BEAT; what else is its caller's. */
export async function connectControl(
  address: string,
  { onMessage, onAnnounce, onObject }: Handlers
): Promise<{ privateKey: PrivateKey; connection: Connection; control: Control }> {
  const privateKey = await generateKeyPair('Ed25519')
  const libp2p = await createLibp2p({
    privateKey,
    transports: [tcp()],
    connectionEncrypters: await encrypters(loadSodium()),
    streamMuxers: [yamux()],
    connectionMonitor: { enabled: false }
  })
  let control: Control | undefined
  await libp2p.handle(controlProtocol, stream => {
    readFrames(stream, body => {
      const kind = largeKindOf(body)
      if (kind !== undefined) control?.noteAny()
      if (kind === 'announce') return onAnnounce(body)
      // There is one way, so that no SYNC is of use.
      if (kind !== undefined) return
      const message = decodeControl(body)
      if (message === undefined) return
      control?.handle(message)
      onMessage(message)
    })
  })
  await libp2p.handle(audioProtocol, stream => readFrames(stream, onObject))
  const connection = await libp2p.dial(multiaddr(address))
  const relay = connection.remotePeer.toString() as PeerId
  control = new Control(relay, await connection.newStream(controlProtocol))
  return { privateKey, connection, control }
}

/** What is said to the relay, and that this node lives. */
export class Control {
  readonly #relay: readonly [PeerId]
  readonly #stream: Stream
  readonly #links = new Links({ ...defaultConfig, agent: 'least' }, new Timers())

  constructor(relay: PeerId, stream: Stream) {
    this.#relay = [relay]
    this.#stream = stream
    this.#tell(this.#links.handleConnected(relay, performance.now()))
    setInterval(() => this.#tell(this.#links.handleTimeout(performance.now())), beatIntervalMs)
  }

  say(message: Message): void {
    this.send(joinFrames([encodeControl(message)]))
  }

  send(frames: Uint8Array): void {
    this.#stream.send(frames)
  }

  handle(message: Message): void {
    const [relay] = this.#relay
    const now = performance.now()
    this.#links.handleAny(relay, now)
    if (message.type === 'hello') this.#tell(this.#links.handleHello(relay, message))
    else if (message.type === 'beat') this.#tell(this.#links.handleBeat(relay, message, now))
    else if (message.type === 'close') throw new Error(`the relay closes the connection: ${message.code}`)
  }

  /** Where objects flow, most beats are left out. */
  noteSent(): void {
    this.#links.noteObject(this.#relay, performance.now())
  }

  noteAny(): void {
    this.#links.handleAny(this.#relay[0], performance.now())
  }

  noteReceived(): void {
    this.#links.handleObject(this.#relay[0], performance.now())
  }

  #tell(events: readonly LinkEvent[]): void {
    for (const event of events) if (event.type === 'send') this.say(event.message)
  }
}

class Publisher {
  readonly #key: PrivateKey
  readonly #self: PeerId
  readonly #epoch = Date.now()
  readonly #connection: Connection
  readonly #control: Control
  readonly #runs = new Map<string, { id: StreamId; seq: number }>()
  readonly #taken = new Set<StreamId>()
  #objects: Promise<void> | undefined
  #stream: Stream | undefined
  /** Leave at the end of this turn. */
  readonly #waiting: Uint8Array[] = []

  constructor(key: PrivateKey, connection: Connection, control: Control) {
    this.#key = key
    this.#self = peerIdFromPrivateKey(key).toString() as PeerId
    this.#connection = connection
    this.#control = control
  }

  /** Tells the way to here. */
  async begin(): Promise<void> {
    const version = { epoch: this.#epoch, seqno: 0 }
    const row = { origin: this.#self, ...version, metricUs: 0, hops: 0, number: 1 }
    const signature = await signSeqno(this.#key, version)
    this.#control.say({ type: 'sync', rows: [{ ...row, signature }] })
  }

  handle(message: Message): void {
    if (message.type !== 'sub') return
    const stream = streamId(message)
    const attempt = message.attempt === undefined ? {} : { attempt: message.attempt }
    this.#taken.add(stream)
    this.#control.say({ type: 'sub-ok', stream, path: [pathTag(this.#self)], ...attempt })
    this.#objects ??= this.#connection.newStream(audioProtocol).then(opened => {
      this.#stream = opened
    })
  }

  publish(name: string, payload: Uint8Array, key: boolean): void {
    const run = this.#runs.get(name) ?? this.#announce(name)
    const header = { stream: run.id, seq: run.seq++, end: false, list: false, lists: 0, key }
    const plain = { priority: 0, ttlMs, timestampUs: Date.now() * 1_000 }
    if (!this.#taken.has(run.id)) return
    if (this.#waiting.length === 0) queueMicrotask(() => this.#flush())
    this.#waiting.push(encodeObject({ ...header, ...plain }, payload).bytes)
  }

  #announce(name: string): { id: StreamId; seq: number } {
    const channel = openChannelId(name)
    const of: StreamName = { channel, publisher: this.#self, epoch: this.#epoch, track }
    const run = { id: streamId(of), seq: 0 }
    this.#runs.set(name, run)
    const draft = { ...of, name, seqno: 1, ended: false, catalog: new Uint8Array(), ttlMs: announceTtlMs }
    void signAnnouncement(this.#key, draft, Date.now()).then(({ signed }) =>
      this.#control.say({ type: 'announce', announcement: signed })
    )
    return run
  }

  #flush(): void {
    const waiting = this.#waiting.splice(0)
    this.#stream?.send(joinFrames(waiting))
    this.#control.noteSent()
  }
}

type OnMessage = (payload: Uint8Array) => void

class Subscriber {
  readonly #control: Control
  readonly #wanted = new Map<ChannelId, OnMessage>()
  /** Read while something that is wanted is not known. */
  readonly #unread: Uint8Array[] = []
  readonly #announced = new Map<ChannelId, Sub>()
  readonly #streams = new Map<StreamId, OnMessage>()
  /** Asked for, and not answered. */
  readonly #asked = new Map<StreamId, Sub>()

  constructor(control: Control) {
    this.#control = control
    setInterval(() => {
      for (const sub of this.#asked.values()) control.say(sub)
    }, subIntervalMs)
    setInterval(() => {
      const routes = new Array<number>(digestBuckets).fill(0)
      control.say({ type: 'digest', routes, subscriptions: streamSums(this.#streams.keys()) })
    }, digestIntervalMs)
  }

  subscribe(channel: ChannelId, onMessage: OnMessage): void {
    this.#wanted.set(channel, onMessage)
    this.#read()
    const announced = this.#announced.get(channel)
    if (announced !== undefined) this.#ask(announced, onMessage)
  }

  handle(message: Message): void {
    if (message.type === 'sub-ok') this.#asked.delete(message.stream)
  }

  onAnnounce(body: Uint8Array): void {
    this.#unread.push(body)
    this.#read()
  }

  onObject(body: Uint8Array): void {
    this.#control.noteReceived()
    const object = parseObject(body)
    this.#streams.get(object.header.stream)?.(objectPayload(object))
  }

  #read(): void {
    while (this.#streams.size < this.#wanted.size) {
      const body = this.#unread.shift()
      if (body === undefined) return
      const message = decodeControl(body)
      if (message?.type === 'announce') this.#note(decodeAnnouncement(message.announcement.body))
    }
  }

  #note({ channel, publisher, epoch }: Announcement): void {
    // There is nobody else to ask.
    const sub: Sub = { type: 'sub', channel, publisher, epoch, track, insist: true }
    this.#announced.set(channel, sub)
    const onMessage = this.#wanted.get(channel)
    if (onMessage !== undefined) this.#ask(sub, onMessage)
  }

  #ask(sub: Sub, onMessage: OnMessage): void {
    const id = streamId(sub)
    if (this.#streams.has(id)) return
    this.#streams.set(id, onMessage)
    this.#asked.set(id, sub)
    this.#control.say(sub)
  }
}

function readFrames(stream: Stream, onBody: (body: Uint8Array) => void): void {
  const frames = new FrameReader({ maxFrameLength: frameBytesMax })
  const onBytes = (bytes: Uint8Array) => {
    for (const body of frames.push(bytes)) onBody(body)
  }
  stream.addEventListener('message', ({ data }) => onBytes(data.subarray()))
  if (isBytesSource(stream)) stream.onBytes = onBytes
}
