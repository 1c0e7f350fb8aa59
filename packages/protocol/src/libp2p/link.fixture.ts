/** What the tests of links share: two nodes on loopback, the link between them, and objects to send. */
import type { Stream, StreamMessageEvent } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { createLibp2p, type Libp2p } from 'libp2p'
import { defaultConfig } from '../default-config.ts'
import type { PeerId, StreamId } from '../ids.ts'
import { decodeControl } from '../wire/control.ts'
import { FrameReader } from '../wire/framing.ts'
import type { ObjectFrame, ObjectHeader } from '../wire/messages.ts'
import { encodeObject, parseObject } from '../wire/object.ts'
import { FanOut } from './fan-out.ts'
import { audioProtocol, controlProtocol, Link } from './link.ts'
import { yamux } from './yamux/muxer.ts'

const nodes: Libp2p[] = []

export async function node(): Promise<Libp2p> {
  const made = await createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()]
  })
  nodes.push(made)
  return made
}

/** A link to a node that reads all, and what becomes of it. */
export async function link() {
  const [here, there] = await Promise.all([node(), node()])
  const dropped = { overflow: 0, expired: 0, waitsForKey: 0 }
  const made = {
    dropped,
    errors: [] as Error[],
    objects: [] as ObjectHeader[],
    objectStreams: [] as Stream[],
    control: [] as unknown[],
    controlStreams: [] as Stream[]
  }
  await there.handle(controlProtocol, stream => {
    made.controlStreams.push(stream)
    const reader = new FrameReader({ maxFrameLength: 2 ** 16 })
    stream.addEventListener('message', ({ data }: StreamMessageEvent) => {
      for (const body of reader.push(data.subarray())) made.control.push(decodeControl(body))
    })
  })
  await there.handle(audioProtocol, stream => {
    made.objectStreams.push(stream)
    const reader = new FrameReader({ maxFrameLength: 2 ** 20 })
    stream.addEventListener('message', ({ data }: StreamMessageEvent) => {
      for (const body of reader.push(data.subarray())) made.objects.push(parseObject(body).header)
    })
  })
  const opened = new Link(await here.dial(there.getMultiaddrs()), defaultConfig, dropped, {
    onFrame: () => undefined,
    onBroken: error => made.errors.push(error)
  })
  const fanOut = new FanOut({ link: () => opened, version: 0 })
  const peers = ['there' as PeerId]
  const send = (object: ObjectFrame, expiresAt = Number.POSITIVE_INFINITY) => {
    fanOut.forward(peers, object, expiresAt, performance.now())
  }
  return Object.assign(made, { link: opened, there, send })
}

export function object(seq: number, header: Partial<ObjectHeader> = {}, payloadBytes = 10): ObjectFrame {
  const stream = '11'.repeat(16) as StreamId
  const defaults = {
    stream,
    seq,
    end: false,
    list: false,
    lists: 0,
    key: true,
    priority: 0,
    ttlMs: 0,
    timestampUs: 0
  }
  return encodeObject({ ...defaults, ...header }, new Uint8Array(payloadBytes))
}

export const videoStream = '22'.repeat(16) as StreamId
const groupLength = 10
export function video(seq: number): ObjectFrame {
  const key = seq % groupLength === 0
  return object(seq, { stream: videoStream, key, priority: key ? 1 : 2 }, 20_000)
}

export const seqs = (objects: ObjectHeader[]) => objects.map(({ seq }) => seq)
export const turn = () => new Promise(resolve => setImmediate(resolve))

/** To be called after each test. */
export async function stopNodes(): Promise<void> {
  await Promise.all(nodes.splice(0).map(made => made.stop()))
}
