import type { Connection, Libp2pEvents, PeerId, PeerStore, TypedEventTarget } from '@libp2p/interface'

interface Node extends Pick<TypedEventTarget<Libp2pEvents>, 'addEventListener'> {
  peerStore: PeerStore
  getConnections(peer: PeerId): Connection[]
}

/**
 * Has libp2p forget each peer with its last connection. It would keep all that ever came for hours, some 6 KB each; the
 * protocol remembers those that it may need again itself, and so many.
 */
export function forgetGone(libp2p: Node): void {
  const forget = (peer: PeerId) => {
    // A store that is closing has nothing left to forget.
    libp2p.peerStore.delete(peer).catch(() => {})
  }
  libp2p.addEventListener('peer:disconnect', ({ detail: peer }) => forget(peer))
  // What a peer has said, or an attempt to reach it, may be noted only after it has gone.
  libp2p.addEventListener('peer:update', ({ detail: { peer } }) => {
    if (libp2p.getConnections(peer.id).length === 0) forget(peer.id)
  })
}
