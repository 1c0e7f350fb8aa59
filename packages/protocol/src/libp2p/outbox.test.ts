import type { Stream, StreamMessageEvent } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createLibp2p, type Libp2p } from 'libp2p'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { FrameReader } from '../wire/framing.ts'
import { Outbox, type OutboxLimits } from './outbox.ts'

const protocol = '/test/1'
const roomy: OutboxLimits = { framesMax: 10_000, bytesMax: 2 ** 26, ageMaxMs: Number.POSITIVE_INFINITY }
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

/** A stream over loopback, and what its other end does with it. */
async function stream(onStream: (remote: Stream) => void): Promise<Stream> {
  const [writer, reader] = await Promise.all([node(), node()])
  await reader.handle(protocol, onStream)
  return await writer.dialProtocol(reader.getMultiaddrs(), protocol)
}

/** The frames that arrive at the other end. */
function frames(into: Uint8Array[]): (remote: Stream) => void {
  return remote => {
    const reader = new FrameReader({ maxFrameLength: 2 ** 20 })
    remote.addEventListener('message', ({ data }: StreamMessageEvent) => {
      into.push(...reader.push(data.subarray()))
    })
  }
}

const numbered = (n: number, length = 4) => {
  const body = new Uint8Array(length)
  new DataView(body.buffer).setUint32(0, n)
  return body
}
const numbers = (bodies: Uint8Array[]) =>
  bodies.map(({ buffer, byteOffset }) => new DataView(buffer, byteOffset).getUint32(0))
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i)

afterEach(async () => {
  vi.useRealTimers()
  await Promise.all(nodes.splice(0).map(made => made.stop()))
})

describe('An outbox', () => {
  test('sends all frames whole and in order, those from before the stream first', async () => {
    const arrived: Uint8Array[] = []
    const outbox = new Outbox(roomy, () => expect.unreachable('nothing is dropped'))
    for (const n of range(0, 10)) outbox.push(numbered(n))
    outbox.attach(await stream(frames(arrived)))
    for (const n of range(10, 500)) outbox.push(numbered(n, 5_000))
    await vi.waitFor(() => expect(arrived).toHaveLength(500))
    expect(numbers(arrived)).toEqual(range(0, 500))
  })

  test('keeps framesMax frames, drops the oldest and says how many', async () => {
    let dropped = 0
    const outbox = new Outbox({ ...roomy, framesMax: 5 }, count => {
      dropped += count
    })
    for (const n of range(0, 8)) outbox.push(numbered(n))
    expect(dropped).toBe(3)
    const arrived: Uint8Array[] = []
    outbox.attach(await stream(frames(arrived)))
    await vi.waitFor(() => expect(numbers(arrived)).toEqual(range(3, 8)))
  })

  test('keeps bytesMax bytes, and a frame that is larger not at all', async () => {
    let dropped = 0
    const outbox = new Outbox({ ...roomy, bytesMax: 100 }, count => {
      dropped += count
    })
    for (const n of range(0, 3)) outbox.push(numbered(n, 40))
    expect(dropped).toBe(1)
    outbox.push(numbered(3, 101))
    expect(dropped).toBe(4)
  })

  test('drops what has waited longer than ageMaxMs when the next one comes', () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    let dropped = 0
    const outbox = new Outbox({ ...roomy, ageMaxMs: 500 }, count => {
      dropped += count
    })
    outbox.push(numbered(0))
    vi.advanceTimersByTime(500)
    outbox.push(numbered(1))
    expect(dropped).toBe(0)
    vi.advanceTimersByTime(1)
    outbox.push(numbered(2))
    expect(dropped).toBe(1)
  })

  test('leaves at most one send and what the muxer takes to libp2p when the other end does not read', async () => {
    let dropped = 0
    const outbox = new Outbox({ ...roomy, bytesMax: 2 ** 20 }, count => {
      dropped += count
    })
    const sending = await stream(remote => remote.pause())
    outbox.attach(sending)
    for (const n of range(0, 2_000)) {
      outbox.push(numbered(n, 10_000))
      // The outbox sends at the end of a turn.
      if (n % 50 === 0) await new Promise(resolve => setImmediate(resolve))
    }
    expect(sending.writeBufferLength).toBeLessThanOrEqual(65_536 + 10_000)
    // 20 MB came; what is neither dropped nor in the outbox is in the windows of the stream and the socket.
    expect(dropped).toBeGreaterThan(1_500)
  })

  test('goes on where it was when the other end reads again', async () => {
    const arrived: Uint8Array[] = []
    const outbox = new Outbox(roomy, () => expect.unreachable('nothing is dropped'))
    const remote = Promise.withResolvers<Stream>()
    const sending = await stream(opened => {
      opened.pause()
      frames(arrived)(opened)
      remote.resolve(opened)
    })
    outbox.attach(sending)
    for (const n of range(0, 500)) outbox.push(numbered(n, 10_000))
    await vi.waitFor(() => expect(sending.writableNeedsDrain).toBe(true))
    expect(arrived).toEqual([])
    ;(await remote.promise).resume()
    await vi.waitFor(() => expect(arrived).toHaveLength(500))
    expect(numbers(arrived)).toEqual(range(0, 500))
  })

  test('is drained once all has been handed on, at once when there is nothing, and when it is closed', async () => {
    const outbox = new Outbox(roomy, () => undefined)
    await outbox.drained()
    const remote = Promise.withResolvers<Stream>()
    const sending = await stream(opened => {
      opened.pause()
      frames([])(opened)
      remote.resolve(opened)
    })
    outbox.attach(sending)
    for (const n of range(0, 500)) outbox.push(numbered(n, 10_000))
    let isDrained = false
    const drained = outbox.drained().then(() => {
      isDrained = true
    })
    await vi.waitFor(() => expect(sending.writableNeedsDrain).toBe(true))
    expect(isDrained).toBe(false)
    ;(await remote.promise).resume()
    await drained
    expect(sending.writeBufferLength).toBe(0)

    const closed = new Outbox(roomy, () => undefined)
    closed.push(numbered(0))
    const waiting = closed.drained()
    closed.close()
    await waiting
  })

  test('sends nothing more on a stream that closed during a send', async () => {
    const outgoing = await stream(() => {})
    const send = vi.spyOn(outgoing, 'send').mockImplementation(() => {
      outgoing.abort(new Error('the channel is closing'))
      return false
    })
    const outbox = new Outbox(roomy, () => expect.unreachable('nothing is dropped'))
    for (const n of range(0, 10)) outbox.push(numbered(n, 60_000))
    outbox.attach(outgoing)
    await vi.waitFor(() => expect(outgoing.status).toBe('aborted'))
    expect(send).toHaveBeenCalledTimes(1)
  })
})
