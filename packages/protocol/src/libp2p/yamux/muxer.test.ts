import type { Stream, StreamMuxerFactory } from '@libp2p/interface'
import { multiaddrConnectionPair } from '@libp2p/utils'
import { yamux as libp2pYamux } from '@libp2p/yamux'
import { Uint8ArrayList } from 'uint8arraylist'
import { describe, expect, test, vi } from 'vitest'
import { isBytesSource } from './bytes-source.ts'
import { type FrameHeader, FrameReader, flag, frameType, headerBytes, writeHeader } from './frames.ts'
import { yamux } from './muxer.ts'

const factories: Record<'ours' | "libp2p's", StreamMuxerFactory> = {
  ours: yamux()(),
  "libp2p's": libp2pYamux()()
} satisfies Record<string, StreamMuxerFactory>
type Side = keyof typeof factories

/** Everybody with everybody, but libp2p's with itself. */
const pairs: [Side, Side][] = [
  ['ours', 'ours'],
  ['ours', "libp2p's"],
  ["libp2p's", 'ours']
]

/** What connections have beside what their interface says. */
interface Inside {
  writableNeedsDrain: boolean
  onData(bytes: Uint8Array): void
  safeDispatchEvent(type: 'drain'): void
}

function connectionPair() {
  const [near, far] = multiaddrConnectionPair()
  return [near as typeof near & Inside, far as typeof far & Inside] as const
}

/** Two muxers on a connection; the streams that `from` opens arrive at `to` in their order. */
function pair(from: Side, to: Side) {
  const [near, far] = connectionPair()
  const receiver = factories[to].createStreamMuxer(far)
  const inbound: Stream[] = []
  receiver.addEventListener('stream', ({ detail }) => inbound.push(detail))
  const sender = factories[from].createStreamMuxer(near)
  return { near, far, sender, receiver, inbound }
}

/** A stream, and its other end. */
async function connected(from: Side, to: Side) {
  const { sender, inbound, ...rest } = pair(from, to)
  const stream = await sender.createStream()
  await vi.waitFor(() => expect(inbound).toHaveLength(1))
  return { ...rest, sender, inbound, stream, remote: inbound[0] as Stream }
}

/** What comes on a stream, all of it. */
function listen(stream: Stream): Uint8ArrayList {
  const heard = new Uint8ArrayList()
  stream.addEventListener('message', ({ data }) => heard.append(data))
  return heard
}

/** A muxer of ours whose other side says and hears frames one by one. */
function byHand() {
  const [near, far] = connectionPair()
  const muxer = factories.ours.createStreamMuxer(far)
  const inbound: Stream[] = []
  muxer.addEventListener('stream', ({ detail }) => inbound.push(detail))
  const heard: FrameHeader[] = []
  const reader = new FrameReader({ handleHeader: header => heard.push(header), handleData: () => {} })
  near.addEventListener('message', ({ data }) => reader.push(data.subarray()))
  const say = (type: number, flags: number, streamId: number, length: number, data?: Uint8Array) => {
    const header = new Uint8Array(headerBytes)
    writeHeader(header, { type, flags, streamId, length })
    // As a transport hands bytes over: at once, and as one.
    far.onData(header)
    if (data !== undefined) far.onData(data)
  }
  return { muxer, far, inbound, heard, say }
}

