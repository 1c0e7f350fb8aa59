import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import { expect, onTestFinished, test, vi } from 'vitest'
import { forgetGone } from './forget-gone.ts'

async function node() {
  const libp2p = await createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionManager: { inboundConnectionThreshold: 1_000 },
    services: { identify: identify() }
  })
  onTestFinished(async () => libp2p.stop())
  return libp2p
}

test('A peer is forgotten with its last connection, not before', async () => {
  const [relay, visitor] = await Promise.all([node(), node()])
  forgetGone(relay)
  await visitor.dial(relay.getMultiaddrs())
  await vi.waitFor(async () => expect(await relay.peerStore.all()).toHaveLength(1))
  await visitor.hangUp(relay.peerId)
  await vi.waitFor(async () => expect(await relay.peerStore.all()).toHaveLength(0), { timeout: 5_000 })
})

test('Peers that go as soon as they have come are forgotten, too', async () => {
  const relay = await node()
  forgetGone(relay)
  const visitors = await Promise.all(Array.from({ length: 10 }, node))
  await Promise.all(
    visitors.map(async (visitor, i) => {
      for (let stayMs = i / 2; stayMs < 20; stayMs += 5) {
        await visitor.dial(relay.getMultiaddrs())
        // Nothing is waited for: each goes in the middle of another step of what libp2p does with a newcomer.
        await new Promise(resolve => setTimeout(resolve, stayMs))
        await visitor.hangUp(relay.peerId)
      }
    })
  )
  await vi.waitFor(async () => expect(await relay.peerStore.all()).toHaveLength(0), { timeout: 5_000 })
})
