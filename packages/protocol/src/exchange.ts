/** What PEERS says to a neighbour (RFC 1, section "Peer exchange"). */
import type { Config } from './config.ts'
import type { Rng } from './contract.ts'
import type { PeerId } from './ids.ts'
import { peersMax } from './wire/limits.ts'
import type { PeerInfo, Peers as PeersMessage } from './wire/messages.ts'

/**
 * Up to 16 of `candidates`, at random, without the receiver itself and those without addresses. A few servers come first:
 * who loses this node must know of somebody whom everyone can reach.
 *
 * @returns undefined when there is nobody to tell of
 */
export function peersFor(
  receiver: PeerId,
  candidates: Iterable<PeerInfo>,
  { config, rng }: { config: Config; rng: Rng }
): PeersMessage | undefined {
  const useful = new Map<PeerId, PeerInfo>()
  for (const { peer, addresses, server } of candidates) {
    const isUseful = peer !== receiver && addresses.length > 0
    if (isUseful && !useful.has(peer)) useful.set(peer, { peer, addresses, server })
  }
  const shuffled = shuffle([...useful.values()], rng)
  const servers = shuffled.filter(({ server }) => server).slice(0, config.serversToldMax)
  const peers = [...servers, ...shuffled.filter(info => !servers.includes(info))].slice(0, peersMax)
  return peers.length === 0 ? undefined : { type: 'peers', peers }
}

function shuffle<T>(list: T[], rng: Rng): T[] {
  for (let i = list.length - 1; i > 0; i--) {
    const j = Math.floor(rng() * (i + 1))
    const [a, b] = [list[i] as T, list[j] as T]
    list[i] = b
    list[j] = a
  }
  return list
}
