import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Certificate } from '../clients/client.ts'
import type { Stage } from '../stage.ts'
import { missingProgram } from './installed.ts'

export function missingCertificate(): string | undefined {
  return missingProgram('openssl')
}

/** A certificate of this run's own, for two days, with the kind of key that libp2p's TLS makes. */
export function certificateOf({ folder }: Stage): Certificate {
  const key = join(folder, 'key.pem')
  const cert = join(folder, 'cert.pem')
  if (!existsSync(cert)) {
    const what = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
    const whose = ['-days', '2', '-subj', '/CN=localhost', '-keyout', key, '-out', cert]
    execFileSync('openssl', ['req', ...what, ...whose], { stdio: 'ignore' })
  }
  return { key, cert }
}
