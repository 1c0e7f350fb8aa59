/**
 * What libp2p costs when it is used as its examples do: each message is sent to each subscriber by a call of its own. The
 * arguments are the transports to listen on. Prints its addresses, as JSON.
 */
import type { Stream } from '@libp2p/interface'
import { Uint8ArrayList } from 'uint8arraylist'
import { PrefixReader, prefixed } from '../clients/length-prefix.ts'
import { relayNode, type Transport } from '../clients/libp2p-node.ts'
import { protocols } from '../clients/libp2p-send.ts'

const node = await relayNode(process.argv.slice(2) as Transport[])
const subscribers = new Set<Stream>()

await node.handle(protocols.subscriber, stream => {
  subscribers.add(stream)
  stream.addEventListener('close', () => subscribers.delete(stream))
})
await node.handle(protocols.publisher, stream => {
  const reader = new PrefixReader(message => {
    for (const subscriber of subscribers) {
      if (subscriber.writeStatus === 'writable') subscriber.send(new Uint8ArrayList(...prefixed(message)))
    }
  })
  stream.addEventListener('message', ({ data }) => reader.push(Buffer.from(data.subarray())))
})
console.log(JSON.stringify(node.getMultiaddrs().map(String)))
