import { writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../stage.ts'
import { certificateOf, missingCertificate } from './certificate.ts'
import type { Contestant } from './contestant.ts'
import { missingProgram, programPath } from './installed.ts'

/** An MQTT broker, with TLS; every message at most once, as ours. */
export const mosquitto: Contestant = {
  name: 'mosquitto',
  missing: () => missingProgram('mosquitto') ?? missingCertificate(),
  async start(stage) {
    const port = await freePort()
    const { key, cert } = certificateOf(stage)
    const file = join(stage.folder, 'mosquitto.conf')
    const lines = [
      `user ${userInfo().username}`,
      `listener ${port} 127.0.0.1`,
      'allow_anonymous true',
      `keyfile ${key}`,
      `certfile ${cert}`,
      'set_tcp_nodelay true',
      'persistence false',
      // It would drop what is over it.
      'max_queued_messages 0'
    ]
    writeFileSync(file, `${lines.join('\n')}\n`)
    const relay = stage.start('mosquitto', programPath('mosquitto') ?? 'mosquitto', ['-c', file])
    await relay.line('"running"', line => / running$/.test(line) || undefined)
    return { endpoint: { type: 'mqtt', port, tls: true }, relay }
  }
}
