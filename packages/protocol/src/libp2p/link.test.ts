import type { Stream } from '@libp2p/interface'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { defaultConfig } from '../default-config.ts'
import { encodeControl } from '../wire/control.ts'
import { ProtocolError } from '../wire/messages.ts'
import { link, object, seqs, stopNodes, turn, video, videoStream } from './link.fixture.ts'
import { audioProtocol, controlProtocol } from './link.ts'

afterEach(async () => {
  vi.useRealTimers()
  await stopNodes()
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

describe('A link to a neighbour that reads slowly', () => {
  test('gives it all of the audio, and of the video what can be decoded', async () => {
    const made = await link()
    made.send(object(0))
    await vi.waitFor(() => expect(made.objects).toHaveLength(1))
    // Objects wait for as long as the reader likes: their number and size is what is tried here.
    vi.useFakeTimers({ toFake: ['performance'] })
    const reader = made.objectStreams[0] as Stream
    reader.pause()
    let videoSeq = 0
    for (let seq = 1; seq <= 300; seq++) {
      made.send(object(seq))
      for (let n = 0; n < 2; n++) made.send(video(videoSeq++))
      await turn()
      if (seq % 60 > 0) continue
      // It takes what is on its way, and falls behind again.
      const before = made.objects.length
      reader.resume()
      await vi.waitFor(() => expect(made.objects.length).toBeGreaterThan(before + 10), { interval: 1 })
      reader.pause()
    }
    reader.resume()
    await made.link.drained()
    const { overflow, waitsForKey } = made.dropped
    await vi.waitFor(() => expect(made.objects).toHaveLength(901 - overflow - waitsForKey))
    const audio = made.objects.filter(({ stream }) => stream !== videoStream)
    expect(seqs(audio)).toEqual(Array.from({ length: 301 }, (_, seq) => seq))
    const shown = made.objects.filter(({ stream }) => stream === videoStream)
    expect(overflow).toBeGreaterThan(0)
    expect(waitsForKey).toBeGreaterThan(overflow)
    expect(shown.length).toBeGreaterThan(100)
    for (const [i, { seq, key }] of shown.entries()) if (!key) expect(seq).toBe((shown[i - 1]?.seq ?? 0) + 1)
    expect(made.errors).toEqual([])
  })

  test('holds no more of its objects than the queue, one send and the window of the stream', async () => {
    const made = await link()
    made.send(object(0))
    await vi.waitFor(() => expect(made.objects).toHaveLength(1))
    made.objectStreams[0]?.pause()
    for (let seq = 1; seq <= 200; seq++) {
      made.send(object(seq, {}, 50_000))
      await turn()
    }
    // 10 MB came, of which the queue holds 2 MiB.
    expect(made.dropped.overflow).toBeGreaterThan(100)
    const [stream] = made.link.connection.streams.filter(({ protocol }) => protocol === audioProtocol)
    expect(stream?.writeBufferLength).toBeLessThanOrEqual(65_536 + 50_000)
  })
})

describe('A link', () => {
  test('does not open to a node that does not speak the protocol', async () => {
    const made = await link()
    await made.there.unhandle(controlProtocol)
    await expect(made.link.open(AbortSignal.timeout(5_000))).rejects.toThrow()
  })

  test('opens its object stream with the first object, and another when that one is gone', async () => {
    const made = await link()
    made.send(object(1))
    await vi.waitFor(() => expect(seqs(made.objects)).toEqual([1]))
    made.objectStreams[0]?.abort(new Error('idle for too long'))
    await vi.waitFor(() => {
      made.send(object(2))
      expect(made.objectStreams).toHaveLength(2)
    })
    await vi.waitFor(() => expect(seqs(made.objects).at(-1)).toBe(2))
    expect(made.errors).toEqual([])
  })

  test('counts how long an object waits from the time when its stream is open', async () => {
    const made = await link()
    vi.useFakeTimers({ toFake: ['performance'] })
    made.send(object(1))
    vi.advanceTimersByTime(defaultConfig.queueWaitMaxMs + 1)
    await vi.waitFor(() => expect(seqs(made.objects)).toEqual([1]))
    expect(made.dropped.overflow).toBe(0)
  })

  test('sends no object whose deadline passed while it waited', async () => {
    const made = await link()
    vi.useFakeTimers({ toFake: ['performance'] })
    made.send(object(1), performance.now() + 10)
    vi.advanceTimersByTime(11)
    made.send(object(2))
    await vi.waitFor(() => expect(seqs(made.objects)).toEqual([2]))
    expect(made.dropped).toEqual({ overflow: 0, expired: 1, waitsForKey: 0 })
  })

  test('breaks when its control stream closes, and sends nothing after that', async () => {
    const made = await link()
    await made.link.open(AbortSignal.timeout(5_000))
    await made.link.connection.close()
    await vi.waitFor(() => expect(made.errors).toHaveLength(1))
    made.link.sendControl(new Uint8Array(1))
    made.send(object(1))
    await made.link.drained()
    expect(made.errors).toHaveLength(1)
  })
})

describe('A link that is closed', () => {
  const fault = new ProtocolError('malformed', 'no message')

  test('says CLOSE after all that waits, also when its stream is still being opened', async () => {
    const made = await link()
    const opened = made.link.open(AbortSignal.timeout(5_000))
    made.link.sendControl(encodeControl({ type: 'beat', timeUs: 1 }))
    made.link.fail(fault)
    made.link.sendControl(encodeControl({ type: 'beat', timeUs: 2 }))
    await made.link.close(true)
    await opened
    await vi.waitFor(() => expect(made.control).toHaveLength(2))
    expect(made.control).toEqual([
      { type: 'beat', timeUs: 1 },
      { type: 'close', code: 'malformed' }
    ])
    expect(made.errors).toEqual([fault])
    expect(made.link.connection.status).toBe('closed')
  })

  test('waits a second at most for one that does not read, and not at all for one that is slow', async () => {
    const stuck = async () => {
      const made = await link()
      await made.link.open(AbortSignal.timeout(5_000))
      await vi.waitFor(() => expect(made.controlStreams).toHaveLength(1))
      made.controlStreams[0]?.pause()
      for (let i = 0; i < 5; i++) made.link.sendControl(new Uint8Array(2 ** 20))
      return made
    }
    const unread = await stuck()
    const drained = vi.fn()
    void unread.link.drained().then(drained)
    const start = performance.now()
    unread.link.fail(fault)
    void unread.link.close(true)
    await vi.waitFor(() => expect(drained).toHaveBeenCalled(), { timeout: 5_000 })
    expect(performance.now() - start).toBeGreaterThan(900)

    const slow = await stuck()
    slow.link.sendControl(new Uint8Array(2 ** 22))
    expect(slow.errors).toMatchObject([{ code: 'slow' }])
    const closed = vi.fn()
    void slow.link.drained().then(closed)
    void slow.link.close(true)
    await vi.waitFor(() => expect(closed).toHaveBeenCalled(), { timeout: 500 })
  })
})
