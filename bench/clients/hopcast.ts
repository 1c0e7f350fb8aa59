import { startNode, temporaryIdentity } from '@hopcast/node'
import type { Publication } from '@hopcast/protocol/libp2p'
import type { Client } from './client.ts'

const retryMs = 20_000

/** A node with one neighbour, as a publisher or a listener is one. */
export async function connectHopcast({ address }: { address: string }): Promise<Client & { close(): void }> {
  const node = await startNode({
    identity: await temporaryIdentity(),
    listen: [],
    peers: [address],
    discovery: false
  })
  const { hopcast } = node
  const up = new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the relay does not answer')), retryMs)
    const off = hopcast.on(event => {
      if (event.type !== 'neighbour-up') return
      clearTimeout(timer)
      off()
      resolve()
    })
  })
  node.connect()
  await up
  const publications = new Map<string, Publication>()
  return {
    publish(channel, payload) {
      let publication = publications.get(channel)
      if (publication === undefined) {
        // The lists are for subscribers, and checking them would only keep the load from being heavier.
        publication = hopcast.publish(channel, { signed: false })
        publications.set(channel, publication)
      }
      publication.write({ payload, timestampUs: Date.now() * 1_000 })
    },
    subscribe(channel, onMessage) {
      const subscription = hopcast.subscribe(channel)
      void (async () => {
        for await (const event of subscription) if (event.type === 'object') onMessage(event.payload)
      })()
    },
    close: () => void node.stop()
  }
}
