import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { yamux as ourYamux } from '@hopcast/protocol/libp2p'
import { generateKeyPair } from '@libp2p/crypto/keys'
import type { Connection, Libp2p, PrivateKey } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { tcp } from '@libp2p/tcp'
import { tls } from '@libp2p/tls'
import { webSockets } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import { createLibp2p, type Libp2pOptions } from 'libp2p'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { encrypters } from './encrypters.ts'
import { socketNoise } from './socket-noise.ts'
import { socketTls } from './socket-tls.ts'
import { sodiumHere } from './sodium.fixture.ts'

const sodium = sodiumHere()
const echo = '/test/echo'
type Encrypters = NonNullable<Libp2pOptions['connectionEncrypters']>
interface Kind {
  protocol: string
  ours: Encrypters
  libp2ps: Encrypters
}
const tlsKind: Kind = { protocol: '/tls/1.0.0', ours: [socketTls()], libp2ps: [tls()] }
const noiseKind: Kind = { protocol: '/noise', ours: [socketNoise(sodium)], libp2ps: [noise()] }
const nodes: Libp2p[] = []
const servers: Server[] = []

afterEach(async () => {
  vi.useRealTimers()
  await Promise.all(nodes.splice(0).map(node => node.stop()))
  for (const server of servers.splice(0)) server.close()
})

interface NodeOptions {
  privateKey?: PrivateKey
  tcp?: Parameters<typeof tcp>[0]
  muxer?: typeof ourYamux
  isWebSocket?: boolean
}

