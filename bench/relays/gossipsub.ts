/**
 * A node that passes on one topic by gossipsub, to so many peers. Prints its address. Arguments: topic, number of peers, encryption.
 */
import type { Encryption } from '../clients/encryption.ts'
import { gossipsubNode } from './gossipsub-node.ts'

const [topic = '', peers = '', encryption = ''] = process.argv.slice(2)

const node = await gossipsubNode(Number(peers), encryption as Encryption, ['/ip4/127.0.0.1/tcp/0'])
// Gossipsub passes on only what a node takes itself.
node.services.pubsub.subscribe(topic)
console.log(String(node.getMultiaddrs()[0]))
