import { afterEach, describe, expect, test, vi } from 'vitest'
import type { PeerId } from '../ids.ts'
import type { ObjectFrame } from '../wire/messages.ts'
import { FanOut } from './fan-out.ts'
import { link, object, seqs, stopNodes, turn, video, videoStream } from './link.fixture.ts'
import { audioProtocol } from './link.ts'
import { LoopLoad } from './loop-load.ts'

afterEach(async () => {
  vi.useRealTimers()
  await stopNodes()
})

type Made = Awaited<ReturnType<typeof link>>

/** Links that have had an object, and what sends to all of them. */
async function crowd(size: number) {
  const made = await Promise.all(Array.from({ length: size }, link))
  const peers = made.map((_, i) => `peer${i}` as PeerId)
  const links = { link: (peer: PeerId) => made[peers.indexOf(peer)]?.link, version: 0 }
  const fanOut = new FanOut(links)
  const forward = (to: readonly PeerId[], object: ObjectFrame) => {
    fanOut.forward(to, object, Number.POSITIVE_INFINITY, performance.now())
  }
  const send = (object: ObjectFrame) => forward(peers, object)
  send(object(0))
  await vi.waitFor(() => expect(made.every(({ objects }) => objects.length === 1)).toBe(true))
  return { made, peers, links, fanOut, forward, send }
}

function loadOf(isHigh: boolean): LoopLoad {
  let active = 0
  const load = new LoopLoad(() => ({ active: isHigh ? ++active : 0, idle: isHigh ? 0 : ++active }))
  for (const now of [0, 1_000]) load.isHigh(now)
  return load
}

/** The buffers that the link's object stream is handed from now on. */
function buffers({ link: { connection } }: Made): Uint8Array[][] {
  const [stream] = connection.streams.filter(({ protocol }) => protocol === audioProtocol)
  const sent: Uint8Array[][] = []
  if (stream === undefined) throw new TypeError('no object stream')
  const send = stream.send.bind(stream)
  stream.send = data => {
    sent.push([...data] as unknown as Uint8Array[])
    return send(data)
  }
  return sent
}

describe('Objects of one stream', () => {
  test('leave once for each child in a turn of the event loop, in the same memory', async () => {
    const { made, send } = await crowd(3)
    const sent = made.map(buffers)
    for (let seq = 1; seq <= 10; seq++) send(object(seq))
    await vi.waitFor(() => expect(made.every(({ objects }) => objects.length === 11)).toBe(true))
    expect(sent.map(({ length }) => length)).toEqual([1, 1, 1])
    expect(new Set(sent.map(([buffer]) => buffer?.[0]?.buffer)).size).toBe(1)
  })

  test('wait in the queue of a child that reads slowly, and of no other', async () => {
    const { made, send } = await crowd(2)
    const [slow, quick] = made as [Made, Made]
    slow.objectStreams[0]?.pause()
    for (let seq = 1; seq <= 20; seq++) {
      send(object(seq, {}, 50_000))
      await turn()
    }
    await vi.waitFor(() => expect(quick.objects).toHaveLength(21))
    expect(slow.objects.length).toBeLessThan(21)
    slow.objectStreams[0]?.resume()
    await vi.waitFor(() => expect(slow.objects).toHaveLength(21))
    expect(seqs(slow.objects)).toEqual(Array.from({ length: 21 }, (_, seq) => seq))
  })

  test('that need one that was dropped are dropped, though nothing waits any more', async () => {
    const { made, peers, fanOut, send } = await crowd(1)
    const [only] = made as [Made]
    fanOut.forward(peers, video(1), performance.now() - 1, performance.now())
    await turn()
    for (const seq of [2, 3, 10, 11]) {
      send(video(seq))
      await turn()
    }
    await vi.waitFor(() => expect(only.objects.at(-1)?.seq).toBe(11))
    expect(seqs(only.objects.filter(({ stream }) => stream === videoStream))).toEqual([10, 11])
    expect(only.dropped).toEqual({ overflow: 0, expired: 1, waitsForKey: 2 })
  })
})

describe('A node that is busy', () => {
  test('waits a millisecond for more to send', async () => {
    const { made, peers, links } = await crowd(1)
    const [only] = made as [Made]
    const sent = buffers(only)
    const fanOut = new FanOut(links, loadOf(true))
    vi.useFakeTimers({ toFake: ['setTimeout'] })
    for (const seq of [1, 2]) {
      fanOut.forward(peers, object(seq), Number.POSITIVE_INFINITY, performance.now())
      await turn()
    }
    expect(sent).toHaveLength(0)
    vi.advanceTimersByTime(1)
    expect(sent).toHaveLength(1)
    vi.useRealTimers()
    await vi.waitFor(() => expect(seqs(only.objects)).toEqual([0, 1, 2]))
  })

  test('sends at once what it has when it is asked to, and as soon as a transport takes no more at once', async () => {
    const { made, peers, links } = await crowd(1)
    const [only] = made as [Made]
    const sent = buffers(only)
    const fanOut = new FanOut(links, loadOf(true))
    const forward = (one: ObjectFrame) =>
      fanOut.forward(peers, one, Number.POSITIVE_INFINITY, performance.now())
    forward(object(1))
    fanOut.flush()
    expect(sent).toHaveLength(1)
    for (let seq = 0; seq < 4; seq++) forward(video(seq))
    expect(sent).toHaveLength(2)
  })
})

