import type { Encryption } from '../clients/encryption.ts'
import { missingGossipsub } from '../relays/gossipsub-node.ts'
import { channelName } from '../workloads/load.ts'
import type { Contestant } from './contestant.ts'

/** Encrypted as ours. */
export const gossipsub = encryptedBy('noise', 'gossipsub')
/** The cheaper way. */
export const gossipsubTls = encryptedBy('tls', 'gossipsub-tls')

/** js gossipsub. Messages are not signed, as ours are not. */
function encryptedBy(encryption: Encryption, name: string): Contestant {
  return {
    name,
    missing: missingGossipsub,
    async start(stage, { connections }) {
      const args = [channelName(0), String(connections), encryption]
      const relay = stage.script(name, 'bench/relays/gossipsub.ts', args)
      const address = await relay.line('its address', line => (line.startsWith('/') ? line : undefined))
      return { endpoint: { type: 'gossipsub', address, encryption }, relay }
    }
  }
}
