/**
 * Where a relay can be dialled from this browser. A relay is named by the URL of its page, which is asked for the
 * relay's addresses, or by a multiaddr, which is one.
 */
import { multiaddr } from '@multiformats/multiaddr'

export type RelayTransport = 'webrtc-direct' | 'websocket'

interface DialRules {
  /** Use this one only. Default: WebRTC-direct first, WebSocket when that fails. */
  transport?: RelayTransport | undefined
  /** The page was loaded over https, which blocks `ws:` to anything but this machine. */
  securePage: boolean
  /** The host name in the URL that the relay was named by, if it was a URL. */
  host?: string | undefined
}

/** Milliseconds for a relay's web server to answer. */
const fetchTimeoutMs = 5_000

/**
 * Multiaddrs of `relay`, each with its `/p2p/` part when it came from a URL.
 *
 * @param relay `https://…`, `http://…` or a multiaddr
 * @throws TypeError when it is neither; Error with a readable message when the URL does not answer as a relay does
 */
export async function relayAddresses(relay: string, signal: AbortSignal): Promise<string[]> {
  if (relay.startsWith('/')) {
    multiaddr(relay)
    return [relay]
  }
  const url = relayUrl(relay)
  const timeout = AbortSignal.timeout(fetchTimeoutMs)
  const options = { signal: AbortSignal.any([signal, timeout]) }
  const response = await fetch(new URL('/api/node', url), options).catch(cause => {
    throw new Error('its page does not answer', { cause })
  })
  if (!response.ok) throw new Error(`it answers ${response.status}, as no hopcast relay does`)
  const node: unknown = await response.json().catch(() => undefined)
  return addressesOf(node)
}

/** @throws TypeError when `relay` is neither an http(s) URL nor a multiaddr */
export function checkRelay(relay: string): void {
  if (!relay.startsWith('/')) {
    relayUrl(relay)
    return
  }
  try {
    multiaddr(relay)
  } catch (cause) {
    throw new TypeError(`${JSON.stringify(relay)} is not a multiaddr such as /ip4/192.0.2.1/tcp/4002/ws`, {
      cause
    })
  }
}

function relayUrl(relay: string): URL {
  const url = URL.canParse(relay) ? new URL(relay) : undefined
  if (url?.protocol === 'https:' || url?.protocol === 'http:') return url
  throw new TypeError(
    `${JSON.stringify(relay)} is not a relay: give its page (https://relay.example) or its multiaddr (/dns4/…)`
  )
}

function addressesOf(node: unknown): string[] {
  const { peerId, addresses } = (node ?? {}) as { peerId?: unknown; addresses?: unknown }
  if (typeof peerId !== 'string' || !Array.isArray(addresses)) {
    throw new Error('it does not say which addresses it has, as hopcast relays do')
  }
  return addresses
    .filter(address => typeof address === 'string')
    .map(address => (address.includes('/p2p/') ? address : `${address}/p2p/${peerId}`))
}

/** The addresses that this browser can try, in groups to be tried one after the other; a group's at the same time. */
export function dialGroups(addresses: readonly string[], rules: DialRules): string[][] {
  const order: RelayTransport[] = rules.transport ? [rules.transport] : ['webrtc-direct', 'websocket']
  const usable = addresses.filter(address => isUsable(address, rules))
  return order
    .map(transport => usable.filter(address => transportOf(address) === transport))
    .filter(group => group.length > 0)
}

export function transportOf(address: string): RelayTransport | undefined {
  if (address.includes('/p2p-circuit')) return undefined
  // Without its certificate hash a WebRTC-direct address cannot be dialled.
  if (address.includes('/webrtc-direct/certhash/')) return 'webrtc-direct'
  return /\/wss?(\/|$)/.test(address) ? 'websocket' : undefined
}

function isUsable(address: string, rules: DialRules): boolean {
  const loopback = isLoopback(address)
  // A relay on another machine also lists its own loopback, which would be this machine's.
  if (loopback && rules.host !== undefined && !isLoopbackHost(rules.host)) return false
  const plainWebSocket = /\/ws(\/|$)/.test(address) && !/\/(tls|wss)\//.test(address)
  return !(plainWebSocket && rules.securePage && !loopback)
}

function isLoopback(address: string): boolean {
  const [first] = multiaddr(address).getComponents()
  return isLoopbackHost(first?.value ?? '')
}

function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || host === '::1' || host.startsWith('127.')
}
