/** What peer exchange needs of libp2p: where neighbours can be reached, which addresses are of use to whom, and dials. */
import type {
  ComponentLogger,
  Connection,
  IdentifyResult,
  Libp2pEvents,
  Logger,
  TypedEventTarget
} from '@libp2p/interface'
import type { Input } from '../contract.ts'
import type { PeerId } from '../ids.ts'
import type { Peers } from '../wire/messages.ts'
import { contactAddresses, dialable, withinReach } from './addresses.ts'
import type { Dialer } from './dialer.ts'
import type { Sessions } from './sessions.ts'
import { reasonOf } from './unreachable.ts'

interface DiscoveryOptions {
  sessions: Sessions
  dialer: Dialer
  /** Whether an address may be dialled. */
  canDial: ((address: string) => boolean) | undefined
  handle: (input: Input) => void
}

export class Discovery {
  readonly #events: TypedEventTarget<Libp2pEvents>
  readonly #log: Logger
  readonly #options: DiscoveryOptions
  /** What identify found out, which it may before there is a link over the connection. */
  readonly #identified = new WeakMap<Connection, IdentifyResult['listenAddrs']>()
  readonly #onIdentify = ({ detail }: CustomEvent<IdentifyResult>) => {
    const { connection, listenAddrs } = detail
    this.#identified.set(connection, listenAddrs)
    const link = this.#options.sessions.link(connection.remotePeer.toString() as PeerId)
    if (link?.connection === connection) this.handleBegun(connection)
  }

  constructor(
    { events, logger }: { events: TypedEventTarget<Libp2pEvents>; logger: ComponentLogger },
    options: DiscoveryOptions
  ) {
    this.#events = events
    this.#log = logger.forComponent('hopcast:discovery')
    this.#options = options
  }

  start(): void {
    this.#events.addEventListener('peer:identify', this.#onIdentify)
  }

  stop(): void {
    this.#events.removeEventListener('peer:identify', this.#onIdentify)
  }

  /** There is a link over the connection: tells the core where others can reach the neighbour, as far as that is known. */
  handleBegun(connection: Connection): void {
    const dialled = connection.direction === 'outbound' ? [connection.remoteAddr] : []
    const addresses = contactAddresses([...dialled, ...(this.#identified.get(connection) ?? [])])
    const peer = connection.remotePeer.toString() as PeerId
    if (addresses.length > 0) this.#options.handle({ type: 'addresses', peer, addresses })
  }

  /** What the neighbour tells, without what this node could not dial or should not believe; undefined when nothing is left. */
  received(from: PeerId, message: Peers): Peers | undefined {
    const link = this.#options.sessions.link(from)
    return withinReach(message, link?.connection.remoteAddr, this.#options.canDial)
  }

  /** What the neighbour is told, without what is of no use to it; undefined when nothing is left. */
  told(to: PeerId, message: Peers): Peers | undefined {
    const link = this.#options.sessions.link(to)
    return withinReach(message, link?.connection.remoteAddr)
  }

  async dial(peer: PeerId, addresses: readonly string[]): Promise<void> {
    try {
      await this.#options.dialer.dial(dialable(peer, addresses))
    } catch (error) {
      this.#log('cannot reach %s: %s', peer, reasonOf(error))
    }
    // A link, if one came of it, was told of as `connected`.
    if (this.#options.sessions.link(peer) === undefined) {
      this.#options.handle({ type: 'dial-failed', peer })
    }
  }
}
