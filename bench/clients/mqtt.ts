import { randomUUID } from 'node:crypto'
import type { Client } from './client.ts'
import { MqttReader, mqttConnect, mqttPublish, mqttSubscribe } from './mqtt-packets.ts'
import { Batch, openTcp, openTls } from './socket.ts'

const connack = 0x20

export async function connectMqtt({ port, tls }: { port: number; tls: boolean }): Promise<Client> {
  const socket = await (tls ? openTls({ port }) : openTcp(port))
  const handlers = new Map<string, (payload: Uint8Array) => void>()
  const batch = new Batch(bytes => socket.write(bytes))
  const answered = Promise.withResolvers<void>()
  const reader = new MqttReader({
    onPublish: (topic, payload) => handlers.get(topic)?.(payload),
    onOther: type => {
      if (type === connack) answered.resolve()
    }
  })
  socket.on('data', bytes => reader.push(bytes))
  socket.write(mqttConnect(randomUUID().slice(0, 23)))
  await answered.promise
  return {
    publish: (channel, payload) => batch.add(mqttPublish(channel, payload)),
    subscribe(channel, onMessage) {
      handlers.set(channel, onMessage)
      socket.write(mqttSubscribe(channel, handlers.size))
    }
  }
}
