import type { Socket } from 'node:net'
import type { Client, Role } from './client.ts'
import { PrefixReader, prefixed } from './length-prefix.ts'
import { Batch, openTcp, openTls } from './socket.ts'

/** What the server is told of its one publisher. */
export const sourcePassword = 'benchmark'
/** Icecast looks into Ogg pages, and passes this on as it comes. */
const contentType = 'audio/mpeg'
const mount = '/audio'
/** A listener joins in the middle of a message. */
const mark = Buffer.from('hopc')

/** Of a server with one channel, whatever it is called. */
export async function connectIcecast(endpoint: { port: number; tls: boolean }, role: Role): Promise<Client> {
  const socket = await (endpoint.tls ? openTls(endpoint) : openTcp(endpoint.port))
  const batch = new Batch(bytes => socket.write(bytes))
  if (role === 'publisher') await accepted(socket)
  return {
    publish: (_channel, payload) => batch.add(...prefixed(payload, mark)),
    subscribe(_channel, onMessage) {
      // The head of the answer comes with the next sound, and has no mark in it.
      const reader = new PrefixReader(onMessage, mark)
      socket.on('data', bytes => reader.push(bytes))
      socket.write(listener)
    }
  }
}

const listener = `GET ${mount} HTTP/1.0\r\n\r\n`
const credentials = Buffer.from(`source:${sourcePassword}`).toString('base64')
const source = [
  `PUT ${mount} HTTP/1.1`,
  `Authorization: Basic ${credentials}`,
  `Content-Type: ${contentType}`,
  'Expect: 100-continue',
  '\r\n'
].join('\r\n')

/** Resolves once the server takes what is published. @throws when it does not */
async function accepted(socket: Socket): Promise<void> {
  const answer = Promise.withResolvers<string>()
  socket.once('data', bytes => answer.resolve(bytes.toString('latin1')))
  socket.write(source)
  const [status = ''] = (await answer.promise).split('\r\n')
  if (!/^HTTP\/\S+ (100|200) /.test(status)) throw new Error(`icecast says ${status}`)
}
