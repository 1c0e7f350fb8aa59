import type { Connection } from '@libp2p/interface'
import { defaultLogger } from '@libp2p/logger'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import { createLibp2p, type Libp2p } from 'libp2p'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { Dialer, type DialerHandlers } from './dialer.ts'

const stops: (() => unknown)[] = []

async function node(listen = '/ip4/127.0.0.1/tcp/0'): Promise<Libp2p> {
  const made = await createLibp2p({
    addresses: { listen: [listen] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()]
  })
  stops.push(() => made.stop())
  return made
}

/** Dials for `from`, and notes what it was told. */
function dialer(from: Libp2p, over: Partial<DialerHandlers> = {}) {
  const made = { connections: [] as Connection[], unreachable: [] as { reason: string; retryMs: number }[] }
  // The node itself has what the dialer needs of its connection manager.
  const connections = { openConnection: (...args: Parameters<Libp2p['dial']>) => from.dial(...args) }
  const dialing = new Dialer(connections as ConstructorParameters<typeof Dialer>[0], defaultLogger(), {
    onConnection: async connection => {
      made.connections.push(connection)
      return connection
    },
    onUnreachable: (_, reason, retryMs) => made.unreachable.push({ reason, retryMs }),
    ...over
  })
  stops.unshift(() => dialing.stop())
  return { ...made, dialer: dialing }
}

const addressOf = (of: Libp2p) => of.getMultiaddrs()[0] as Multiaddr

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

describe('A dialer', () => {
  test('connects, and again when the connection is lost', async () => {
    const [from, to] = await Promise.all([node(), node()])
    const made = dialer(from)
    made.dialer.keep(addressOf(to))
    await vi.waitFor(() => expect(made.connections).toHaveLength(1))
    await made.connections[0]?.close()
    await vi.waitFor(() => expect(made.connections).toHaveLength(2), 5_000)
    expect(made.unreachable.map(({ reason }) => reason)).toEqual(['connection lost'])
  })

  test('says why a peer cannot be reached, and tries again after half a second ± a quarter of it', async () => {
    const [from, to] = await Promise.all([node(), node()])
    const address = addressOf(to)
    await to.stop()
    const made = dialer(from)
    made.dialer.keep(address)
    await vi.waitFor(() => expect(made.unreachable).toHaveLength(1))
    expect(made.unreachable[0]?.reason).toContain('ECONNREFUSED')
    expect(made.unreachable[0]?.retryMs).toBeGreaterThanOrEqual(375)
    expect(made.unreachable[0]?.retryMs).toBeLessThanOrEqual(625)
    await node(`/ip4/127.0.0.1/tcp/${address.getComponents().find(({ name }) => name === 'tcp')?.value}`)
    made.dialer.keep(multiaddr(address.toString().replace(/\/p2p\/.*/, '')))
    await vi.waitFor(() => expect(made.connections).toHaveLength(1), 5_000)
  })

  test('waits longer each time a peer closes the connection at once', async () => {
    const [from, to] = await Promise.all([node(), node()])
    const made = dialer(from, {
      onConnection: async connection => {
        await connection.close()
        return connection
      }
    })
    made.dialer.keep(addressOf(to))
    await vi.waitFor(() => expect(made.unreachable).toHaveLength(3), 10_000)
    const [first = 0, , third = 0] = made.unreachable.map(({ retryMs }) => retryMs)
    expect(third).toBeGreaterThan(2 * first)
  }, 15_000)

  test('keeps one connection to an address that is named twice', async () => {
    const [from, to] = await Promise.all([node(), node()])
    const made = dialer(from)
    made.dialer.keep(addressOf(to))
    made.dialer.keep(addressOf(to))
    await vi.waitFor(() => expect(made.connections).toHaveLength(1))
    expect(from.getConnections()).toHaveLength(1)
  })

  test('dials a peer once, and says so when it cannot be reached', async () => {
    const [from, to, gone] = await Promise.all([node(), node(), node()])
    const made = dialer(from)
    await made.dialer.dial([addressOf(to)])
    expect(made.connections).toHaveLength(1)
    const address = addressOf(gone)
    await gone.stop()
    await expect(made.dialer.dial([address])).rejects.toThrow(/ECONNREFUSED/)
    await expect(made.dialer.dial([])).rejects.toThrow()
    expect(made.unreachable).toEqual([])
  })

  test('dials no more once it is stopped, and holds on to nothing', async () => {
    const [from, to] = await Promise.all([node(), node()])
    const made = dialer(from)
    made.dialer.keep(addressOf(to))
    await vi.waitFor(() => expect(made.connections).toHaveLength(1))
    made.dialer.stop()
    await made.connections[0]?.close()
    // Another that goes on shows when there was time enough.
    const other = dialer(from)
    for (const { dialer: of } of [made, other]) of.keep(multiaddr('/ip4/127.0.0.1/tcp/9'))
    await vi.waitFor(() => expect(other.unreachable).toHaveLength(2), 5_000)
    expect(made.unreachable).toEqual([])
    expect(made.connections).toHaveLength(1)
  })
})
