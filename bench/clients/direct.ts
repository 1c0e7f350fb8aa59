import { readFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { createServer } from 'node:tls'
import type { Certificate, Client, Role } from './client.ts'
import { PrefixReader, prefixed } from './length-prefix.ts'
import { Batch, openTls } from './socket.ts'

/** The way without a relay: TLS from the publisher to whoever subscribes. What a relay adds is counted from it. */
export function connectDirect(
  endpoint: { port: number; certificate: Certificate },
  role: Role
): Promise<Client> {
  return role === 'publisher' ? listen(endpoint) : dial(endpoint.port)
}

async function listen({ port, certificate }: { port: number; certificate: Certificate }): Promise<Client> {
  const sockets = new Set<Socket>()
  const options = { key: readFileSync(certificate.key), cert: readFileSync(certificate.cert) }
  const server = createServer({ ...options, noDelay: true }, socket => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.once('close', () => sockets.delete(socket))
    socket.resume()
  })
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve))
  const batch = new Batch(bytes => {
    for (const socket of sockets) socket.write(bytes)
  })
  return {
    publish: (_channel, payload) => batch.add(...prefixed(payload)),
    subscribe: () => {}
  }
}

async function dial(port: number): Promise<Client> {
  const socket = await openTls({ port })
  return {
    publish: () => {},
    subscribe(_channel, onMessage) {
      const reader = new PrefixReader(onMessage)
      socket.on('data', bytes => reader.push(bytes))
    }
  }
}
