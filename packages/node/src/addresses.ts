import { type Component, multiaddr } from '@multiformats/multiaddr'
import { UsageError } from './errors.ts'

const examples = '/ip4/192.0.2.7/tcp/7400 or /dns4/relay.example/tcp/443/wss'
const wayOut = 'copy the whole address, as the relay prints it'
/** A multihash in base58, or a CID in base32 or base36. libp2p, which knows all about them, takes long to load. */
const peerIdForm = /^([1Q][1-9A-HJ-NP-Za-km-z]{45,}|b[a-z2-7]{50,}|k[0-9a-z]{50,})$/

/**
 * @returns the address as it was given
 * @throws UsageError when it is no multiaddr that a node can be reached at
 */
export function checkPeerAddress(typed: string): string {
  const components = componentsOf('--peer', typed)
  const names = components.map(({ name }) => name)
  const form = names.filter(name => name !== 'p2p' && name !== 'certhash').join('/')
  if (
    !/^(ip4|ip6|dns|dns4|dns6)\/(tcp|tcp\/ws|tcp\/wss|tcp\/tls\/ws|tcp\/tls\/sni\/ws|udp\/webrtc-direct)$/.test(
      form
    )
  ) {
    throw new UsageError(
      `--peer ${typed}: a node is reached by tcp, ws, wss or webrtc-direct, e.g. ${examples}`
    )
  }
  const peer = components.find(({ name }) => name === 'p2p')?.value
  if (peer !== undefined && !peerIdForm.test(peer))
    throw new UsageError(`--peer ${typed}: ${peer} is no peer id; ${wayOut}`)
  if (isWebRtcDirect(typed) && !names.includes('certhash'))
    throw new UsageError(`--peer ${typed}: by webrtc-direct nobody is reached without /certhash/…; ${wayOut}`)
  return typed
}

/**
 * @returns the address as it was given
 * @throws UsageError when it is no multiaddr that a relay can listen at
 */
export function checkListenAddress(typed: string): string {
  const form = componentsOf('--listen', typed)
    .map(({ name }) => name)
    .join('/')
  if (!/^(ip4|ip6)\/(tcp|tcp\/ws|udp\/webrtc-direct)$/.test(form)) {
    throw new UsageError(
      `--listen ${typed}: a relay listens at /ip4/…/tcp/PORT, /ip4/…/tcp/PORT/ws or /ip4/…/udp/PORT/webrtc-direct`
    )
  }
  return typed
}

function componentsOf(option: string, typed: string): Component[] {
  try {
    return multiaddr(typed).getComponents()
  } catch {
    throw new UsageError(`${option} ${typed}: this is not a multiaddr; one looks like ${examples}`)
  }
}

export function isWebRtcDirect(address: string): boolean {
  return address.includes('/webrtc-direct')
}

export function isWebSocket(address: string): boolean {
  return /\/wss?(\/|$)/.test(address)
}
