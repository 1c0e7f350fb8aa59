import type { Hopcast, HopcastEvent } from '@hopcast/protocol/libp2p'
import type { Output } from './output.ts'

/** Tells what becomes of the connections. @returns stops it */
export function reportNeighbours(hopcast: Hopcast, output: Output): () => void {
  return hopcast.on(event => output.report(reportOf(event)))
}

function reportOf(event: HopcastEvent): Parameters<Output['report']>[0] {
  switch (event.type) {
    case 'neighbour-up':
      return { type: 'connected', peer: event.peer, address: event.address, agent: event.agent }
    case 'neighbour-down':
      return { type: 'disconnected', peer: event.peer, reason: event.reason }
    case 'peer-unreachable':
      return { type: 'unreachable', address: event.address, reason: event.reason, retryMs: event.retryMs }
    case 'altered':
      return event
    case 'peer-closed':
      return { type: 'peer-closed', peer: event.peer, code: event.code, reason: event.reason }
  }
}
