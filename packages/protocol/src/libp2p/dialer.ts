import type { ComponentLogger, Connection, Logger } from '@libp2p/interface'
import type { ConnectionManager } from '@libp2p/interface-internal'
import type { Multiaddr } from '@multiformats/multiaddr'
import { reasonOf } from './unreachable.ts'

/**
 * First pause before a lost or unreachable peer is dialled again; it doubles up to the last one, which is what people who
 * listen may have to wait after their relay is back. The 256 neighbours of one make some fifty dials a second of it.
 */
const retryMinMs = 500
const retryMaxMs = 5_000
/** Of a pause, ±: so that the listeners of a relay that restarts do not come back at the same moment. */
const retryJitter = 0.25
/** A dial, with the handshake and the first stream. */
const dialTimeoutMs = 10_000

export interface DialerHandlers {
  /**
   * Sees to a link with the connection's peer, and resolves to the connection that it runs over: another one, if both
   * dialled at once. Rejects when the other side speaks no hopcast.
   */
  onConnection: (connection: Connection) => Promise<Connection>
  onUnreachable: (address: string, reason: string, retryMs: number) => void
}

/** Keeps a connection to each peer that was named, for as long as it runs, and dials others once. */
export class Dialer {
  readonly #connections: ConnectionManager
  readonly #handlers: DialerHandlers
  readonly #log: Logger
  #stop = new AbortController()
  readonly #addresses = new Map<string, Multiaddr>()

  constructor(connections: ConnectionManager, logger: ComponentLogger, handlers: DialerHandlers) {
    this.#connections = connections
    this.#handlers = handlers
    this.#log = logger.forComponent('hopcast:dialer')
  }

  /** Does nothing for an address that is kept already. */
  keep(address: Multiaddr): void {
    const text = address.toString()
    if (this.#addresses.has(text)) return
    this.#addresses.set(text, address)
    void this.#run(address, text, this.#stop.signal)
  }

  /** Dials a peer once. Rejects when no link came of it within the time for that. */
  async dial(addresses: Multiaddr[]): Promise<void> {
    const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(dialTimeoutMs)])
    await this.#handlers.onConnection(await this.#connections.openConnection(addresses, { signal }))
  }

  /** After a `stop`: goes on with the peers that were named before. */
  start(): void {
    if (!this.#stop.signal.aborted) return
    this.#stop = new AbortController()
    for (const [text, address] of this.#addresses) void this.#run(address, text, this.#stop.signal)
  }

  stop(): void {
    this.#stop.abort()
  }

  async #run(address: Multiaddr, text: string, signal: AbortSignal): Promise<void> {
    let pauseMs = retryMinMs
    while (!signal.aborted) {
      let reason = 'connection lost'
      let connectedAt: number | undefined
      try {
        const timeout = AbortSignal.any([signal, AbortSignal.timeout(dialTimeoutMs)])
        const connection = await this.#connections.openConnection(address, { signal: timeout })
        const linked = await this.#handlers.onConnection(connection)
        connectedAt = performance.now()
        await closed(linked, signal)
      } catch (error) {
        reason = reasonOf(error)
        this.#log('cannot reach %s: %s', text, reason)
      }
      if (signal.aborted) return
      // One that closes at once, as when it is full, is not to be dialled twice a second for ever.
      if (connectedAt !== undefined && performance.now() - connectedAt >= pauseMs) pauseMs = retryMinMs
      const retryMs = Math.round(pauseMs * (1 + retryJitter * (2 * Math.random() - 1)))
      this.#handlers.onUnreachable(text, reason, retryMs)
      pauseMs = Math.min(2 * pauseMs, retryMaxMs)
      await pause(retryMs, signal)
    }
  }
}

function closed(connection: Connection, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (connection.status !== 'open' || signal.aborted) return resolve()
    const done = () => {
      signal.removeEventListener('abort', done)
      resolve()
    }
    connection.addEventListener('close', done, { once: true })
    signal.addEventListener('abort', done)
  })
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
  })
}
