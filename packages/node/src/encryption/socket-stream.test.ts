import { once } from 'node:events'
import { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { multiaddrConnectionPair } from '@libp2p/utils'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { TlsStream } from './tls-stream.ts'

afterEach(() => {
  vi.useRealTimers()
})

describe('A stream over TLS', () => {
  test('of a socket that has been closed meanwhile is closed, and watches nothing', async () => {
    const socket = new TLSSocket(new Socket())
    socket.destroy()
    await once(socket, 'close')
    vi.useFakeTimers({ toFake: ['setInterval'] })
    const stream = new TlsStream(multiaddrConnectionPair()[0], socket)
    expect(stream.status).toBe('closed')
    expect(vi.getTimerCount()).toBe(0)
  })

  test.each([
    [0, 0],
    [1_000, 1],
    [Number.POSITIVE_INFINITY, 0]
  ])('that may be silent for %d ms is watched by so many timers: %d', (inactivityTimeout, timers) => {
    vi.useFakeTimers({ toFake: ['setInterval'] })
    const [connection] = multiaddrConnectionPair()
    connection.inactivityTimeout = inactivityTimeout
    new TlsStream(connection, new TLSSocket(new Socket()))
    expect(vi.getTimerCount()).toBe(timers)
  })
})
