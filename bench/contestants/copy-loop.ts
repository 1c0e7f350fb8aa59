import { certificateOf, missingCertificate } from './certificate.ts'
import type { Contestant } from './contestant.ts'

/** The least that a relay in Node.js can do. */
export const copyTcp = copyLoop('copy-tcp', false)
export const copyTls = copyLoop('copy-tls', true)

function copyLoop(name: string, tls: boolean): Contestant {
  return {
    name,
    missing: () => (tls ? missingCertificate() : undefined),
    async start(stage) {
      const certificate = tls ? certificateOf(stage) : undefined
      const args = certificate === undefined ? [] : [certificate.key, certificate.cert]
      const relay = stage.script(name, 'bench/relays/copy-loop.ts', args)
      const port = await relay.line('its port', line => Number(line) || undefined)
      return { endpoint: { type: 'copy', port, tls }, relay }
    }
  }
}
