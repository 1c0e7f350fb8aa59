import { randomBytes } from 'node:crypto'
import type { Stream } from '@libp2p/interface'
import { webRTCDirect } from '@libp2p/webrtc'
import { createLibp2p, type Libp2p } from 'libp2p'
import { Uint8ArrayList } from 'uint8arraylist'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { isOnDataChannel, sendOnDataChannel } from './data-channel.ts'
import { link, stopNodes } from './link.fixture.ts'
import { shallowBuffers } from './shallow-buffers.ts'
import { SharedList } from './shared-list.ts'

const protocol = '/test/bytes'
const nodes: Libp2p[] = []

afterEach(async () => {
  await stopNodes()
  await Promise.all(nodes.splice(0).map(node => node.stop()))
})

async function node(listen: string[] = []): Promise<Libp2p> {
  const made = await createLibp2p({
    addresses: { listen },
    transports: [webRTCDirect({ dataChannel: shallowBuffers })],
    connectionMonitor: { enabled: false }
  })
  nodes.push(made)
  return made
}

/** Streams to so many nodes, and what has come there. */
async function streams(count: number) {
  const from = await node()
  const opened = Array.from({ length: count }, async () => {
    const to = await node(['/ip4/127.0.0.1/udp/0/webrtc-direct'])
    const received: Uint8Array[] = []
    await to.handle(protocol, stream => {
      stream.addEventListener('message', ({ data }) => received.push(data.subarray().slice()))
    })
    const stream = await from.dialProtocol(to.getMultiaddrs(), protocol)
    return { stream, received: () => Buffer.concat(received) }
  })
  return Promise.all(opened)
}

/** What its channel is handed from now on. */
function messages(stream: Stream): Uint8Array[] {
  if (!isOnDataChannel(stream)) throw new TypeError("libp2p's stream is another than before")
  const sent: Uint8Array[] = []
  const { channel } = stream
  const send = channel.send.bind(channel)
  channel.send = message => {
    sent.push(message)
    send(message)
  }
  return sent
}

function send(stream: Stream, bytes: Uint8ArrayList): void {
  if (!isOnDataChannel(stream)) throw new TypeError("libp2p's stream is another than before")
  sendOnDataChannel(stream, bytes)
}

/** Beside other tests on a machine of few processors, handshakes and the loss of packets take their time. */
const timeout = 20_000

async function come(received: () => Uint8Array, length: number): Promise<void> {
  await vi.waitFor(() => expect(received().length).toBe(length), { timeout })
}

describe('A stream over WebRTC', { timeout }, () => {
  test('is known as one, and one over TCP is not', async () => {
    const [webRtc] = await streams(1)
    expect(webRtc && isOnDataChannel(webRtc.stream)).toBe(true)
    const { connection } = (await link()).link
    expect(isOnDataChannel(await connection.newStream('/hopcast/1/audio'))).toBe(false)
  })

  test('carries what is sent past its class, and what is sent by it, in order', async () => {
    const [made] = await streams(1)
    if (made === undefined) throw new TypeError('no stream')
    const parts = [10, 40_000, 1, 16_384, 200].map(size => randomBytes(size))
    for (const [i, part] of parts.entries()) {
      if (i % 2 === 0) made.stream.send(part)
      else send(made.stream, new Uint8ArrayList(part.subarray(0, 7), part.subarray(7)))
    }
    const all = Buffer.concat(parts)
    await come(made.received, all.length)
    expect(Buffer.compare(made.received(), all)).toBe(0)
  })

  test('gets no message over 16 KiB, and the same memory as all who get the same', async () => {
    const [first, second] = await streams(2)
    if (first === undefined || second === undefined) throw new TypeError('no streams')
    const bytes = randomBytes(50_000)
    const shared = new SharedList(bytes.subarray(0, 9), bytes.subarray(9))
    const sent = [first, second].map(({ stream }) => {
      const all = messages(stream)
      send(stream, shared)
      return all
    })
    expect(sent[0]).toHaveLength(4)
    for (const message of sent[0] ?? []) expect(message.length).toBeLessThanOrEqual(16_384)
    for (const [i, message] of (sent[0] ?? []).entries()) expect(sent[1]?.[i]).toBe(message)
    for (const { received } of [first, second]) {
      await come(received, bytes.length)
      expect(Buffer.compare(received(), bytes)).toBe(0)
    }
  })

  test('takes no more when its channel holds what it may, and does again when that has left', async () => {
    const [made] = await streams(1)
    if (made === undefined) throw new TypeError('no stream')
    const part = new Uint8ArrayList(randomBytes(50_000))
    let sent = 0
    while (!made.stream.writableNeedsDrain) {
      send(made.stream, part)
      sent++
      expect(sent).toBeLessThan(1_000)
    }
    const drained = made.stream.onDrain()
    // By its class it is in line behind what waits.
    made.stream.send(new Uint8Array([1]))
    await drained
    await come(made.received, sent * part.byteLength + 1)
    expect(made.received().at(-1)).toBe(1)
  })
})
