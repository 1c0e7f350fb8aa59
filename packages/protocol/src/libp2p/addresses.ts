/** Where a peer can be dialled, of what is known about it, and by whom (RFC 1, section "Peer exchange"). */
import { CODE_P2P, type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import type { PeerId } from '../ids.ts'
import { addressBytesMax, addressesPerPeerMax } from '../wire/limits.ts'
import type { Peers } from '../wire/messages.ts'

/** From how far away an address can be dialled, the narrowest first. */
const reaches = ['nowhere', 'machine', 'network', 'world'] as const
type Reach = (typeof reaches)[number]

/**
 * What others are to be told of a peer's addresses: those of its own choice (identify's), and the one that led to it. Of all
 * those that can be dialled, at most four: the widest reach first, and every transport before a second of the same.
 */
export function contactAddresses(candidates: readonly Multiaddr[]): string[] {
  const texts = candidates.map(address => address.decapsulateCode(CODE_P2P).toString())
  const usable = [...new Set(texts)].filter(
    text => reachOf(text) !== 'nowhere' && text.length <= addressBytesMax
  )
  const perTransport = new Map<string, number>()
  return usable
    .toSorted((a, b) => rank(reachOf(b)) - rank(reachOf(a)))
    .map(text => {
      const transport = multiaddr(text)
        .getComponents()
        .slice(1)
        .map(({ name }) => name)
        .join('/')
      const turn = perTransport.get(transport) ?? 0
      perTransport.set(transport, turn + 1)
      return { text, turn }
    })
    .toSorted((a, b) => a.turn - b.turn)
    .slice(0, addressesPerPeerMax)
    .map(({ text }) => text)
}

/**
 * The message without what is of no use between these two: a private address for a neighbour outside of the private
 * network, or from one. Peers that have no address then are left out, too.
 *
 * @param via the address of the connection between the two
 * @param canDial what else an address has to be
 * @returns undefined when nobody is left
 */
export function withinReach(
  message: Peers,
  via: Multiaddr | undefined,
  canDial: (address: string) => boolean = () => true
): Peers | undefined {
  const reach = reachOf(via?.toString() ?? '')
  const least = rank(reach === 'nowhere' ? 'world' : reach)
  const isUseful = (address: string) => rank(reachOf(address)) >= least && canDial(address)
  const peers = message.peers
    .map(info => ({ ...info, addresses: info.addresses.filter(isUseful) }))
    .filter(({ addresses }) => addresses.length > 0)
  // One that names nobody asks, which is not what is left of one that tells.
  return peers.length === 0 && message.peers.length > 0 ? undefined : { ...message, peers }
}

/** @throws TypeError for text that is no multiaddr */
export function parseAddress(text: string): Multiaddr {
  try {
    return multiaddr(text)
  } catch (cause) {
    throw new TypeError(`${JSON.stringify(text)} is not a multiaddr`, { cause })
  }
}

/** What libp2p can dial, each with the peer's id, so that nobody else is taken for it. */
export function dialable(peer: PeerId, addresses: readonly string[]): Multiaddr[] {
  return addresses
    .filter(address => reachOf(address) !== 'nowhere')
    .map(address => multiaddr(address).decapsulateCode(CODE_P2P).encapsulate(`/p2p/${peer}`))
}

function rank(reach: Reach): number {
  return reaches.indexOf(reach)
}

/** Text that is no multiaddr, that names a file, or leads through another peer, can be dialled from nowhere. */
function reachOf(address: string): Reach {
  let parts: { name: string; value?: string | undefined }[]
  try {
    parts = multiaddr(address).getComponents()
  } catch {
    return 'nowhere'
  }
  const [{ name = '', value = '' } = {}] = parts
  if (parts.some(part => part.name === 'p2p-circuit')) return 'nowhere'
  if (name === 'ip4') return reachOfIp4(value)
  if (name === 'ip6') return reachOfIp6(value)
  if (!['dns', 'dns4', 'dns6'].includes(name)) return 'nowhere'
  if (value === 'localhost' || value.endsWith('.localhost')) return 'machine'
  return value.includes('.') && !value.endsWith('.local') ? 'world' : 'network'
}

/** RFC 6890 has the blocks. */
function reachOfIp4(value: string): Reach {
  const [a = 0, b = 0] = value.split('.').map(Number)
  if (a === 0 || a >= 224) return 'nowhere'
  if (a === 127) return 'machine'
  const isShared = a === 100 && b >= 64 && b < 128
  const isPrivate = a === 10 || (a === 172 && b >= 16 && b < 32) || (a === 192 && b === 168)
  return isPrivate || isShared || (a === 169 && b === 254) ? 'network' : 'world'
}

function reachOfIp6(value: string): Reach {
  const text = value.toLowerCase()
  // IPv4 has a form of its own.
  if (text === '::' || text.startsWith('ff') || text.startsWith('::ffff:')) return 'nowhere'
  if (text === '::1') return 'machine'
  return /^(f[cd]|fe[89ab])/.test(text) ? 'network' : 'world'
}
