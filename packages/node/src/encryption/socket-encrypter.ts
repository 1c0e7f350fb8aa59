import type { Socket } from 'node:net'
import {
  type ConnectionEncrypter,
  type MessageStream,
  type SecureConnectionOptions,
  type SecuredConnection,
  serviceCapabilities
} from '@libp2p/interface'
import { socketOf } from './socket.ts'

/** Encrypts on the socket that carries a connection, and by libp2p's own class where none does. */
export abstract class SocketEncrypter implements ConnectionEncrypter {
  abstract readonly protocol: string
  readonly [serviceCapabilities] = ['@libp2p/connection-encryption']

  /** For what is not carried by a socket. */
  protected abstract readonly overStreams: ConnectionEncrypter
  protected abstract secure(
    connection: MessageStream,
    socket: Socket,
    isInbound: boolean,
    options: SecureConnectionOptions | undefined
  ): Promise<SecuredConnection>

  secureInbound(connection: MessageStream, options?: SecureConnectionOptions): Promise<SecuredConnection> {
    const socket = socketOf(connection)
    if (socket === undefined) return this.overStreams.secureInbound(connection, options)
    return this.secure(connection, socket, true, options)
  }

  secureOutbound(connection: MessageStream, options?: SecureConnectionOptions): Promise<SecuredConnection> {
    const socket = socketOf(connection)
    if (socket === undefined) return this.overStreams.secureOutbound(connection, options)
    return this.secure(connection, socket, false, options)
  }
}
