import { noise } from '@libp2p/noise'
import type { Libp2pOptions } from 'libp2p'
import { socketNoise } from './socket-noise.ts'
import type { Sodium } from './sodium.ts'

/**
 * How connections are encrypted, the cheapest first. Everybody speaks Noise. Where libsodium cannot be loaded, libp2p's own takes
 * five times as much of a processor as node:tls, which comes first then.
 */
export async function encrypters(
  sodium: Sodium | undefined
): Promise<NonNullable<Libp2pOptions['connectionEncrypters']>> {
  if (sodium !== undefined) return [socketNoise(sodium)]
  const { socketTls } = await import('./socket-tls.ts')
  return [socketTls(), noise()]
}
