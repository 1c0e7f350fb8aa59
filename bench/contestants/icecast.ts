import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sourcePassword } from '../clients/icecast.ts'
import { freePort } from '../stage.ts'
import { certificateOf, missingCertificate } from './certificate.ts'
import type { Contestant } from './contestant.ts'
import { missingProgram, programPath } from './installed.ts'

/** What internet radio is sent with, over TLS. It knows one channel a mount, and no messages: a stream of bytes. */
export const icecast: Contestant = {
  name: 'icecast',
  missing: () => missingProgram('icecast2') ?? missingCertificate(),
  async start(stage, { connections }) {
    const port = await freePort()
    const { key, cert } = certificateOf(stage)
    const both = join(stage.folder, 'icecast.pem')
    writeFileSync(both, readFileSync(cert, 'utf8') + readFileSync(key, 'utf8'))
    const file = join(stage.folder, 'icecast.xml')
    writeFileSync(file, configuration({ port, connections, certificate: both, folder: stage.folder }))
    if (isRoot()) chmodSync(stage.folder, 0o755)
    const relay = stage.start('icecast', programPath('icecast2') ?? 'icecast2', ['-c', file])
    await relay.line('its certificate', line => /SSL certificate found/.test(line) || undefined)
    return { endpoint: { type: 'icecast', port, tls: true }, relay }
  }
}

interface Settings {
  port: number
  connections: number
  certificate: string
  folder: string
}

/** It refuses to run as root, and becomes another user then, who has to read its certificate. */
function isRoot(): boolean {
  return process.getuid?.() === 0
}

/** No burst of what is past for newcomers: all get the same. */
function configuration({ port, connections, certificate, folder }: Settings): string {
  const user = isRoot() ? '<changeowner><user>nobody</user><group>nogroup</group></changeowner>' : ''
  return `<icecast>
  <limits>
    <clients>${connections + 10}</clients>
    <sources>1</sources>
    <burst-on-connect>0</burst-on-connect>
    <burst-size>0</burst-size>
  </limits>
  <authentication>
    <source-password>${sourcePassword}</source-password>
    <admin-user>admin</admin-user>
    <admin-password>${sourcePassword}</admin-password>
  </authentication>
  <hostname>localhost</hostname>
  <listen-socket>
    <port>${port}</port>
    <bind-address>127.0.0.1</bind-address>
    <ssl>1</ssl>
  </listen-socket>
  <paths>
    <logdir>${folder}</logdir>
    <webroot>/usr/share/icecast2/web</webroot>
    <adminroot>/usr/share/icecast2/admin</adminroot>
    <ssl-certificate>${certificate}</ssl-certificate>
  </paths>
  <logging>
    <accesslog>-</accesslog>
    <errorlog>-</errorlog>
    <loglevel>3</loglevel>
  </logging>
  <security>
    <chroot>0</chroot>
    ${user}
  </security>
</icecast>
`
}
