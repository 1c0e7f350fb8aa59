import type { Stream, StreamMessageEvent } from '@libp2p/interface'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { FrameReader } from '../wire/framing.ts'
import { ControlQueue } from './control-queue.ts'
import { node, stopNodes } from './link.fixture.ts'
import { Outbox } from './outbox.ts'

const protocol = '/test/1'
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

/** An outbox for what fits into a control queue, 6 MiB. */
function outboxOf() {
  const queue = new ControlQueue()
  const outbox = new Outbox(queue)
  const push = (body: Uint8Array) => {
    const hasRoom = queue.push(body)
    if (hasRoom) outbox.wake()
    return hasRoom
  }
  return { queue, outbox, push }
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
  await stopNodes()
})

describe('An outbox', () => {
  test('sends all frames whole and in order, those from before the stream first', async () => {
    const arrived: Uint8Array[] = []
    const { outbox, push } = outboxOf()
    for (const n of range(0, 10)) push(numbered(n))
    outbox.attach(await stream(frames(arrived)))
    for (const n of range(10, 500)) push(numbered(n, 5_000))
    await vi.waitFor(() => expect(arrived).toHaveLength(500))
    expect(numbers(arrived)).toEqual(range(0, 500))
  })

  test('sends what is pushed in one turn of the event loop as one buffer', async () => {
    const arrived: Uint8Array[] = []
    const { outbox, push } = outboxOf()
    const sending = await stream(frames(arrived))
    const send = vi.spyOn(sending, 'send')
    outbox.attach(sending)
    for (const n of range(0, 100)) push(numbered(n))
    await vi.waitFor(() => expect(numbers(arrived)).toEqual(range(0, 100)))
    expect(send).toHaveBeenCalledTimes(1)
  })

  test('leaves at most one send and what the muxer takes to libp2p when the other end does not read', async () => {
    const { outbox, push, queue } = outboxOf()
    const sending = await stream(remote => remote.pause())
    outbox.attach(sending)
    let pushed = 0
    while (push(numbered(pushed, 10_000))) {
      pushed++
      // The outbox sends at the end of a turn.
      if (pushed % 50 === 0) await new Promise(resolve => setImmediate(resolve))
    }
    expect(sending.writeBufferLength).toBeLessThanOrEqual(65_536 + 10_000)
    // What is not in the queue is in the window of the stream.
    expect((pushed - queue.size) * 10_000).toBeLessThan(2 ** 20)
  })

  test('goes on where it was when the other end reads again', async () => {
    const arrived: Uint8Array[] = []
    const { outbox, push } = outboxOf()
    const remote = Promise.withResolvers<Stream>()
    const sending = await stream(opened => {
      opened.pause()
      frames(arrived)(opened)
      remote.resolve(opened)
    })
    outbox.attach(sending)
    for (const n of range(0, 500)) push(numbered(n, 10_000))
    await vi.waitFor(() => expect(sending.writableNeedsDrain).toBe(true))
    expect(arrived).toEqual([])
    ;(await remote.promise).resume()
    await vi.waitFor(() => expect(arrived).toHaveLength(500))
    expect(numbers(arrived)).toEqual(range(0, 500))
  })

  test('is drained once all has been handed on, at once when there is nothing, and when it is closed', async () => {
    const { outbox, push } = outboxOf()
    await outbox.drained()
    const remote = Promise.withResolvers<Stream>()
    const sending = await stream(opened => {
      opened.pause()
      frames([])(opened)
      remote.resolve(opened)
    })
    outbox.attach(sending)
    for (const n of range(0, 500)) push(numbered(n, 10_000))
    let isDrained = false
    const drained = outbox.drained().then(() => {
      isDrained = true
    })
    await vi.waitFor(() => expect(sending.writableNeedsDrain).toBe(true))
    expect(isDrained).toBe(false)
    ;(await remote.promise).resume()
    await drained
    expect(sending.writeBufferLength).toBe(0)

    const closed = outboxOf()
    closed.push(numbered(0))
    const waiting = closed.outbox.drained()
    closed.outbox.close()
    await waiting
    expect(closed.queue.size).toBe(0)
  })

  test('waits for nothing that was on a stream that is gone', async () => {
    const remotes: Stream[] = []
    const { outbox, push } = outboxOf()
    const out = await stream(remote => void remotes.push(remote))
    outbox.attach(out)
    await vi.waitFor(() => expect(remotes).toHaveLength(1))
    while (out.writeBufferLength === 0) {
      push(numbered(0, 60_000))
      await new Promise(setImmediate)
    }
    const done = outbox.drained()
    remotes[0]?.abort(new Error('gone'))
    await done
  })

  test('sends nothing more on a stream that closed during a send', async () => {
    const outgoing = await stream(() => {})
    const send = vi.spyOn(outgoing, 'send').mockImplementation(() => {
      outgoing.abort(new Error('the channel is closing'))
      return false
    })
    const { outbox, push } = outboxOf()
    for (const n of range(0, 10)) push(numbered(n, 60_000))
    outbox.attach(outgoing)
    await vi.waitFor(() => expect(outgoing.status).toBe('aborted'))
    expect(send).toHaveBeenCalledTimes(1)
  })
})
