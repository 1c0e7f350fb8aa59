import { noise } from '@libp2p/noise'
import { tls } from '@libp2p/tls'

export type Encryption = 'noise' | 'tls'

/** As libp2p has them. */
export const encrypterOf = { noise, tls }
