import { transportOf } from '@hopcast/protocol/libp2p'
import type { Child } from '../child.ts'
import type { Endpoint } from '../clients/client.ts'
import type { Transport } from '../clients/libp2p-node.ts'
import type { Stage } from '../stage.ts'

/** A kind of relay that the load can be put on. */
export interface Contestant {
  name: string
  /** What is missing on this machine, with the command that installs it; undefined when nothing is. */
  missing(): string | undefined
  /** @returns once it takes connections */
  start(stage: Stage, options: StartOptions): Promise<Running>
}

export interface StartOptions {
  /** How many will connect at once. */
  connections: number
  /** How subscribers come, where the relay has a choice. */
  transport?: Transport | undefined
}

export interface Running {
  /** Of the publishers. */
  endpoint: Endpoint
  /** Of the subscribers, if they come another way. */
  toSubscribers?: Endpoint
  /** Undefined: there is no process between publisher and subscribers. */
  relay: Child | undefined
  /** Relays besides that one. */
  others?: readonly Child[]
}

/** Of a libp2p relay that listens on TCP, and maybe on another transport: what its subscribers use then. */
export function endpointsOf(
  type: 'hopcast' | 'hopcast-least' | 'libp2p-send',
  addresses: readonly string[]
): Pick<Running, 'endpoint' | 'toSubscribers'> {
  const tcp = addresses.find(address => transportOf(address) === 'tcp')
  const other = addresses.find(address => transportOf(address) !== 'tcp')
  if (tcp === undefined) throw new Error(`no TCP address among ${addresses.join(', ')}`)
  const endpoint: Endpoint = { type, address: tcp }
  return other === undefined ? { endpoint } : { endpoint, toSubscribers: { type, address: other } }
}
