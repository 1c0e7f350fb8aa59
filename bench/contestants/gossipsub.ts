import { missingGossipsub } from '../relays/gossipsub-node.ts'
import { channelName } from '../workloads/load.ts'
import type { Contestant } from './contestant.ts'

/** js gossipsub. Messages are encrypted by TLS and not signed, as ours. */
export const gossipsub: Contestant = {
  name: 'gossipsub',
  missing: missingGossipsub,
  async start(stage, { connections }) {
    const relay = stage.script('gossipsub', 'bench/relays/gossipsub.ts', [
      channelName(0),
      String(connections)
    ])
    const address = await relay.line('its address', line => (line.startsWith('/') ? line : undefined))
    return { endpoint: { type: 'gossipsub', address }, relay }
  }
}
