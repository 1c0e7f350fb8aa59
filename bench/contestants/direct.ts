import { freePort } from '../stage.ts'
import { certificateOf, missingCertificate } from './certificate.ts'
import type { Contestant } from './contestant.ts'

/** No relay: the publisher sends to the subscriber by TLS. What others take longer is what they add. */
export const direct: Contestant = {
  name: 'direct',
  missing: missingCertificate,
  start: async stage => ({
    endpoint: { type: 'direct', port: await freePort(), certificate: certificateOf(stage) },
    relay: undefined
  })
}
