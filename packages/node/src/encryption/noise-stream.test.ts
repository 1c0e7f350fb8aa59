import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { multiaddrConnectionPair } from '@libp2p/utils'
import { expect, onTestFinished, test, vi } from 'vitest'
import { NoiseStream } from './noise-stream.ts'
import { sodiumHere } from './sodium.fixture.ts'
import type { Sodium } from './sodium.ts'

const sodium = sodiumHere()
const { crypto_aead_chacha20poly1305_ietf_decrypt: decrypt } = sodium

test('What a socket has not taken yet is not overwritten by what another is given', async () => {
  const lines = await Promise.all([line(), line(), line()])
  const sent = lines.map(() => [] as Buffer[])
  const got = lines.map(({ receiver }) => {
    const bytes: Uint8Array[] = []
    receiver.addEventListener('message', ({ data }) => bytes.push(data.subarray()))
    return bytes
  })
  // Nobody reads before this turn ends, and no socket takes as much as that.
  for (let i = 0; i < 400; i++) {
    for (const [at, { sender }] of lines.entries()) {
      const bytes = randomBytes(20_000)
      sent[at]?.push(bytes)
      sender.send(bytes)
    }
  }
  for (const { socket } of lines) expect(socket.writableLength).toBeGreaterThan(0)
  const whole = sent.map(parts => Buffer.concat(parts))
  await vi.waitFor(() => expect(got.map(lengthOf)).toEqual(whole.map(({ length }) => length)), 20_000)
  for (const [at, bytes] of whole.entries()) expect(Buffer.concat(got[at] ?? []).equals(bytes)).toBe(true)
})

test('What a socket has taken leaves its memory to the next', async () => {
  const { sender, socket } = await line()
  const written: Uint8Array[] = []
  const write = socket.write.bind(socket)
  socket.write = (bytes: Uint8Array) => {
    written.push(bytes)
    return write(bytes)
  }
  for (let i = 0; i < 100; i++) sender.send(randomBytes(1_000))
  expect(new Set(written.map(({ buffer }) => buffer)).size).toBe(1)
})

test('Of what comes behind a message that is not genuine, nothing is looked at', async () => {
  let opened = 0
  const counting = {
    ...sodium,
    crypto_aead_chacha20poly1305_ietf_decrypt: (...all: Parameters<typeof decrypt>) => {
      opened++
      decrypt(...all)
    }
  }
  const { receiver, socket } = await line(counting)
  // Messages of no bytes.
  socket.write(Buffer.alloc(60_000))
  await vi.waitFor(() => expect(receiver.status).toBe('aborted'))
  expect(opened).toBe(1)
})

/** A socket to oneself, with a stream on each end. */
async function line(receivers: Sodium = sodium) {
  const server = createServer({ pauseOnConnect: true })
  onTestFinished(() => void server.close())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [accepted] = (await once(server, 'connection')) as [Socket]
  onTestFinished(() => {
    socket.destroy()
    accepted.destroy()
  })
  if (socket.connecting) await once(socket, 'connect')
  const [keyThere, keyBack] = [randomBytes(32), randomBytes(32)]
  const [from, to] = multiaddrConnectionPair()
  const sender = new NoiseStream(from, socket, sodium, { send: keyThere, receive: keyBack })
  const receiver = new NoiseStream(to, accepted, receivers, { send: keyBack, receive: keyThere })
  return { sender, receiver, socket }
}

function lengthOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, { length }) => sum + length, 0)
}
