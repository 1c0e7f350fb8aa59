import type { Stream, StreamMuxer, StreamMuxerFactory } from '@libp2p/interface'
import { multiaddrConnectionPair } from '@libp2p/utils'
import { yamux } from '@libp2p/yamux'
import { describe, expect, test, vi } from 'vitest'
import { leanYamux } from './lean-yamux.ts'

const factories = { ours: leanYamux(yamux)(), "libp2p's": yamux()() } satisfies Record<
  string,
  StreamMuxerFactory
>

function pair(from: StreamMuxerFactory, to: StreamMuxerFactory) {
  const [near, far] = multiaddrConnectionPair()
  let sentBack = 0
  const send = far.send.bind(far)
  far.send = data => {
    sentBack += data.byteLength
    return send(data)
  }
  const inbound = Promise.withResolvers<Stream>()
  const receiver = to.createStreamMuxer(far)
  receiver.addEventListener('stream', ({ detail }) => inbound.resolve(detail))
  const sender = from.createStreamMuxer(near)
  return { near, far, sender, inbound: inbound.promise, sentBack: () => sentBack }
}

/** Sends as many messages of as many bytes, and waits until all have come. */
async function carry(sender: StreamMuxer, inbound: Promise<Stream>, count: number, bytes: number) {
  const stream = await sender.createStream()
  let came = 0
  void inbound.then(received => {
    received.addEventListener('message', ({ data }) => {
      came += data.byteLength
    })
  })
  for (let i = 0; i < count; i++) {
    if (!stream.send(new Uint8Array(bytes))) {
      await new Promise(resolve => stream.addEventListener('drain', resolve, { once: true }))
    }
    await new Promise(setImmediate)
  }
  await vi.waitFor(() => expect(came).toBe(count * bytes))
}

/** Our end after it has read `header`. It takes bytes as a transport hands them over: what is sent may be joined on its way. */
function receiving(header: number[]) {
  const { far } = pair(factories["libp2p's"], factories.ours)
  const { onData } = far as unknown as { onData(bytes: Uint8Array): void }
  onData.call(far, Uint8Array.from(header))
  return { status: () => far.status, take: (bytes: number) => onData.call(far, new Uint8Array(bytes)) }
}

describe('yamux, mended', () => {
  test.each([
    ['ours', 'ours'],
    ['ours', "libp2p's"],
    ["libp2p's", 'ours']
  ] as const)('carries more than many windows: %s to %s', async (from, to) => {
    const { sender, inbound } = pair(factories[from], factories[to])
    await carry(sender, inbound, 200, 50_000)
  })

  test('sends no window update for each message that comes', async () => {
    const { sender, inbound, sentBack } = pair(factories["libp2p's"], factories.ours)
    await carry(sender, inbound, 300, 1_000)
    // Half of a window is 128 KiB. The others open the stream, and measure the round trip.
    const frames = sentBack() / 12
    expect(frames).toBeLessThanOrEqual(2 + 3)
  })

  test('sends one when half of the window is used up, not when all is', async () => {
    const { sender, inbound, sentBack } = pair(factories["libp2p's"], factories.ours)
    await carry(sender, inbound, 120, 1_000)
    const before = sentBack()
    const stream = sender.streams[0] as unknown as Stream
    for (let i = 0; i < 20; i++) stream.send(new Uint8Array(1_000))
    await vi.waitFor(() => expect(sentBack() - before).toBe(12))
  })

  test('has a window that grows, and shrinks to a second’s worth where half of it takes long to come', async () => {
    const clocks = [vi.spyOn(performance, 'now'), vi.spyOn(Date, 'now')]
    const setClock = (ms: number) => {
      for (const clock of clocks) clock.mockReturnValue(ms)
    }
    setClock(0)
    const { sender, inbound } = pair(factories["libp2p's"], factories.ours)
    await carry(sender, inbound, 1, 1_000)
    const stream = sender.streams[0] as Stream
    const received = (await inbound) as Stream & { recvWindow: number }
    let sent = 0
    const send = async (bytes: number) => {
      for (const until = sent + bytes; sent < until; sent += 2 ** 14) {
        stream.send(new Uint8Array(2 ** 14))
        await new Promise(setImmediate)
      }
    }
    while (received.recvWindow < 2 ** 21) await send(2 ** 17)
    // 655 kB/s.
    for (let ms = 0; ms < 10_000; ms += 25) {
      setClock(ms)
      await send(2 ** 14)
    }
    expect(received.recvWindow).toBeGreaterThan(550_000)
    expect(received.recvWindow).toBeLessThan(750_000)
    for (let ms = 10_000; ms < 100_000; ms += 2_000) {
      setClock(ms)
      await send(2 ** 17)
    }
    expect(received.recvWindow).toBe(2 ** 18)
    vi.restoreAllMocks()
  })

  test('breaks a connection on which a frame comes in ever more parts', () => {
    const far = receiving([0, 0, 0, 1, 0, 0, 0, 1, 0, 0xff, 0xff, 0xff])
    for (let i = 0; i < 8_000; i++) far.take(1)
    expect(far.status()).toBe('open')
    for (let i = 0; i < 1_000; i++) far.take(1)
    expect(far.status()).toBe('aborted')
  })

  test('breaks a connection on which more of a frame comes than a window holds', () => {
    const far = receiving([0, 0, 0, 1, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff])
    for (let i = 0; i < 32; i++) far.take(65_536)
    expect(far.status()).toBe('open')
    far.take(65_536)
    expect(far.status()).toBe('aborted')
  })
})
