import type { Child } from '../child.ts'
import type { Stage } from '../stage.ts'
import type { Contestant } from './contestant.ts'

interface Listening {
  type: string
  addresses: [string]
}

/** The relay under test: the program that users start. */
export const hopcast: Contestant = {
  name: 'hopcast',
  missing: () => undefined,
  async start(stage) {
    const listen = ['--listen', '/ip4/127.0.0.1/tcp/0', '--http', '127.0.0.1:0', '--no-discovery', '--json']
    const node = ['--conditions=source', ...profiling(stage), 'packages/node/src/main.ts']
    const relay = stage.start('hopcast', process.execPath, [...node, 'relay', ...listen])
    const { addresses } = await listeningOf(relay)
    return { endpoint: { type: 'hopcast', address: addresses[0] }, relay }
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
