import type { HopcastInit } from './api.ts'
import { type HopcastComponents, HopcastService } from './service.ts'

export type * from './api.ts'
export type { HopcastComponents } from './service.ts'
export { shallowBuffers } from './shallow-buffers.ts'
export { transportOf } from './status.ts'
export type { BytesSource } from './yamux/bytes-source.ts'
export { yamux } from './yamux/muxer.ts'

/**
 * hopcast as a libp2p service, beside whatever else the node does:
 * `createLibp2p({ services: { identify: identify(), hopcast: hopcast() } })`.
 */
export function hopcast(init: HopcastInit = {}): (components: HopcastComponents) => HopcastService {
  return components => new HopcastService(components, init)
}
