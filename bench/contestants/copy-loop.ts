import type { Child } from '../child.ts'
import type { Stage } from '../stage.ts'
import { certificateOf, missingCertificate } from './certificate.ts'
import type { Contestant } from './contestant.ts'

/** The least that a relay in Node.js can do. */
export const copyTcp: Contestant = {
  name: 'copy-tcp',
  missing: () => undefined,
  start: async stage => {
    const { relay, port } = await startLoop(stage, 'copy-tcp', [])
    return { endpoint: { type: 'copy', port, tls: false }, relay }
  }
}
export const copyTls: Contestant = copyTlsLine('copy-tls', 1)

/** So many of them, each of which copies what the one before writes. */
export function copyTlsLine(name: string, count: number): Contestant {
  return {
    name,
    missing: missingCertificate,
    async start(stage) {
      const { key, cert } = certificateOf(stage)
      const first = await startLoop(stage, name, [key, cert])
      const all = [first]
      let last = first
      while (all.length < count) {
        last = await startLoop(stage, name, [key, cert, String(last.port)])
        all.push(last)
      }
      return {
        endpoint: { type: 'copy', port: first.port, tls: true },
        toSubscribers: { type: 'copy', port: last.port, tls: true },
        relay: last.relay,
        others: all.slice(0, -1).map(({ relay }) => relay)
      }
    }
  }
}

async function startLoop(
  stage: Stage,
  name: string,
  args: string[]
): Promise<{ relay: Child; port: number }> {
  const relay = stage.script(name, 'bench/relays/copy-loop.ts', args)
  return { relay, port: await relay.line('its port', line => Number(line) || undefined) }
}
