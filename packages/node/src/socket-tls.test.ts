import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import { yamux as ourYamux } from '@hopcast/protocol/libp2p'
import { generateKeyPair } from '@libp2p/crypto/keys'
import type { Connection, Libp2p, PrivateKey } from '@libp2p/interface'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { tcp } from '@libp2p/tcp'
import { tls } from '@libp2p/tls'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { socketTls } from './socket-tls.ts'

const echo = '/test/echo'
const kinds = { ours: socketTls, "libp2p's": tls }
const nodes: Libp2p[] = []

afterEach(async () => {
  vi.useRealTimers()
  await Promise.all(nodes.splice(0).map(node => node.stop()))
})

async function node(
  kind: keyof typeof kinds,
  privateKey?: PrivateKey,
  options?: Parameters<typeof tcp>[0]
): Promise<Libp2p> {
  const made = await createLibp2p({
    ...(privateKey && { privateKey }),
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp(options)],
    connectionEncrypters: [kinds[kind]()],
    streamMuxers: [kind === 'ours' ? ourYamux() : yamux()],
    connectionMonitor: { enabled: false }
  })
  nodes.push(made)
  await made.handle(echo, stream => {
    stream.addEventListener('message', ({ data }) => {
      if (!stream.send(data)) {
        stream.pause()
        void stream.onDrain().then(() => stream.resume())
      }
    })
    stream.addEventListener('remoteCloseWrite', () => void stream.close())
  })
  return made
}

/** Sends it on a stream, and returns what comes back. */
async function echoed(connection: Connection, bytes: Uint8Array): Promise<Uint8Array> {
  const stream = await connection.newStream(echo)
  const parts: Uint8Array[] = []
  const isOver = new Promise(resolve => stream.addEventListener('remoteCloseWrite', resolve))
  stream.addEventListener('message', ({ data }) => parts.push(data.subarray()))
  for (let at = 0; at < bytes.length; at += 50_000) {
    if (!stream.send(bytes.subarray(at, at + 50_000))) await stream.onDrain()
  }
  await stream.close()
  await isOver
  return Buffer.concat(parts)
}