async function node(
  connectionEncrypters: Encrypters,
  { privateKey, tcp: tcpOptions, muxer = ourYamux, isWebSocket = false }: NodeOptions = {}
): Promise<Libp2p> {
  const made = await createLibp2p({
    ...(privateKey && { privateKey }),
    addresses: { listen: [isWebSocket ? '/ip4/127.0.0.1/tcp/0/ws' : '/ip4/127.0.0.1/tcp/0'] },
    transports: [isWebSocket ? webSockets() : tcp(tcpOptions)],
    connectionEncrypters,
    streamMuxers: [muxer()],
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
    // When all of it has been read: what came before may lie in a stream that is paused.
    stream.addEventListener('end', () => void stream.close())
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

describe.each([
  ['TLS', tlsKind],
  ['Noise', noiseKind]
])('%s on the socket', (_, { protocol, ours, libp2ps }) => {
  const libp2psNode = () => node(libp2ps, { muxer: yamux })

  test.each([
    ['ours', 'ours'],
    ['ours', "libp2p's"],
    ["libp2p's", 'ours']
  ] as const)('carries what is sent both ways: %s dials %s', async (from, to) => {
    const dialler = from === 'ours' ? await node(ours) : await libp2psNode()
    const listener = to === 'ours' ? await node(ours) : await libp2psNode()
    const connection = await dialler.dial(listener.getMultiaddrs())
    expect(connection.remotePeer.toString()).toBe(listener.peerId.toString())
    expect(connection.encryption).toBe(protocol)
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
      const dialler = await node(ours)
      const listener = to === 'ours' ? await node(ours) : await libp2psNode()
      const [address] = listener.getMultiaddrs()
      const other = peerIdFromPrivateKey(await generateKeyPair('Ed25519'))
      const wrong = multiaddr(`${address}`.replace(listener.peerId.toString(), other.toString()))
      await expect(dialler.dial(wrong)).rejects.toThrow(/unexpected|peer|identity/i)
      await vi.waitFor(() => expect(listener.getConnections()).toEqual([]))
    }
  )

  test.each(cuts)('carries what comes %s', async (_how, cut) => {
    const [dialler, listener] = [await node(ours), await node(ours)]
    const connection = await dialler.dial(await lineTo(listener, cut))
    const bytes = randomBytes(100_000)
    expect(Buffer.compare(await echoed(connection, bytes), bytes)).toBe(0)
  })

  test('is over when a byte on its way was altered, and nothing of that is read', async () => {
    const [dialler, listener] = [await node(ours), await node(ours)]
    let isAltering = false
    const alter = async function* (bytes: Buffer) {
      if (isAltering) bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
      yield bytes
    }
    const connection = await dialler.dial(await lineTo(listener, alter))
    await echoed(connection, randomBytes(10))
    const stream = await connection.newStream(echo)
    let came = 0
    stream.addEventListener('message', ({ data }) => {
      came += data.byteLength
    })
    isAltering = true
    stream.send(randomBytes(1_000))
    await vi.waitFor(() => expect(connection.status).not.toBe('open'))
    await vi.waitFor(() => expect(listener.getConnections()).toEqual([]))
    expect(came).toBe(0)
  })

  test('is over for both when one aborts', async () => {
    const [dialler, listener] = [await node(ours), await node(ours)]
    const connection = await dialler.dial(listener.getMultiaddrs())
    await echoed(connection, randomBytes(10))
    for (const open of listener.getConnections()) open.abort(new Error('gone'))
    await vi.waitFor(() => expect(connection.status).not.toBe('open'))
  })

  test('is over when nothing has passed for as long as it may, and not before', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const inactivityMs = 1_000
    const listener = await node(ours)
    const dialler = await node(ours, { tcp: { outboundSocketInactivityTimeout: inactivityMs } })
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
    const one = await node(ours)
    const own = multiaddr(`/ip4/127.0.0.1/tcp/${portOf(one)}`)
    // Of more in a second libp2p accepts none.
    for (let i = 0; i < 4; i++) await expect(one.dial(own)).rejects.toThrow()
    await vi.waitFor(() => expect(one.getConnections()).toEqual([]))
    const connection = await one.dial((await node(ours)).getMultiaddrs())
    expect(await echoed(connection, Buffer.from('after'))).toEqual(Buffer.from('after'))
  })

  test('is given up by who finds the same peer at two addresses', async () => {
    const privateKey = await generateKeyPair('Ed25519')
    const [one, two] = [await node(ours, { privateKey }), await node(ours, { privateKey })]
    const dialler = await node(ours)
    const dial = (to: Libp2p) => dialler.dial(multiaddr(`/ip4/127.0.0.1/tcp/${portOf(to)}`))
    const first = await dial(one)
    for (let i = 0; i < 4; i++) await dial(two).catch(() => undefined)
    expect(await echoed(first, Buffer.from('still'))).toEqual(Buffer.from('still'))
  })

  test('sends what was sent before it is closed', async () => {
    const [dialler, listener] = [await node(ours), await node(ours)]
    let came = 0
    await listener.handle('/test/sink', stream => {
      stream.addEventListener('message', ({ data }) => {
        came += data.byteLength
      })
    })
    const connection = await dialler.dial(listener.getMultiaddrs())
    const streams = await Promise.all([1, 2, 3, 4, 5].map(() => connection.newStream('/test/sink')))
    // As much as a stream may send before it hears from the other side, which says so meanwhile.
    for (const stream of streams) stream.send(new Uint8Array(250_000))
    await connection.close()
    await vi.waitFor(() => expect(came).toBe(1_250_000))
    expect(connection.status).toBe('closed')
  })

  test.each([
    ['what is not encrypted', (socket: Socket) => socket.write(twoMessages())],
    [
      'the beginning of a message that says that it is long',
      (socket: Socket) => socket.end(Buffer.from([0xff, 0xff, 1]))
    ],
    ['nothing more', (socket: Socket) => socket.end()]
  ])('closes a connection on which %s comes, and goes on', async (_what, disturb) => {
    const listener = await node(ours)
    const socket = connect(portOf(listener), '127.0.0.1')
    socket.write(proposalOf(protocol))
    await once(socket, 'data')
    disturb(socket)
    socket.resume()
    // It may be reset.
    socket.on('error', () => {})
    await new Promise(resolve => socket.once('close', resolve))
    expect(listener.getConnections()).toEqual([])
    const connection = await (await node(ours)).dial(listener.getMultiaddrs())
    expect(await echoed(connection, Buffer.from('after'))).toEqual(Buffer.from('after'))
  })
})

test.each([
  ['ours', "libp2p's"],
  ["libp2p's", 'ours']
] as const)('Noise over a WebSocket is sealed the same: %s dials %s', async (from, to) => {
  const over = (side: typeof from | typeof to) =>
    node(side === 'ours' ? noiseKind.ours : noiseKind.libp2ps, { isWebSocket: true })
  const [dialler, listener] = [await over(from), await over(to)]
  const connection = await dialler.dial(listener.getMultiaddrs())
  const bytes = randomBytes(300_000)
  expect(Buffer.compare(await echoed(connection, bytes), bytes)).toBe(0)
})

describe('A node', () => {
  test.each([
    ['with', sodium, 'without', undefined],
    ['without', undefined, 'with', sodium],
    ['without', undefined, 'without', undefined]
  ] as const)('%s libsodium talks to one %s', async (_, from, _to, to) => {
    const [dialler, listener] = [await node(await encrypters(from)), await node(await encrypters(to))]
    const connection = await dialler.dial(listener.getMultiaddrs())
    const bytes = randomBytes(100_000)
    expect(Buffer.compare(await echoed(connection, bytes), bytes)).toBe(0)
    expect(connection.encryption).toBe(from === to ? '/tls/1.0.0' : '/noise')
  })
})

/** Of nothing, behind their lengths, as Noise has messages. */
function twoMessages(): Buffer {
  const length = Buffer.from([0, 98])
  return Buffer.concat([length, randomBytes(98), length, randomBytes(98)])
}

/** How a line may cut what it carries. */
type Cut = (bytes: Buffer) => AsyncGenerator<Buffer>

const cuts: [string, Cut][] = [
  [
    'byte by byte',
    async function* (bytes) {
      // A turn of the event loop for each would take minutes.
      for (let at = 0; at < 600 && at < bytes.length; at++) yield bytes.subarray(at, at + 1)
      for (let at = 600; at < bytes.length; at += 1_201) yield bytes.subarray(at, at + 1_201)
    }
  ],
  [
    'late, and together with what follows',
    async function* (bytes) {
      // In so many turns of the event loop each end has said what it can say without an answer.
      for (let turn = 0; turn < 20; turn++) await new Promise(resolve => setImmediate(resolve))
      yield bytes
    }
  ]
]

/** The address of a line to the listener. It reads on while it cuts, so what comes meanwhile is cut as one. */
async function lineTo(listener: Libp2p, cut: Cut): Promise<Multiaddr> {
  const server = createServer({ noDelay: true }, from => {
    const to = connect({ port: portOf(listener), host: '127.0.0.1', noDelay: true })
    carry(from, to, cut)
    carry(to, from, cut)
  })
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return multiaddr(`/ip4/127.0.0.1/tcp/${port}/p2p/${listener.peerId}`)
}

function carry(from: Socket, to: Socket, cut: Cut): void {
  let waiting: Buffer[] = []
  let isCarrying = false
  from.on('data', async bytes => {
    waiting.push(bytes)
    if (isCarrying) return
    isCarrying = true
    while (waiting.length > 0) {
      const all = Buffer.concat(waiting)
      waiting = []
      for await (const piece of cut(all)) {
        to.write(piece)
        await new Promise(resolve => setImmediate(resolve))
      }
    }
    isCarrying = false
  })
  from.on('error', () => {})
  from.once('close', () => to.destroy())
}

function portOf(listener: Libp2p): number {
  return Number(/tcp\/(\d+)/.exec(`${listener.getMultiaddrs()[0]}`)?.[1])
}

/** As multistream-select has it: a length, and a text with a newline. */
function line(text: string): string {
  return `${String.fromCharCode(text.length + 1)}${text}\n`
}

function proposalOf(protocol: string): Buffer {
  return Buffer.from(line('/multistream/1.0.0') + line(protocol))
}
