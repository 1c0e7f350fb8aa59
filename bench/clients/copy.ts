import type { Client, Role } from './client.ts'
import { PrefixReader, prefixed } from './length-prefix.ts'
import { Batch, openTcp, openTls } from './socket.ts'

/** The first byte of a connection to the copy loop says what it is. */
export const roleBytes: Record<Role, number> = { publisher: 80, subscriber: 83 }

/** Of a relay that knows one channel, whatever it is called. */
export async function connectCopy(endpoint: { port: number; tls: boolean }, role: Role): Promise<Client> {
  const socket = await (endpoint.tls ? openTls(endpoint) : openTcp(endpoint.port))
  const batch = new Batch(bytes => socket.write(bytes))
  socket.write(Uint8Array.of(roleBytes[role]))
  return {
    publish: (_channel, payload) => batch.add(...prefixed(payload)),
    subscribe(_channel, onMessage) {
      const reader = new PrefixReader(onMessage)
      socket.on('data', bytes => reader.push(bytes))
    }
  }
}
