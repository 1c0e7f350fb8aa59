import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import { UsageError } from './errors.ts'

const examples = '/ip4/192.0.2.7/tcp/7400 or /dns4/relay.example/tcp/443/wss'

/**
 * @returns the address as it was given
 * @throws UsageError when it is no multiaddr that a node can be reached at
 */
export function checkPeerAddress(typed: string): string {
  const names = protocolNames('--peer', typed).filter(name => name !== 'p2p' && name !== 'certhash')
  const form = names.join('/')
  if (
    !/^(ip4|ip6|dns|dns4|dns6)\/(tcp|tcp\/ws|tcp\/wss|tcp\/tls\/ws|tcp\/tls\/sni\/ws|udp\/webrtc-direct)$/.test(
      form
    )
  ) {
    throw new UsageError(
      `--peer ${typed}: a node is reached by tcp, ws, wss or webrtc-direct, e.g. ${examples}`
    )
  }
  return typed
}

/**
 * @returns the address as it was given
 * @throws UsageError when it is no multiaddr that a relay can listen at
 */
export function checkListenAddress(typed: string): string {
  const form = protocolNames('--listen', typed).join('/')
  if (!/^(ip4|ip6)\/(tcp|tcp\/ws|udp\/webrtc-direct)$/.test(form)) {
    throw new UsageError(
      `--listen ${typed}: a relay listens at /ip4/…/tcp/PORT, /ip4/…/tcp/PORT/ws or /ip4/…/udp/PORT/webrtc-direct`
    )
  }
  return typed
}

function protocolNames(option: string, typed: string): string[] {
  let address: Multiaddr
  try {
    address = multiaddr(typed)
  } catch {
    throw new UsageError(`${option} ${typed}: this is not a multiaddr; one looks like ${examples}`)
  }
  return address.getComponents().map(component => component.name)
}

export function isWebRtcDirect(address: string): boolean {
  return address.includes('/webrtc-direct')
}

export function isWebSocket(address: string): boolean {
  return /\/wss?(\/|$)/.test(address)
}
