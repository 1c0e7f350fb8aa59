/** How much goes through a relay: the same for each that is measured. */
import { availableParallelism } from 'node:os'
import type { Endpoint } from '../clients/client.ts'
import type { Transport } from '../clients/libp2p-node.ts'
import type { PublishPlan, SubscribePlan } from '../load/plan.ts'

export interface Load {
  channels: number
  /** Connections that publish. */
  publishers: number
  subscribers: number
  /** How many subscribers each channel has. */
  takers: number
  payloadBytes: number
  /** The first of so many can be decoded alone, the others need it; default: each can. */
  groupObjects?: number
  /** Messages a second on each channel; undefined: as many as get through. */
  perSecond: number | undefined
  /** How subscribers come; default: as publishers do, by TCP. */
  transport?: Transport
}

/** Deliveries under way in a saturated relay: enough to keep it busy, and no queue of its has to drop any. */
const windowDeliveries = 5_000
/** Messages under way at most: a neighbour's queue takes 1,024. */
const windowMax = 500
/** The relay takes 50 new connections a second from one address. */
export const connectGapMs = 25
const subscriberProcessesMax = 4

export function publishPlan(load: Load, endpoint: Endpoint): PublishPlan {
  const { publishers, payloadBytes, groupObjects = 1, perSecond, takers } = load
  const pace: PublishPlan['pace'] =
    perSecond === undefined
      ? { type: 'saturated', window: Math.min(windowMax, Math.ceil(windowDeliveries / takers)) }
      : { type: 'steady', perSecond }
  return {
    type: 'publish',
    endpoint,
    publishers,
    payloadBytes,
    groupObjects,
    pace,
    channels: channelNames(load)
  }
}

/** Of each process of subscribers: as many as this machine has processors for, beside relay and publisher. */
export function subscribePlans(
  load: Load,
  endpoint: Endpoint,
  creditPort: number | undefined
): SubscribePlan[] {
  const spare = Math.max(1, availableParallelism() - 2)
  const processes = Math.min(subscriberProcessesMax, load.subscribers, spare)
  const taken = channelsTaken(load)
  return Array.from({ length: processes }, (_, i) => ({
    type: 'subscribe',
    endpoint,
    subscribers: taken.filter((_, subscriber) => subscriber % processes === i),
    connectGapMs: connectGapMs * processes,
    creditPort
  }))
}

/** Of each subscriber, the channels that it takes: evenly, and each pair of channels with other takers where it goes. */
export function channelsTaken(load: Load): string[][] {
  const taken = Array.from({ length: load.subscribers }, (): string[] => [])
  for (const [i, channel] of channelNames(load).entries()) {
    for (let n = 0; n < load.takers; n++) taken[(i * load.takers + n) % load.subscribers]?.push(channel)
  }
  return taken
}

function channelNames({ channels }: Load): string[] {
  return Array.from({ length: channels }, (_, i) => channelName(i))
}

export function channelName(index: number): string {
  return `channel-${index}`
}