describe('TLS on the socket', () => {
  test.each([
    ['ours', 'ours'],
    ['ours', "libp2p's"],
    ["libp2p's", 'ours']
  ] as const)('carries what is sent both ways: %s dials %s', async (from, to) => {
    const [dialler, listener] = [await node(from), await node(to)]
    const connection = await dialler.dial(listener.getMultiaddrs())
    expect(connection.remotePeer.toString()).toBe(listener.peerId.toString())
    expect(connection.encryption).toBe('/tls/1.0.0')
    expect(connection.multiplexer).toBe('/yamux/1.0.0')
    const bytes = randomBytes(3_000_000)
    expect(Buffer.compare(await echoed(connection, bytes), bytes)).toBe(0)
    const [back] = listener.getConnections(dialler.peerId)
    expect(back?.remotePeer.toString()).toBe(dialler.peerId.toString())
    await connection.close()
    await vi.waitFor(() => expect(listener.getConnections()).toEqual([]))
  })

  test.each(['ours', "libp2p's"] as const)(
    'refuses one that is not the peer that was dialled (%s)',
    async to => {
      const [dialler, listener] = [await node('ours'), await node(to)]
      const [address] = listener.getMultiaddrs()
      const other = peerIdFromPrivateKey(await generateKeyPair('Ed25519'))
      const wrong = multiaddr(`${address}`.replace(listener.peerId.toString(), other.toString()))
      await expect(dialler.dial(wrong)).rejects.toThrow(/unexpected|peer/i)
      await vi.waitFor(() => expect(listener.getConnections()).toEqual([]))
    }
  )

  test('is over for both when one aborts', async () => {
    const [dialler, listener] = [await node('ours'), await node('ours')]
    const connection = await dialler.dial(listener.getMultiaddrs())
    await echoed(connection, randomBytes(10))
    for (const open of listener.getConnections()) open.abort(new Error('gone'))
    await vi.waitFor(() => expect(connection.status).not.toBe('open'))
  })

  test('is over when nothing has passed for as long as it may, and not before', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const inactivityMs = 1_000
    const listener = await node('ours')
    const dialler = await node('ours', undefined, { outboundSocketInactivityTimeout: inactivityMs })
    const connection = await dialler.dial(listener.getMultiaddrs())
    for (let i = 0; i < 5; i++) {
      await echoed(connection, randomBytes(10))
      vi.advanceTimersByTime(inactivityMs)
      expect(connection.status).toBe('open')
    }
    // What ends the last echo may still be on its way.
    for (let i = 0; i < 5 && connection.status === 'open'; i++) {
      await new Promise(resolve => setImmediate(resolve))
      vi.advanceTimersByTime(inactivityMs)
    }
    expect(connection.status).not.toBe('open')
    vi.useRealTimers()
    await vi.waitFor(() => expect(listener.getConnections()).toEqual([]))
  })

  test('is given up by who has dialled himself, as often as he does', async () => {
    const one = await node('ours')
    const own = multiaddr(`/ip4/127.0.0.1/tcp/${portOf(one)}`)
    // Of more in a second libp2p accepts none.
    for (let i = 0; i < 4; i++) await expect(one.dial(own)).rejects.toThrow()
    await vi.waitFor(() => expect(one.getConnections()).toEqual([]))
    const connection = await one.dial((await node('ours')).getMultiaddrs())
    expect(await echoed(connection, Buffer.from('after'))).toEqual(Buffer.from('after'))
  })

  test('is given up by who finds the same peer at two addresses', async () => {
    const key = await generateKeyPair('Ed25519')
    const [one, two] = [await node('ours', key), await node('ours', key)]
    const dialler = await node('ours')
    const dial = (to: Libp2p) => dialler.dial(multiaddr(`/ip4/127.0.0.1/tcp/${portOf(to)}`))
    const first = await dial(one)
    for (let i = 0; i < 4; i++) await dial(two).catch(() => undefined)
    expect(await echoed(first, Buffer.from('still'))).toEqual(Buffer.from('still'))
  })

  test('takes the first of TLS when it comes together with the choice of protocol', async () => {
    const listener = await node('ours')
    const socket = connect(portOf(listener), '127.0.0.1')
    const carrier = new Duplex({
      read: () => {},
      write: (chunk, _, done) => {
        // The first is the ClientHello: the proposal goes in front of it.
        socket.write(isFirst ? Buffer.concat([proposal, chunk]) : chunk)
        isFirst = false
        done()
      }
    })
    let isFirst = true
    let answer = Buffer.alloc(0)
    socket.on('data', bytes => {
      answer = Buffer.concat([answer, bytes])
      if (answer.length <= proposal.length) return
      carrier.push(answer.subarray(proposal.length))
      proposal.copy(answer)
      answer = answer.subarray(0, proposal.length)
    })
    const secured = connectTls({
      socket: carrier,
      rejectUnauthorized: false,
      ALPNProtocols: ['/yamux/1.0.0']
    })
    await once(secured, 'secureConnect')
    expect(secured.alpnProtocol).toBe('/yamux/1.0.0')
    secured.on('error', () => {})
    socket.destroy()
  })

  test('sends what was sent before it is closed', async () => {
    const [dialler, listener] = [await node('ours'), await node('ours')]
    let came = 0
    await listener.handle('/test/sink', stream => {
      stream.addEventListener('message', ({ data }) => {
        came += data.byteLength
      })
    })
    const connection = await dialler.dial(listener.getMultiaddrs())
    const streams = await Promise.all([1, 2, 3, 4, 5].map(() => connection.newStream('/test/sink')))
    for (const stream of streams) stream.send(new Uint8Array(1_000))
    await connection.close()
    await vi.waitFor(() => expect(came).toBe(5_000))
    expect(connection.status).toBe('closed')
  })

  test.each([
    ['what is no TLS', (socket: Socket) => socket.write(randomBytes(100))],
    ['nothing more', (socket: Socket) => socket.end()]
  ])('closes a connection on which %s comes, and goes on', async (_, disturb) => {
    const listener = await node('ours')
    const socket = connect(portOf(listener), '127.0.0.1')
    socket.write(proposal)
    await once(socket, 'data')
    disturb(socket)
    socket.resume()
    // It may be reset.
    socket.on('error', () => {})
    await new Promise(resolve => socket.once('close', resolve))
    const connection = await (await node('ours')).dial(listener.getMultiaddrs())
    expect(await echoed(connection, Buffer.from('after'))).toEqual(Buffer.from('after'))
  })
})

function portOf(listener: Libp2p): number {
  return Number(/tcp\/(\d+)/.exec(`${listener.getMultiaddrs()[0]}`)?.[1])
}

/** As multistream-select has it: a length, and a text with a newline. */
function line(text: string): string {
  return `${String.fromCharCode(text.length + 1)}${text}\n`
}

const proposal = Buffer.from(line('/multistream/1.0.0') + line('/tls/1.0.0'))
