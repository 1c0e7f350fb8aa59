import type { Libp2pEvents, PeerStore, TypedEventTarget } from '@libp2p/interface'

/**
 * Has libp2p forget each peer with its last connection. It would keep all that ever came for hours, some 6 KB each; the
 * protocol remembers those that it may need again itself, and so many.
 */
export function forgetGone(
  libp2p: Pick<TypedEventTarget<Libp2pEvents>, 'addEventListener'> & { peerStore: PeerStore }
): void {
  libp2p.addEventListener('peer:disconnect', ({ detail: peer }) => {
    // A store that is closing has nothing left to forget.
    libp2p.peerStore.delete(peer).catch(() => {})
  })
}
