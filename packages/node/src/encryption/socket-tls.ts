/**
 * libp2p's TLS (https://github.com/libp2p/specs/blob/master/tls/tls.md), on the socket itself.
 *
 * `@libp2p/tls` encrypts over a stream of JavaScript's, so that it works over whatever carries it: each record comes back to
 * JavaScript, and is written from there. Where a TCP socket carries it, node:tls can own that socket, and to encrypt and to
 * write are one call. On the wire it is the same. Certificates are made and checked by `@libp2p/tls`, which also does all
 * that is not over TCP.
 */
import type { Socket } from 'node:net'
import { connect, createSecureContext, type SecureContext, TLSSocket } from 'node:tls'
import type {
  ConnectionEncrypter,
  MessageStream,
  SecureConnectionOptions,
  SecuredConnection,
  StreamMessageEvent
} from '@libp2p/interface'
import { PROTOCOL, type TLSComponents, tls } from '@libp2p/tls'
import { generateCertificate, verifyPeerCertificate } from '@libp2p/tls/utils'
import { takeFromLibp2p } from './socket.ts'
import { SocketEncrypter } from './socket-encrypter.ts'
import { TlsStream } from './tls-stream.ts'

/** What ALPN says when the muxer is to be agreed on later. */
const noMuxer = 'libp2p'
/** A connection that is paused, or closed meanwhile, keeps what it holds. */
const turnsMax = 10

export function socketTls(): (components: TLSComponents) => ConnectionEncrypter {
  return components => new SocketTls(components)
}

class SocketTls extends SocketEncrypter {
  override readonly protocol = PROTOCOL
  readonly [Symbol.toStringTag] = '@hopcast/socket-tls'
  readonly #components: TLSComponents
  protected override readonly overStreams: ConnectionEncrypter
  /** One certificate does for all connections. */
  #context: Promise<SecureContext> | undefined

  constructor(components: TLSComponents) {
    super()
    this.#components = components
    this.overStreams = tls()(components)
    // It takes tens of milliseconds, which whoever dials first would wait for. A failure is that one's to see.
    this.#secureContext().catch(() => undefined)
  }

  protected override async secure(
    connection: MessageStream,
    socket: Socket,
    isServer: boolean,
    { signal, remotePeer: expected, skipStreamMuxerNegotiation }: SecureConnectionOptions = {}
  ): Promise<SecuredConnection> {
    const secureContext = await this.#secureContext()
    signal?.throwIfAborted()
    const muxers = this.#components.upgrader.getStreamMuxers()
    const protocols = [...(skipStreamMuxerNegotiation === true ? [] : muxers.keys()), noMuxer]
    // The peer id in the certificate is what is checked, below.
    const options = { secureContext, rejectUnauthorized: false }
    await takeOver(connection, socket)
    const secured = isServer
      ? new TLSSocket(socket, {
          ...options,
          isServer,
          requestCert: true,
          ALPNCallback: chooseFrom(protocols)
        })
      : connect({ ...options, socket, ALPNProtocols: protocols })
    secured.on('error', error => connection.abort(error))
    // libp2p closes the socket below, which would shut it before what TLS has yet to write, or free what TLS is about to read
    // with: a reset that comes of what was just read, as of a connection to oneself, ends the process (Node.js 22 and 24).
    socket.destroySoon = () => secured.destroySoon()
    socket.resetAndDestroy = () => {
      secured.destroy()
      return socket
    }
    try {
      await handshake(secured, signal)
      const { raw } = secured.getPeerCertificate()
      if (raw === undefined) throw new Error('it has shown no certificate')
      const remotePeer = await verifyPeerCertificate(raw, expected)
      const streamMuxer = muxers.get(secured.alpnProtocol || noMuxer)
      const stream = new TlsStream(connection, secured)
      return { remotePeer, connection: stream, ...(streamMuxer && { streamMuxer }) }
    } catch (error) {
      secured.destroy()
      connection.abort(error instanceof Error ? error : new Error(String(error)))
      throw error
    }
  }

  #secureContext(): Promise<SecureContext> {
    this.#context ??= this.#newContext().catch(error => {
      this.#context = undefined
      throw error
    })
    return this.#context
  }

  async #newContext(): Promise<SecureContext> {
    const certificate = await generateCertificate(this.#components.privateKey)
    // Without a context of its own, a session that a client resumes is refused.
    const options = { minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3', sessionIdContext: 'hopcast' } as const
    return createSecureContext({ ...certificate, ...options })
  }
}

/** Node.js reads the socket from now on, of what came and was not read, too. */
async function takeOver(connection: MessageStream, socket: Socket): Promise<void> {
  const unread: Uint8Array[] = []
  const keep = ({ data }: StreamMessageEvent) => unread.push(data.subarray())
  // It gives what it holds in a microtask, before anything more can come.
  connection.addEventListener('message', keep)
  for (let turn = 0; turn < turnsMax && connection.readBufferLength > 0; turn++) await Promise.resolve()
  connection.removeEventListener('message', keep)
  if (connection.readBufferLength > 0) throw new Error('the connection does not give what it has read')
  takeFromLibp2p(socket, unread)
}

function chooseFrom(known: readonly string[]): (offer: { protocols: string[] }) => string | undefined {
  return ({ protocols }) => protocols.find(protocol => known.includes(protocol))
}

function handshake(socket: TLSSocket, signal: AbortSignal | undefined): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const onAbort = () => reject(signal?.reason)
  socket.once('secure', resolve)
  socket.once('error', reject)
  socket.once('close', () => reject(new Error('it has closed the connection during the handshake')))
  signal?.addEventListener('abort', onAbort)
  return promise.finally(() => signal?.removeEventListener('abort', onAbort))
}
