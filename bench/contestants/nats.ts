import { freePort } from '../stage.ts'
import { certificateOf, missingCertificate } from './certificate.ts'
import type { Contestant } from './contestant.ts'
import { missingProgram, programPath } from './installed.ts'

export const natsTls = nats('nats-tls', true)
export const natsPlain = nats('nats-plain', false)

function nats(name: string, tls: boolean): Contestant {
  return {
    name,
    missing: () => missingProgram('nats-server') ?? (tls ? missingCertificate() : undefined),
    async start(stage) {
      const port = await freePort()
      const args = ['--addr', '127.0.0.1', '--port', String(port)]
      if (tls) {
        const { key, cert } = certificateOf(stage)
        args.push('--tls', '--tlscert', cert, '--tlskey', key)
      }
      const relay = stage.start(name, programPath('nats-server') ?? 'nats-server', args)
      await relay.line('"Server is ready"', line => line.includes('Server is ready') || undefined)
      return { endpoint: { type: 'nats', port, tls }, relay }
    }
  }
}