describe('yamux', () => {
  test.each(pairs)('carries more than many windows in order: %s to %s', async (from, to) => {
    const { stream, remote } = await connected(from, to)
    let came = 0
    remote.addEventListener('message', ({ data }) => {
      for (const byte of data.subarray()) if (byte !== came++ % 251) throw new Error('out of order')
    })
    const total = 10_000_000
    for (let sent = 0; sent < total; ) {
      const bytes = Uint8Array.from({ length: Math.min(50_000, total - sent) }, (_, i) => (sent + i) % 251)
      sent += bytes.length
      if (!stream.send(bytes))
        await new Promise(resolve => stream.addEventListener('drain', resolve, { once: true }))
    }
    await vi.waitFor(() => expect(came).toBe(total), 5_000)
  })

  test.each(pairs)('closes one direction, then the other: %s and %s', async (from, to) => {
    const { stream, remote, sender } = await connected(from, to)
    const [there, back] = [listen(remote), listen(stream)]
    stream.send(Uint8Array.of(1, 2))
    await stream.close()
    await vi.waitFor(() => expect(remote.remoteWriteStatus).toBe('closed'))
    remote.send(Uint8Array.of(3))
    await remote.close()
    await vi.waitFor(() => expect([stream.status, remote.status]).toEqual(['closed', 'closed']))
    expect([[...there.subarray()], [...back.subarray()]]).toEqual([[1, 2], [3]])
    expect(sender.streams).toEqual([])
  })

  test.each(pairs)('resets a stream, and keeps the others: %s and %s', async (from, to) => {
    const { stream, remote, sender, inbound } = await connected(from, to)
    const other = await sender.createStream()
    await vi.waitFor(() => expect(inbound).toHaveLength(2))
    stream.abort(new Error('enough'))
    await vi.waitFor(() => expect(remote.status).toBe('reset'))
    const heard = listen(inbound[1] as Stream)
    other.send(Uint8Array.of(7))
    await vi.waitFor(() => expect([...heard.subarray()]).toEqual([7]))
  })

  test.each(pairs)('opens streams from both sides: %s and %s', async (from, to) => {
    const { sender, receiver, inbound } = pair(from, to)
    const back: Stream[] = []
    sender.addEventListener('stream', ({ detail }) => back.push(detail))
    await Promise.all([1, 2, 3].flatMap(() => [sender.createStream(), receiver.createStream()]))
    await vi.waitFor(() => expect([inbound.length, back.length]).toEqual([3, 3]))
    expect(inbound.map(({ id }) => id)).toEqual(['1', '3', '5'])
    expect(back.map(({ id }) => id)).toEqual(['2', '4', '6'])
  })

  test.each(pairs)('ends all streams with the muxer: %s and %s', async (from, to) => {
    const { near, stream, remote, sender, receiver } = await connected(from, to)
    await sender.close()
    await vi.waitFor(() => expect([remote.status, receiver.status]).toEqual(['closed', 'closed']))
    await near.close()
    await vi.waitFor(() => expect(stream.status).toBe('closed'))
    await expect(sender.createStream()).rejects.toThrow()
  })

  test('sends no update for each message that comes', async () => {
    const { stream, remote, far } = await connected("libp2p's", 'ours')
    const heard = listen(remote)
    const sent = vi.spyOn(far, 'send')
    for (let i = 0; i < 300; i++) {
      stream.send(new Uint8Array(1_000))
      await new Promise(setImmediate)
    }
    await vi.waitFor(() => expect(heard.byteLength).toBe(300_000))
    // Half of a window is 128 KiB.
    expect(sent.mock.calls.length).toBeLessThanOrEqual(2)
  })

  test('stops a sender whose stream nobody reads, and lets it go on when somebody does', async () => {
    const { stream, remote } = await connected('ours', 'ours')
    stream.send(new Uint8Array(300_000))
    await vi.waitFor(() => expect(remote.readBufferLength).toBe(2 ** 18))
    expect(stream.writeBufferLength).toBe(300_000 - 2 ** 18)
    const heard = listen(remote)
    await vi.waitFor(() => expect(heard.byteLength).toBe(300_000))
    expect(stream.writableNeedsDrain).toBe(false)
  })

  test('stops a sender whose stream is paused', async () => {
    const { stream, remote } = await connected('ours', 'ours')
    const heard = listen(remote)
    remote.pause()
    stream.send(new Uint8Array(300_000))
    await vi.waitFor(() => expect(stream.writeBufferLength).toBe(300_000 - 2 ** 18))
    expect(heard.byteLength).toBe(0)
    remote.resume()
    await vi.waitFor(() => expect(heard.byteLength).toBe(300_000))
  })

  test('gives what comes to its one reader, behind what came before there was one, or while it was paused', async () => {
    const { say, inbound } = byHand()
    const data = (...bytes: number[]) => say(frameType.data, 0, 1, bytes.length, Uint8Array.from(bytes))
    say(frameType.data, flag.syn, 1, 1, Uint8Array.of(1))
    const [stream] = inbound
    if (stream === undefined || !isBytesSource(stream)) throw new TypeError('no stream of ours')
    const heard: number[] = []
    const events: number[] = []
    stream.addEventListener('message', ({ data }) => {
      heard.push(...data.subarray())
      events.push(...data.subarray())
    })
    stream.onBytes = bytes => heard.push(...bytes)
    data(2)
    await vi.waitFor(() => expect(heard).toEqual([1, 2]))
    data(3)
    stream.pause()
    data(4)
    expect(heard).toEqual([1, 2, 3])
    stream.resume()
    data(5)
    expect(heard).toEqual([1, 2, 3, 4, 5])
    expect(events).toEqual([1, 2, 4])
  })

  test('opens a stream of ours with the frame that says what it is for', async () => {
    const { sender, inbound, near } = pair('ours', 'ours')
    const sent = vi.spyOn(near, 'send')
    await sender.createStream({ protocol: '/hopcast/1/test' })
    await vi.waitFor(() => expect(inbound).toHaveLength(1))
    expect(sent).toHaveBeenCalledTimes(1)
  })

  test('answers pings, and ignores what it has not asked for', async () => {
    const { heard, say, far } = byHand()
    say(frameType.ping, flag.syn, 0, 77)
    say(frameType.ping, flag.ack, 0, 78)
    await vi.waitFor(() =>
      expect(heard).toEqual([{ type: frameType.ping, flags: flag.ack, streamId: 0, length: 77 }])
    )
    expect(far.status).toBe('open')
  })

  test('reads on where the data of a stream is for nobody', async () => {
    const { inbound, say, far } = byHand()
    say(frameType.data, 0, 1, 3, Uint8Array.of(1, 2, 3))
    say(frameType.windowUpdate, flag.syn, 3, 0)
    expect(inbound.map(({ id }) => id)).toEqual(['3'])
    inbound[0]?.abort(new Error('not wanted'))
    say(frameType.data, 0, 3, 2, Uint8Array.of(4, 5))
    say(frameType.windowUpdate, flag.syn, 5, 0)
    expect(inbound).toHaveLength(2)
    expect(far.status).toBe('open')
  })

  test('answers the newest ping of a connection that is full when it no longer is', async () => {
    const { heard, say, far } = byHand()
    far.writableNeedsDrain = true
    for (const value of [1, 2, 3]) say(frameType.ping, flag.syn, 0, value)
    expect(far.status).toBe('open')
    far.safeDispatchEvent('drain')
    await vi.waitFor(() => expect(heard.map(({ length }) => length)).toEqual([3]))
    say(frameType.ping, flag.syn, 0, 4)
    await vi.waitFor(() => expect(heard.map(({ length }) => length)).toEqual([3, 4]))
  })

  test('refuses streams beyond its limit', async () => {
    const { muxer, heard, say } = byHand()
    for (let i = 1; i <= 1_001; i++) say(frameType.windowUpdate, flag.syn, 2 * i - 1, 0)
    expect(muxer.streams).toHaveLength(1_000)
    const refusal = { type: frameType.windowUpdate, flags: flag.rst, streamId: 2_001, length: 0 }
    await vi.waitFor(() => expect(heard).toEqual([refusal]))
  })

  test('breaks the connection of who opens streams, is told that they are over, and does not read that', () => {
    const { muxer, say, far } = byHand()
    muxer.addEventListener('stream', ({ detail }) => detail.abort(new Error('not wanted')))
    far.writableNeedsDrain = true
    const open = (from: number, to: number) => {
      for (let i = from; i < to; i++) say(frameType.windowUpdate, flag.syn, 2 * i + 1, 0)
    }
    open(0, 4_000)
    expect(far.status).toBe('open')
    open(4_000, 4_001)
    expect(far.status).toBe('aborted')
  })

  test('ends a stream once that both sides give up', () => {
    const { muxer, say } = byHand()
    let closed = 0
    muxer.addEventListener('stream', ({ detail }) => {
      detail.addEventListener('close', () => closed++)
      detail.addEventListener('message', () => detail.abort(new Error('not wanted')))
    })
    for (let i = 0; i < 10; i++) say(frameType.data, flag.syn | flag.rst, 2 * i + 1, 1, Uint8Array.of(i))
    expect(closed).toBe(10)
    for (let i = 10; i <= 1_011; i++) say(frameType.windowUpdate, flag.syn, 2 * i + 1, 0)
    expect(muxer.streams).toHaveLength(1_000)
  })

  test('closes a stream whose other side has no window left, though it does not read', async () => {
    const { stream, remote, near } = await connected('ours', 'ours')
    near.writableNeedsDrain = true
    for (let sent = 0; sent < 2 ** 18; sent += 2 ** 16) stream.send(new Uint8Array(2 ** 16))
    near.safeDispatchEvent('drain')
    await stream.close()
    await vi.waitFor(() => expect(remote.remoteWriteStatus).toBe('closed'))
    expect(remote.readBufferLength).toBe(2 ** 18)
  })

  test('sends frames of a quarter of a mebibyte at most', async () => {
    const { muxer, heard, say } = byHand()
    const stream = await muxer.createStream()
    say(frameType.windowUpdate, flag.ack, 2, 2 ** 21)
    stream.send(new Uint8Array(600_000))
    const lengths = () => heard.flatMap(({ type, length }) => (type === frameType.data ? [length] : []))
    await vi.waitFor(() => expect(lengths().reduce((sum, length) => sum + length, 0)).toBe(600_000))
    expect(Math.max(...lengths())).toBe(2 ** 18)
  })

  test('opens a stream on a connection that is full as one that takes nothing yet', async () => {
    const { near, sender } = pair('ours', 'ours')
    near.writableNeedsDrain = true
    const stream = await sender.createStream()
    expect(stream.writableNeedsDrain).toBe(true)
    near.safeDispatchEvent('drain')
    await vi.waitFor(() => expect(stream.writableNeedsDrain).toBe(false))
  })

  test('aborts a stream when what it sends cannot be sent', async () => {
    const { stream, near } = await connected('ours', 'ours')
    vi.spyOn(near, 'send').mockImplementation(() => {
      throw new Error('the cable is cut')
    })
    expect(() => stream.send(Uint8Array.of(1))).toThrow('the cable is cut')
    expect(stream.status).toBe('aborted')
  })

  test('opens no more streams than its limit', async () => {
    const { sender } = pair('ours', 'ours')
    for (let i = 0; i < 1_000; i++) await sender.createStream()
    await expect(sender.createStream()).rejects.toThrow()
    sender.streams[0]?.abort(new Error('enough'))
    await expect(sender.createStream()).resolves.toBeDefined()
  })

  test.each<[string, (say: ReturnType<typeof byHand>['say']) => void]>([
    ['more data than the window holds', say => say(frameType.data, flag.syn, 1, 2 ** 18 + 1)],
    ['a stream of this side’s numbers', say => say(frameType.windowUpdate, flag.syn, 2, 0)],
    [
      'data behind the end of its stream',
      say =>
        [flag.syn | flag.fin, 0].forEach(flags => void say(frameType.data, flags, 1, 1, Uint8Array.of(0)))
    ],
    ['a stream that is open', say => [1, 1].forEach(id => void say(frameType.windowUpdate, flag.syn, id, 0))],
    ['a ping on a stream', say => say(frameType.ping, flag.syn, 1, 0)],
    ['data of no stream', say => say(frameType.data, 0, 0, 0)],
    ['a type that there is not', say => say(9, 0, 0, 0)]
  ])('breaks the connection for %s', async (_, misbehave) => {
    const { say, far, muxer } = byHand()
    misbehave(say)
    expect([far.status, muxer.status]).toEqual(['aborted', 'closed'])
  })

  test('gives up what the other side gives up', async () => {
    const { inbound, say, muxer } = byHand()
    say(frameType.windowUpdate, flag.syn, 1, 0)
    say(frameType.goAway, 0, 0, 2)
    expect(inbound[0]?.status).toBe('aborted')
    expect(muxer.status).toBe('closed')
  })
})
