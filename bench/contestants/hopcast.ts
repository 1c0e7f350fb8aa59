import type { Child } from '../child.ts'
import { listenAddress } from '../clients/libp2p-node.ts'
import type { Stage } from '../stage.ts'
import { type Contestant, endpointsOf } from './contestant.ts'

interface Listening {
  type: string
  addresses: string[]
}

/** The relay under test: the program that users start. */
export const hopcast: Contestant = {
  name: 'hopcast',
  missing: () => undefined,
  async start(stage, { transport = 'tcp' }) {
    const also = transport === 'tcp' ? [] : ['--listen', listenAddress[transport]]
    const listen = [
      '--listen',
      listenAddress.tcp,
      ...also,
      '--http',
      '127.0.0.1:0',
      '--no-discovery',
      '--json'
    ]
    const node = ['--conditions=source', ...profiling(stage), 'packages/node/src/main.ts']
    const relay = stage.start('hopcast', process.execPath, [...node, 'relay', ...listen])
    const { addresses } = await listeningOf(relay)
    return { ...endpointsOf('hopcast', addresses), relay }
  }
}

export function listeningOf(relay: Child): Promise<Listening> {
  return relay.line('listening', line => {
    const report = line.startsWith('{') ? (JSON.parse(line) as Listening) : undefined
    return report?.type === 'listening' ? report : undefined
  })
}

function profiling({ profile }: Stage): string[] {
  return profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`]
}
