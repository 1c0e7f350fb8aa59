import type { Connection } from '@libp2p/interface'
import type { PeerId } from '../ids.ts'
import type { Overlay } from '../overlay.ts'
import type { DropCounts } from '../queue.ts'
import type { CounterName, NeighbourStatus, Status } from './api.ts'
import type { CheckCounts } from './list-checker.ts'

interface StatusSources {
  overlay: Overlay
  addresses: string[]
  connection: (peer: PeerId) => Connection | undefined
  counters: DropCounts & CheckCounts & { peersClosed: number }
}

export function makeStatus(sources: StatusSources): Status {
  const { overlay, addresses, connection } = sources
  return {
    peerId: overlay.self,
    addresses,
    neighbours: [...overlay.neighbours()].flatMap(({ peer, agent, rtt, costUs }): NeighbourStatus[] => {
      if (agent === undefined) return []
      const address = connection(peer)?.remoteAddr.toString() ?? ''
      return [{ peer, agent, address, transport: transportOf(address), rttMs: rtt?.smoothedMs, costUs }]
    }),
    routes: [...overlay.routes()],
    streams: [...overlay.streams()].map(({ children, expected: _, received, sent, ...stream }) => ({
      ...stream,
      children: [...children],
      objectsReceived: received,
      objectsSent: sent
    })),
    channels: [...overlay.channels()],
    counters: makeCounters(sources)
  }
}

function makeCounters({ overlay, counters }: StatusSources): Record<CounterName, number> {
  const { overflow, expired, waitsForKey, ...others } = counters
  return {
    ...overlay.counters,
    objectsDropped: overflow + expired + waitsForKey,
    objectsDroppedOverflow: overflow,
    objectsDroppedExpired: expired,
    objectsDroppedWaitingForKey: waitsForKey,
    ...others
  }
}

export function transportOf(address: string): NeighbourStatus['transport'] {
  if (address.includes('/webrtc-direct')) return 'webrtc-direct'
  if (address.includes('/webrtc')) return 'webrtc'
  if (/\/wss?(\/|$)/.test(address)) return 'websocket'
  if (address.includes('/tcp/')) return 'tcp'
  return 'other'
}
