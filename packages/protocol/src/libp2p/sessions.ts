/** The links to neighbours: which connection each runs over, from the first stream to the end of the session (RFC 2, section "Streams"). */
import type { ComponentLogger, Connection, Logger, Stream } from '@libp2p/interface'
import type { Config } from '../config.ts'
import type { PeerId } from '../ids.ts'
import type { DropCounts } from '../queue.ts'
import { encodeControl } from '../wire/control.ts'
import { type Message, ProtocolError } from '../wire/messages.ts'
import type { Inbox } from './inbox.ts'
import { Link, type StreamClass } from './link.ts'

/** Opening the first stream on a connection. */
const openTimeoutMs = 10_000

interface SessionHandlers {
  /** What a session's messages pass on their way to the core. */
  inbox: (peer: PeerId, onError: (error: ProtocolError) => void) => Inbox
  onBegun: (peer: PeerId, connection: Connection) => void
  /** The body of a frame. May throw ProtocolError. */
  onFrame: (peer: PeerId, inbox: Inbox, streamClass: StreamClass, body: Uint8Array) => void
  /** `error` is a ProtocolError when this side closed it. */
  onEnded: (peer: PeerId, error: Error) => void
}

export class Sessions {
  readonly #config: Config
  readonly #dropped: DropCounts
  readonly #handlers: SessionHandlers
  readonly #log: Logger
  readonly #links = new Map<PeerId, Link>()
  #version = 0
  /** What still says CLOSE: no session begins on it any more. */
  readonly #closing = new Map<Connection, Promise<void>>()
  #lastEncoded: { message: Message; body: Uint8Array } | undefined
  #started = false

  /** @param dropped objects that are dropped for a slow neighbour are added to it */
  constructor(logger: ComponentLogger, config: Config, dropped: DropCounts, handlers: SessionHandlers) {
    this.#config = config
    this.#dropped = dropped
    this.#handlers = handlers
    this.#log = logger.forComponent('hopcast:sessions')
  }

  link(peer: PeerId): Link | undefined {
    return this.#links.get(peer)
  }

  /** Another number whenever a link has come or gone. */
  get version(): number {
    return this.#version
  }

  links(): Iterable<Link> {
    return this.#links.values()
  }

  /** Does nothing for who is no neighbour any more. */
  send(peer: PeerId, message: Message): void {
    this.#links.get(peer)?.sendControl(this.#encode(message))
  }

  /** The core sends the same message to many neighbours in a row. */
  #encode(message: Message): Uint8Array {
    if (this.#lastEncoded?.message !== message) this.#lastEncoded = { message, body: encodeControl(message) }
    return this.#lastEncoded.body
  }

  start(): void {
    this.#started = true
  }

  /** Tells all neighbours that this node leaves; resolves when that was sent, or is given up. */
  async stop(): Promise<void> {
    this.#started = false
    // What was said in this turn leaves at its end: a page that is closed has no later one.
    await Promise.resolve()
    for (const link of this.#links.values()) link.fail(new ProtocolError('leaving', 'this node stops'))
    await Promise.all(this.#closing.values())
  }

  /**
   * One link per neighbour: a second connection to it, as when both dial at once, is left as a spare. Resolves to the
   * connection of the link, and rejects when the other side speaks no hopcast.
   */
  async begin(connection: Connection): Promise<Connection> {
    const peer = peerOf(connection)
    const present = this.#links.get(peer)
    if (present !== undefined) return present.connection
    if (!this.#started || connection.status !== 'open' || this.#closing.has(connection)) return connection
    const inbox = this.#handlers.inbox(peer, error => link.fail(error))
    const link: Link = new Link(connection, this.#config, this.#dropped, {
      onFrame: (streamClass, body) => this.#handlers.onFrame(peer, inbox, streamClass, body),
      onBroken: error => {
        inbox.close()
        this.#onBroken(peer, link, error)
      }
    })
    this.#links.set(peer, link)
    this.#version++
    this.#handlers.onBegun(peer, connection)
    try {
      await link.open(AbortSignal.timeout(openTimeoutMs))
      return connection
    } catch (error) {
      link.break(error instanceof Error ? error : new Error(String(error)))
      throw error
    }
  }

  /** `begin` for a connection that nobody waits for. */
  tryBegin(connection: Connection): void {
    this.begin(connection).catch(error => this.#log('no link to %p: %e', connection.remotePeer, error))
  }

  /** A stream that a neighbour opened. It may come before libp2p tells of the neighbour. */
  accept(streamClass: StreamClass, stream: Stream, connection: Connection): void {
    const peer = peerOf(connection)
    const link = this.#links.get(peer)
    // It has lost the session and starts another; the old one's end has not been seen here yet.
    if (streamClass === 'control' && link?.readsControl) link.break(new Error('the neighbour began again'))
    if (!this.#links.has(peer)) this.tryBegin(connection)
    const present = this.#links.get(peer)
    if (present === undefined) stream.abort(new Error('not a neighbour'))
    else present.accept(streamClass, stream)
  }

  /** A neighbour whose session is over is disconnected for good, so that both sides begin anew. */
  #onBroken(peer: PeerId, link: Link, error: Error): void {
    if (this.#links.get(peer) !== link) return
    this.#links.delete(peer)
    this.#version++
    this.#handlers.onEnded(peer, error)
    const { connection } = link
    const closed = link.close(error instanceof ProtocolError)
    this.#closing.set(
      connection,
      closed.then(() => void this.#closing.delete(connection))
    )
  }
}

function peerOf(connection: Connection): PeerId {
  return connection.remotePeer.toString() as PeerId
}
