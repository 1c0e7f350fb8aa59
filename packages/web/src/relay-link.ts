/**
 * Keeps this tab connected to one relay. Each try asks the relay's page again, since a relay that was restarted has
 * new addresses (a WebRTC-direct one holds the hash of a certificate made at start).
 */
import type { Hopcast } from '@hopcast/protocol/libp2p'
import { multiaddr } from '@multiformats/multiaddr'
import type { Libp2p } from 'libp2p'
import { WebError } from './errors.ts'
import { dialGroups, type RelayTransport, relayAddresses, transportOf } from './relay-addresses.ts'

/** Milliseconds for one transport to connect before the next is tried: a firewall that drops UDP answers nothing. */
const dialTimeoutMs = 4_000
const retryMinMs = 500
const retryMaxMs = 5_000
/** Of a pause, ±: so that the listeners of a relay that restarts do not come back at the same moment. */
const retryJitter = 0.25

interface RelayLinkInit {
  /** URL of the relay's page, or a multiaddr. */
  relay: string
  transport?: RelayTransport | undefined
  node: Libp2p
  hopcast: Hopcast
  /** Called with a readable reason each time the relay could not be reached. */
  onUnreachable?: ((relay: string, reason: string, retryMs: number) => void) | undefined
}

export class RelayLink {
  readonly #init: RelayLinkInit
  readonly #stop = new AbortController()
  /** The dial that `connect` has begun. */
  #attempt: Promise<string> | undefined

  constructor(init: RelayLinkInit) {
    this.#init = init
  }

  /**
   * Connects for the first time. `keep` sees to it from then on, also if this failed.
   *
   * @throws WebError `no-relay`
   */
  async connect(): Promise<void> {
    this.#attempt = this.#dial()
    await this.#attempt
  }

  /** Connects again, with back-off, whenever the relay is lost or was not there. */
  keep(): void {
    void this.#keep()
  }

  stop(): void {
    this.#stop.abort()
  }

  async #keep(): Promise<void> {
    const { signal } = this.#stop
    let pauseMs = retryMinMs
    while (!signal.aborted) {
      const retryMs = Math.round(pauseMs * (1 + retryJitter * (2 * Math.random() - 1)))
      let connectedAt: number | undefined
      try {
        const peer = await (this.#attempt ?? this.#dial())
        connectedAt = performance.now()
        await this.#lost(peer)
      } catch (error) {
        if (signal.aborted) return
        this.#init.onUnreachable?.(this.#init.relay, (error as Error).message, retryMs)
      }
      this.#attempt = undefined
      // One that closes at once, as when it is full, is not to be dialled without pause.
      const lasted = connectedAt !== undefined && performance.now() - connectedAt >= pauseMs
      pauseMs = lasted ? retryMinMs : Math.min(2 * pauseMs, retryMaxMs)
      await pause(retryMs, signal)
    }
  }

  /** Returns the relay's peer id once it is a neighbour. */
  async #dial(): Promise<string> {
    const { relay, transport } = this.#init
    const rules = { transport, securePage: location.protocol === 'https:', host: hostOf(relay) }
    try {
      const groups = dialGroups(await relayAddresses(relay, this.#stop.signal), rules)
      const reasons: string[] = groups.length > 0 ? [] : ['it has no address that this browser can dial']
      for (const group of groups) {
        const timeout = AbortSignal.timeout(dialTimeoutMs)
        try {
          return await this.#greet(group, AbortSignal.any([this.#stop.signal, timeout]))
        } catch (error) {
          const reason = timeout.aborted ? `no answer within ${dialTimeoutMs / 1_000} s` : reasonOf(error)
          reasons.push(`${transportNames[transportOf(group[0] ?? '') ?? 'websocket']}: ${reason}`)
        }
      }
      throw new Error(reasons.join(', '))
    } catch (cause) {
      throw new WebError('no-relay', `${relay} cannot be reached: ${reasonOf(cause)}.`, { cause })
    }
  }

  /** Connects to one of these addresses of the relay, and waits until the two have said hello. */
  async #greet(addresses: string[], signal: AbortSignal): Promise<string> {
    const { node, hopcast } = this.#init
    const connection = await node.dial(
      addresses.map(address => multiaddr(address)),
      { signal }
    )
    const peer = connection.remotePeer.toString()
    const isNeighbour = () => hopcast.status().neighbours.some(neighbour => neighbour.peer === peer)
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const stopListening = hopcast.on(() => isNeighbour() && resolve())
    const onAbort = () => reject(new Error('it does not speak hopcast'))
    signal.addEventListener('abort', onAbort)
    try {
      if (!isNeighbour()) await promise
      return peer
    } finally {
      stopListening()
      signal.removeEventListener('abort', onAbort)
    }
  }

  #lost(peer: string): Promise<void> {
    const { node } = this.#init
    const signal = this.#stop.signal
    return new Promise(resolve => {
      const done = () => {
        node.removeEventListener('peer:disconnect', onDisconnect)
        signal.removeEventListener('abort', done)
        resolve()
      }
      const onDisconnect = (event: CustomEvent<{ toString(): string }>) => {
        if (event.detail.toString() === peer) done()
      }
      node.addEventListener('peer:disconnect', onDisconnect)
      signal.addEventListener('abort', done)
      const stillConnected = node.getPeers().some(id => id.toString() === peer)
      if (!stillConnected || signal.aborted) done()
    })
  }
}

const transportNames = { 'webrtc-direct': 'WebRTC-direct', websocket: 'WebSocket' }

/** libp2p wraps what went wrong at each address. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0])
  const message = error instanceof Error ? error.message : ''
  return message.replace(/\.$/, '') || 'the connection failed'
}

function hostOf(relay: string): string | undefined {
  return relay.startsWith('/') ? undefined : new URL(relay).hostname
}

/** Ends early when the browser is online again. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
    addEventListener('online', done)
    function done() {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      removeEventListener('online', done)
      resolve()
    }
  })
}
