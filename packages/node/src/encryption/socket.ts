import { Socket } from 'node:net'
import type { MessageStream } from '@libp2p/interface'

/** What carries the connection, if that is a socket: libp2p's TCP keeps it in a field that is private by its type alone. */
export function socketOf(connection: MessageStream): Socket | undefined {
  const { socket } = connection as { socket?: unknown }
  return socket instanceof Socket ? socket : undefined
}

/** From now on libp2p reads nothing of it, nor does anybody else until it is resumed; what was read too much lies in it again. */
export function takeFromLibp2p(socket: Socket, unread: readonly Uint8Array[]): void {
  // While it flows, what is put back is read by nobody.
  socket.pause()
  socket.removeAllListeners('data')
  // `SocketStream` watches it, with fewer timers.
  socket.setTimeout(0)
  for (const bytes of unread.toReversed()) socket.unshift(bytes)
}
