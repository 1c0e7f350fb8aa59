/** What the tests of the tree share: a relay with neighbours, a stream, and what it said. */
import type { Config } from './config.ts'
import { defaultConfig } from './default-config.ts'
import { openChannelId, type PeerId, pathTag, streamId } from './ids.ts'
import { Relay } from './relay.ts'
import type { RelayEvent } from './relay-event.ts'
import type { Rate } from './streams.ts'
import { Timers } from './timers.ts'
import type { Sub } from './wire/messages.ts'

export const self = 'self' as PeerId
export const publisher = 'publisher' as PeerId
export const [up, other, left, right] = ['up', 'other', 'left', 'right'] as [PeerId, PeerId, PeerId, PeerId]
export const name = { channel: openChannelId('demo'), publisher, epoch: 1, track: 0 }
export const stream = streamId(name)
export const own = { ...name, publisher: self }
export const another = { ...name, track: 1 }

/** The next hop towards `publisher` is `up`, and may be changed by `lookups.nextHop`; `lookups.candidate` is tried first. */
export function relay(config: Partial<Config> = {}) {
  const timers = new Timers()
  const lookups = {
    nextHop: up as PeerId | undefined,
    candidate: undefined as PeerId | undefined,
    backup: undefined as PeerId | undefined,
    resumeSeq: undefined as number | undefined,
    isBeginning: false,
    flows: false,
    hasRefused: false,
    servers: [] as PeerId[],
    rate: undefined as Rate | undefined
  }
  const made = new Relay(self, { ...defaultConfig, ...config }, timers, {
    nextHop: of => (of === publisher ? lookups.nextHop : undefined),
    target: of => (of === publisher ? (lookups.candidate ?? lookups.nextHop) : undefined),
    backup: () => lookups.backup,
    resumeSeq: () => lookups.resumeSeq,
    isBeginning: () => lookups.isBeginning,
    hasRefused: () => lookups.hasRefused,
    isServer: peer => lookups.servers.includes(peer),
    isFlowing: () => lookups.flows,
    rate: () => lookups.rate
  })
  return { timers, lookups, relay: made }
}

/** `left` takes the stream, which comes from `up`. */
export function established(config: Partial<Config> = {}) {
  const made = relay(config)
  made.relay.handleSub(left, sub(), 0)
  made.relay.handleSubOk(up, ok(0), 0)
  return made
}

export const sub = (over: Partial<Sub> = {}): Sub => ({ type: 'sub', ...name, ...over })
export const ok = (hops: number) => ({ type: 'sub-ok', stream, path: way(hops) }) as const
/** Of a node so many links from the publisher. */
export const way = (hops: number) => Array.from({ length: hops + 1 }, (_, n) => pathTag(`n${n}` as PeerId))

/** Each event in a few words. */
export function told(events: RelayEvent[]): string[] {
  return events.map(event => {
    if (event.type === 'replay') return `replay ${event.startSeq} to ${event.peer}`
    if (event.type === 'established') return `established by ${event.upstream} at ${event.hops}`
    if (event.type === 'crowded') return `crowded at ${event.peer}`
    if (event.type === 'refused') return `refused by ${event.peer}`
    if (event.type === 'fault') return `fault of ${event.peer}`
    if (event.type !== 'send') return event.type
    const { peer, message } = event
    if (message.type === 'sub') return `sub ${message.startSeq ?? 'now'} to ${peer}`
    if (message.type === 'sub-ok') return `ok ${message.path.length - 1} to ${peer}`
    return message.type === 'sub-nack' ? `${message.reason} to ${peer}` : `${message.type} to ${peer}`
  })
}
