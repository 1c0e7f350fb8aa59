import type { RelayTransport } from '@hopcast/web'

export interface PageQuery {
  /** What the Channel field starts with. */
  channel: string
  /** URLs and multiaddrs; the origin that served the page unless `?relay=` names others. */
  relays: string[]
  transport: RelayTransport | undefined
  /** Publish the microphone without the browser's echo cancelling and gain. */
  raw: boolean
}

const transports: Record<string, RelayTransport> = { ws: 'websocket', webrtc: 'webrtc-direct' }

/**
 * Reads `?channel=`, `?relay=` (any number), `?transport=ws|webrtc` and `?raw`.
 *
 * @throws TypeError, to be shown as it is, for a transport that does not exist
 */
export function readQuery(url: URL): PageQuery {
  const query = url.searchParams
  const relays = query.getAll('relay').filter(relay => relay !== '')
  const name = query.get('transport')
  const transport = name === null ? undefined : transports[name]
  if (name !== null && transport === undefined) {
    throw new TypeError(`The address asks for transport=${name}, which does not exist: use ws or webrtc.`)
  }
  return {
    channel: query.get('channel') || 'demo',
    relays: relays.length > 0 ? relays : [url.origin],
    transport,
    raw: query.has('raw')
  }
}
