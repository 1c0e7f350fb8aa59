import type { Client } from './client.ts'
import { NatsReader, natsHello, natsPublish, natsSubscribe } from './nats-protocol.ts'
import { Batch, openTcp, openTls } from './socket.ts'

export async function connectNats({ port, tls }: { port: number; tls: boolean }): Promise<Client> {
  const plain = await openTcp(port)
  // The server speaks first, and in the clear; TLS begins behind its INFO.
  const info = await new Promise<Buffer>(resolve => plain.once('data', resolve))
  if (!info.toString('latin1').startsWith('INFO ')) throw new Error('this is no NATS server')
  const socket = tls ? await openTls({ socket: plain }) : plain
  const handlers: ((payload: Uint8Array) => void)[] = []
  const batch = new Batch(bytes => socket.write(bytes))
  const { promise: answered, resolve, reject } = Promise.withResolvers<void>()
  const reader = new NatsReader({
    onMessage: (sid, payload) => handlers[sid]?.(payload),
    onLine: line => {
      if (line === 'PING') socket.write('PONG\r\n')
      else if (line === 'PONG') resolve()
      else if (line.startsWith('-ERR')) reject(new Error(line))
    }
  })
  socket.on('data', bytes => reader.push(bytes))
  socket.write(natsHello())
  await answered
  return {
    publish: (channel, payload) => batch.add(...natsPublish(channel, payload)),
    subscribe(channel, onMessage) {
      const sid = handlers.push(onMessage) - 1
      socket.write(natsSubscribe(channel, sid))
    }
  }
}
