import type { TLSSocket } from 'node:tls'
import type { MessageStream } from '@libp2p/interface'
import type { Uint8ArrayList } from 'uint8arraylist'
import { SocketStream } from './socket-stream.ts'

/** To copy less than this is cheaper than a write of several parts. */
const copiedBytesMax = 4_096

export class TlsStream extends SocketStream<TLSSocket> {
  constructor(connection: MessageStream, socket: TLSSocket) {
    super(connection, socket)
    socket.on('data', bytes => this.onData(bytes))
  }

  /** In one write, whatever it consists of: a record, or one for each 16 KiB. */
  protected override write(data: Uint8Array | Uint8ArrayList): boolean {
    if (data instanceof Uint8Array) return this.socket.write(data)
    if (data.byteLength < copiedBytesMax) return this.socket.write(data.subarray())
    let canSendMore = true
    this.socket.cork()
    for (const bytes of data) canSendMore = this.socket.write(bytes)
    this.socket.uncork()
    return canSendMore
  }
}
