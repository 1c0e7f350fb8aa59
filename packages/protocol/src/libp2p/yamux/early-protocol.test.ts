import type { Stream } from '@libp2p/interface'
import { multiaddrConnectionPair } from '@libp2p/utils'
import { describe, expect, test, vi } from 'vitest'
import { joinFrames } from '../../wire/framing.ts'
import { yamux } from './muxer.ts'
import type { YamuxStream } from './stream.ts'

const protocol = '/hopcast/1/test'
const line = (text: string) => new TextEncoder().encode(`${text}\n`)
/** What multistream-select says of a protocol, on either side. */
const agreement = joinFrames([line('/multistream/1.0.0'), line(protocol)])

/** A stream that was opened early, and its other end, where nobody answers by himself. */
async function opened() {
  const [near, far] = multiaddrConnectionPair()
  const factory = yamux()()
  const inbound = Promise.withResolvers<Stream>()
  factory.createStreamMuxer(far).addEventListener('stream', ({ detail }) => inbound.resolve(detail))
  const stream = (await factory.createStreamMuxer(near).createStream({ protocol })) as YamuxStream
  const heard: number[] = []
  stream.addEventListener('message', ({ data }) => heard.push(...data.subarray()))
  stream.send(Uint8Array.of(1, 2, 3))
  return { stream, heard, remote: await inbound.promise }
}

describe('A stream of ours', () => {
  test('says what it is for, and goes on without an answer', async () => {
    const { stream, remote } = await opened()
    const came: number[] = []
    remote.addEventListener('message', ({ data }) => came.push(...data.subarray()))
    await vi.waitFor(() => expect(came).toEqual([...agreement, 1, 2, 3]))
    expect(stream.protocol).toBe(protocol)
  })

  test('keeps the answer to itself, in whatever pieces it comes', async () => {
    const { stream, heard, remote } = await opened()
    for (const byte of agreement.subarray(0, -2)) remote.send(Uint8Array.of(byte))
    remote.send(Uint8Array.of(...agreement.subarray(-2), 4, 5))
    await expect(stream.agreed).resolves.toBeUndefined()
    remote.send(Uint8Array.of(6))
    await vi.waitFor(() => expect(heard).toEqual([4, 5, 6]))
  })

  test('is aborted when the other side does not agree', async () => {
    const { stream, heard, remote } = await opened()
    remote.send(joinFrames([line('/multistream/1.0.0'), line('na')]))
    await expect(stream.agreed).rejects.toThrow(`does not speak ${protocol}`)
    expect(stream.status).toBe('aborted')
    expect(heard).toEqual([])
  })

  test('that closes before an answer has none', async () => {
    const { stream, remote } = await opened()
    remote.abort(new Error('busy'))
    await expect(stream.agreed).rejects.toThrow()
  })
})

describe('A stream of anybody else’s', () => {
  test('is left to libp2p', async () => {
    const [near] = multiaddrConnectionPair()
    const stream = await yamux()().createStreamMuxer(near).createStream({ protocol: '/ipfs/id/1.0.0' })
    expect(stream.protocol).toBe('')
    await expect((stream as YamuxStream).agreed).resolves.toBeUndefined()
  })
})
