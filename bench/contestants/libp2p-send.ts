import type { Transport } from '../clients/libp2p-node.ts'
import { type Contestant, endpointsOf } from './contestant.ts'

/** A libp2p node that sends each message to each subscriber by a call of its own. */
export const libp2pSend: Contestant = {
  name: 'libp2p-send',
  missing: () => undefined,
  async start(stage, { transport = 'tcp' }) {
    const transports: Transport[] = transport === 'tcp' ? ['tcp'] : ['tcp', transport]
    const relay = stage.script('libp2p-send', 'bench/relays/libp2p-send.ts', transports)
    const addresses = await relay.line('its addresses', line => {
      return line.startsWith('[') ? (JSON.parse(line) as string[]) : undefined
    })
    return { ...endpointsOf('libp2p-send', addresses), relay }
  }
}
