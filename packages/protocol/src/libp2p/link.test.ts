import type { Stream, StreamMessageEvent } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createLibp2p, type Libp2p } from 'libp2p'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { FrameReader } from '../wire/framing.ts'
import { ProtocolError } from '../wire/messages.ts'
import { audioProtocol, controlProtocol, Link } from './link.ts'

const nodes: Libp2p[] = []

async function node(): Promise<Libp2p> {
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
async function link() {
  const [here, there] = await Promise.all([node(), node()])
  const made = { dropped: 0, errors: [] as Error[], audio: [] as number[][], audioStreams: [] as Stream[] }
  await there.handle(controlProtocol, () => undefined)
  await there.handle(audioProtocol, stream => {
    made.audioStreams.push(stream)
    const reader = new FrameReader({ maxFrameLength: 2 ** 20 })
    stream.addEventListener('message', ({ data }: StreamMessageEvent) => {
      for (const body of reader.push(data.subarray())) made.audio.push([...body])
    })
  })
  const opened = new Link(await here.dial(there.getMultiaddrs()), {
    onFrame: () => undefined,
    onObjectsDropped: count => {
      made.dropped += count
    },
    onBroken: error => made.errors.push(error)
  })
  return Object.assign(made, { link: opened, there })
}

afterEach(async () => {
  vi.useRealTimers()
  await Promise.all(nodes.splice(0).map(made => made.stop()))
})

describe('A link is broken with slow', () => {
  test('past 16,384 control messages that wait', async () => {
    const made = await link()
    await made.link.open(AbortSignal.timeout(5_000))
    for (let i = 0; i < 16_384; i++) made.link.sendControl(new Uint8Array(1))
    expect(made.errors).toEqual([])
    made.link.sendControl(new Uint8Array(1))
    expect(made.errors).toMatchObject([{ code: 'slow' }])
    expect(made.errors[0]).toBeInstanceOf(ProtocolError)
  })

  test('past 6 MiB of them, and only once', async () => {
    const made = await link()
    for (let i = 0; i < 6; i++) made.link.sendControl(new Uint8Array(2 ** 20))
    expect(made.errors).toEqual([])
    for (let i = 0; i < 8; i++) made.link.sendControl(new Uint8Array(2 ** 20))
    expect(made.errors).toMatchObject([{ code: 'slow' }])
  })
})

describe('A link drops the oldest objects', () => {
  test('past 4,096 that wait', async () => {
    const made = await link()
    for (let i = 0; i < 4_100; i++) made.link.sendObject(new Uint8Array(1))
    expect(made.dropped).toBe(4)
  })

  test('past 1 MiB of them', async () => {
    const made = await link()
    for (let i = 0; i < 20; i++) made.link.sendObject(new Uint8Array(2 ** 16))
    expect(made.dropped).toBe(4)
  })

  test('that have waited for more than 500 ms', async () => {
    const made = await link()
    vi.useFakeTimers({ toFake: ['performance'] })
    made.link.sendObject(new Uint8Array(1))
    vi.advanceTimersByTime(501)
    made.link.sendObject(new Uint8Array(1))
    expect(made.dropped).toBe(1)
    expect(made.errors).toEqual([])
  })
})

describe('A link', () => {
  test('does not open to a node that does not speak the protocol', async () => {
    const made = await link()
    await made.there.unhandle(controlProtocol)
    await expect(made.link.open(AbortSignal.timeout(5_000))).rejects.toThrow()
  })

  test('opens its audio stream with the first object, and another when that one is gone', async () => {
    const made = await link()
    made.link.sendObject(new Uint8Array([1]))
    await vi.waitFor(() => expect(made.audio).toEqual([[1]]))
    made.audioStreams[0]?.abort(new Error('idle for too long'))
    await vi.waitFor(() => {
      made.link.sendObject(new Uint8Array([2]))
      expect(made.audioStreams).toHaveLength(2)
    })
    await vi.waitFor(() => expect(made.audio.at(-1)).toEqual([2]))
    expect(made.errors).toEqual([])
  })

  test('breaks when its control stream closes, and sends nothing after that', async () => {
    const made = await link()
    await made.link.open(AbortSignal.timeout(5_000))
    await made.link.connection.close()
    await vi.waitFor(() => expect(made.errors).toHaveLength(1))
    made.link.sendControl(new Uint8Array(1))
    made.link.sendObject(new Uint8Array(1))
    await made.link.drained()
    expect(made.errors).toHaveLength(1)
  })
})