describe('Objects of several streams', () => {
  test('leave together and in the same memory for all, where none is more important', async () => {
    const { made, peers, forward } = await crowd(3)
    const sent = made.map(buffers)
    forward(peers, object(1))
    forward(peers.slice(1), object(0, { stream: videoStream }))
    await vi.waitFor(() => expect(made.map(({ objects }) => objects.length)).toEqual([2, 3, 3]))
    const [alone, both, bothToo] = sent.map(writes =>
      writes.map(pieces => pieces.map(({ buffer }) => buffer))
    )
    expect(alone).toEqual([[both?.[0]?.[0]]])
    expect(both?.map(({ length }) => length)).toEqual([2])
    expect(bothToo).toEqual(both)
    expect(bothToo?.[0]?.every((buffer, i) => buffer === both?.[0]?.[i])).toBe(true)
  })

  test('leave by the queue for who gets several, where some are more important', async () => {
    const { made, peers, forward } = await crowd(3)
    const sent = made.map(buffers)
    forward(peers, object(1))
    forward(peers.slice(2), video(0))
    await vi.waitFor(() => expect(made.map(({ objects }) => objects.length)).toEqual([2, 2, 3]))
    expect(sent.map(({ length }) => length)).toEqual([1, 1, 1])
    const [first, second, third] = sent.map(([buffer]) => buffer?.[0]?.buffer)
    expect(first).toBe(second)
    expect(first).not.toBe(third)
  })

  test('leave the more important ones first also where one stream has objects of both kinds', async () => {
    const { made, peers, fanOut, send } = await crowd(1)
    const [only] = made as [Made]
    for (const one of [video(0), video(1)]) send(one)
    fanOut.forward([...peers], object(1, { priority: 1 }), Number.POSITIVE_INFINITY, performance.now())
    await vi.waitFor(() => expect(only.objects).toHaveLength(4))
    expect(only.objects.map(({ priority, seq }) => [priority, seq])).toEqual([
      [0, 0],
      [1, 0],
      [1, 1],
      [2, 1]
    ])
  })

  test('are dropped if they need one that was, whatever leaves beside them', async () => {
    const { made, peers, fanOut, send } = await crowd(1)
    const [only] = made as [Made]
    fanOut.forward(peers, video(1), performance.now() - 1, performance.now())
    await turn()
    send(object(1, { priority: video(2).header.priority }))
    send(video(2))
    await vi.waitFor(() => expect(only.objects.at(-1)?.seq).toBe(1))
    await turn()
    expect(only.objects.map(({ stream }) => stream)).not.toContain(videoStream)
    expect(only.dropped).toEqual({ overflow: 0, expired: 1, waitsForKey: 1 })
  })

  test('leave together, the more important ones first', async () => {
    const { made, send } = await crowd(1)
    const [only] = made as [Made]
    const sent = buffers(only)
    for (const one of [video(0), object(1), video(1), object(2)]) send(one)
    await vi.waitFor(() => expect(only.objects).toHaveLength(5))
    expect(seqs(only.objects)).toEqual([0, 1, 2, 0, 1])
    expect(sent).toHaveLength(1)
  })
})

describe('Objects that are more than a transport takes at once', () => {
  test('leave by the queue when it takes no more: as many at a time as it takes, the more important ones first', async () => {
    const { made, send } = await crowd(1)
    const [only] = made as [Made]
    const sent = buffers(only)
    for (let seq = 0; seq < 4; seq++) send(video(seq))
    send(object(1))
    expect(sent).toHaveLength(1)
    await vi.waitFor(() => expect(only.objects).toHaveLength(6))
    expect(seqs(only.objects)).toEqual([0, 0, 1, 2, 1, 3])
    for (const pieces of sent) {
      expect(pieces.reduce((sum, { length }) => sum + length, 0)).toBeLessThanOrEqual(2 ** 16)
    }
  })
})

describe('The end of a stream, and lists', () => {
  test('leave with its objects, in their order', async () => {
    const { made, send } = await crowd(1)
    const [only] = made as [Made]
    for (const one of [object(1), object(2, { list: true, lists: 1 }), object(3, { end: true, lists: 2 }, 0)])
      send(one)
    await vi.waitFor(() => expect(only.objects).toHaveLength(4))
    expect(only.objects.map(({ seq, list, end }) => [seq, list, end])).toEqual([
      [0, false, false],
      [1, false, false],
      [2, true, false],
      [3, false, true]
    ])
  })
})

describe('A child that breaks', () => {
  test('while it is sent to costs the others nothing', async () => {
    const { made, send } = await crowd(3)
    const [first, ...others] = made as [Made, ...Made[]]
    const [stream] = first.link.connection.streams.filter(({ protocol }) => protocol === audioProtocol)
    if (stream === undefined) throw new TypeError('no object stream')
    stream.send = () => {
      throw new Error('the transport fails')
    }
    send(object(1))
    await vi.waitFor(() => expect(others.map(({ objects }) => objects.length)).toEqual([2, 2]))
    expect(stream.status).toBe('aborted')
  })

  test('and begins anew is sent what comes then', async () => {
    const { made, send, links } = await crowd(1)
    const [first] = made as [Made]
    first.link.break(new Error('gone'))
    const second = await link()
    made[0] = second
    links.version++
    send(object(1))
    await vi.waitFor(() => expect(seqs(second.objects)).toEqual([1]))
    expect(seqs(first.objects)).toEqual([0])
  })

  test('before the turn is over is sent nothing', async () => {
    const { made, send } = await crowd(2)
    const [first, second] = made as [Made, Made]
    send(object(1))
    first.link.break(new Error('gone'))
    await vi.waitFor(() => expect(second.objects).toHaveLength(2))
    expect(first.objects).toHaveLength(1)
  })
})
