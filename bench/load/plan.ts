/** What a process of the load is told to do, and what it says: plain values between processes. */
import type { Endpoint } from '../clients/client.ts'

export type Plan = PublishPlan | SubscribePlan | IdlePlan | NewcomerPlan

export interface PublishPlan {
  type: 'publish'
  endpoint: Endpoint
  /** Connections, over which the channels are spread. */
  publishers: number
  channels: readonly string[]
  payloadBytes: number
  /** Of each channel, the first of so many can be decoded alone. */
  groupObjects: number
  pace: Pace
}

/**
 * So many messages a second on each channel; or as many as arrive, with at most `window` that not every subscriber has
 * seen: whatever a relay does with a flood, all get the same one.
 */
export type Pace = { type: 'steady'; perSecond: number } | { type: 'saturated'; window: number }

export interface SubscribePlan {
  type: 'subscribe'
  endpoint: Endpoint
  /** Of each connection the channels that it takes. */
  subscribers: readonly (readonly string[])[]
  /** Between two connections: relays refuse those that come all at once from one address. */
  connectGapMs: number
  /** Where the publisher hears what was seen (`Pace`), if it wants to. */
  creditPort: number | undefined
}

export interface IdlePlan {
  type: 'idle'
  endpoint: Endpoint
  connections: number
  /** As with subscribers. */
  connectGapMs: number
}

export interface NewcomerPlan {
  type: 'newcomer'
  endpoint: Endpoint
  /** Of which it tells, each with a channel. */
  publishers: number
}

export type Order =
  /** To the publisher: what the pace says. To the newcomer: tell all. */
  | { type: 'go' }
  /** To the publisher: no more than keeps a connection. */
  | { type: 'rest' }
  /** Count from now on, and tell what was counted. */
  | { type: 'begin' }
  | { type: 'end' }

export type Report =
  /** Connected. */
  | { type: 'ready'; creditPort: number | undefined }
  /** Each subscriber has got something on each of its channels. */
  | { type: 'hearing' }
  | { type: 'counted'; count: Count }
  | { type: 'failed'; reason: string }

export interface Count {
  /** Written, or received. */
  messages: number
  /** In so much time. */
  elapsedMs: number
  /** From the publisher's write to the subscriber's callback, where the pace is steady. */
  latenciesMs: Float64Array
}
