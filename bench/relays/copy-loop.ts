/**
 * The least that a relay can do: whatever the publisher sends is written to all subscribers, as it comes. With the paths of
 * a key and a certificate as arguments by TLS, else by TCP; with the port of another one behind those, that is its publisher.
 * Prints its port.
 */
import { readFileSync } from 'node:fs'
import { createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { roleBytes } from '../clients/copy.ts'
import { openTls } from '../clients/socket.ts'

const [key, cert, from] = process.argv.slice(2)
const subscribers = new Set<Socket>()

const server: Server =
  key === undefined || cert === undefined
    ? createTcpServer({ noDelay: true }, accept)
    : createTlsServer({ noDelay: true, key: readFileSync(key), cert: readFileSync(cert) }, accept)
if (from !== undefined) {
  const before = await openTls({ port: Number(from) })
  before.write(Uint8Array.of(roleBytes.subscriber))
  before.on('data', copy)
}
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address !== null && typeof address === 'object') console.log(address.port)
})

function accept(socket: Socket): void {
  socket.on('error', () => {})
  socket.once('data', role => {
    if (role[0] === roleBytes.subscriber) {
      subscribers.add(socket)
      socket.once('close', () => subscribers.delete(socket))
      socket.resume()
      return
    }
    if (role.length > 1) copy(role.subarray(1))
    socket.on('data', copy)
  })
}

function copy(bytes: Uint8Array): void {
  for (const subscriber of subscribers) subscriber.write(bytes)
}
