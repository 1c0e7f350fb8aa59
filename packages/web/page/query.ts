import type { RelayTransport } from '@hopcast/web'

export interface PageQuery {
  /** What the Channel field starts with. */
  channel: string
  /** URLs and multiaddrs; the origin that served the page unless `?relay=` names others. */
  relays: string[]
  transport: RelayTransport | undefined
  /** How many neighbours this tab looks for; undefined: as many as a tab has by default. */
  neighbours: number | undefined
  /** Publish the microphone without the browser's echo cancelling and gain. */
  raw: boolean
}

const transports: Record<string, RelayTransport> = { ws: 'websocket', webrtc: 'webrtc-direct' }

/**
 * Reads `?channel=`, `?relay=` (any number), `?transport=ws|webrtc`, `?neighbours=0…128` and `?raw`.
 *
 * @throws TypeError, to be shown as it is, for a transport that does not exist, or a number that is none
 */
export function readQuery(url: URL): PageQuery {
  const query = url.searchParams
  const relays = query.getAll('relay').filter(relay => relay !== '')
  const name = query.get('transport')
  const transport = name === null ? undefined : transports[name]
  if (name !== null && transport === undefined) {
    throw new TypeError(`The address asks for transport=${name}, which does not exist: use ws or webrtc.`)
  }
  const count = query.get('neighbours')
  if (count !== null && (!/^\d{1,3}$/.test(count) || Number(count) > 128)) {
    throw new TypeError(`The address asks for neighbours=${count}: use a number from 0 to 128.`)
  }
  return {
    channel: query.get('channel') || 'demo',
    relays: relays.length > 0 ? relays : [url.origin],
    transport,
    neighbours: count === null ? undefined : Number(count),
    raw: query.has('raw')
  }
}
