/** This tab as a node of the network. */
import type { Hopcast, HopcastEvent, Status } from '@hopcast/protocol/libp2p'
import { hopcast, shallowBuffers, yamux } from '@hopcast/protocol/libp2p'
import { type Identify, identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { type Ping, ping } from '@libp2p/ping'
import { webRTCDirect } from '@libp2p/webrtc'
import { webSockets } from '@libp2p/websockets'
import type { Libp2p } from 'libp2p'
import { createLibp2p } from 'libp2p'
import { requireCurrentBrowser, requireSecureContext, WebError } from './errors.ts'
import { Listening, type ListenOptions } from './listening.ts'
import { Publishing, type PublishOptions } from './publishing.ts'
import { checkRelay, dialGroups, type RelayTransport } from './relay-addresses.ts'
import { RelayLink } from './relay-link.ts'

export interface JoinOptions {
  /** Relays to connect to: the URL of a relay's page (`https://relay.example`), or a multiaddr. One answer is enough. */
  relays: string[]
  /** Use this transport only. Default: WebRTC-direct, and WebSocket where that does not get through. */
  transport?: RelayTransport
  /**
   * How many neighbours to have, the relays included. While there are fewer, this tab dials others that its neighbours tell of,
   * so that it goes on when its relay dies. 0: the relays only. Default 8.
   */
  neighbours?: number
  /** What this tab sends on for others at most, in bits per second. Default: 4 million. */
  uplinkBps?: number
  /** Called each time a relay cannot be reached, at first or again; the next try is in `retryMs`. */
  onUnreachable?: (relay: string, reason: string, retryMs: number) => void
}

export interface Peer {
  /** This tab's libp2p peer id, new on every load. */
  readonly peerId: string

  /**
   * Plays whoever publishes on `channel`, now or later, until `stop`. Call it in a click or key handler.
   *
   * @throws TypeError for a channel name that is not allowed; WebError `unsupported-browser` without WebCodecs
   */
  listen(channel: string, options?: ListenOptions): Promise<Listening>

  /**
   * Publishes the sound of a MediaStream on `channel` as Opus, until `stop`. Call it in a click or key handler.
   *
   * @throws TypeError for a channel name that is not allowed, or a stream without sound; WebError
   * `unsupported-browser` without WebCodecs
   */
  publish(channel: string, options: PublishOptions): Promise<Publishing>

  /** Neighbours, routes and streams as this tab sees them. Cheap enough for once a second. */
  status(): Status

  /** Calls `listener` when a neighbour comes or goes; returns the function that stops it. */
  on(listener: (event: HopcastEvent) => void): () => void

  /** Stops what listens and publishes here, and leaves the network. */
  stop(): Promise<void>
}

const agent = 'hopcast-web/0.1.0'

/**
 * Joins the network through the relays that are named, and stays in it: lost connections are made again.
 * Resolves as soon as one relay is connected, and goes on with the others, also with those that are away as yet.
 *
 * @throws WebError `insecure-context`; `unsupported-browser`; `no-relay` when none of them can be reached; TypeError for a relay that is
 * neither URL nor multiaddr
 */
export async function join(options: JoinOptions): Promise<Peer> {
  requireSecureContext()
  requireCurrentBrowser()
  if (options.relays.length === 0) throw new TypeError('Name at least one relay')
  options.relays.forEach(checkRelay)
  const node = await createNode(options)
  const links = options.relays.map(
    relay => new RelayLink({ ...options, relay, node, hopcast: node.services.hopcast })
  )
  try {
    await Promise.any(links.map(link => link.connect()))
  } catch (error) {
    await node.stop()
    throw noRelay(error as AggregateError)
  }
  for (const link of links) link.keep()
  return new BrowserPeer(node, links)
}

type Node = Libp2p<{ identify: Identify; ping: Ping; hopcast: Hopcast }>

function createNode({ neighbours = 8, uplinkBps = 4_000_000, transport }: JoinOptions): Promise<Node> {
  const rules = { transport, securePage: location.protocol === 'https:' }
  const canDial = (address: string) => dialGroups([address], rules).length > 0
  return createLibp2p({
    addresses: { listen: [] },
    transports: [webRTCDirect({ dataChannel: shallowBuffers }), webSockets(shallowBuffers)],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    // In browsers libp2p refuses private addresses and `ws:` by default, to be quiet about what cannot be dialled. A
    // relay on this machine or in this house has just such addresses, Noise encrypts the connection whatever carries
    // it, and what an https page must not dial is left out in relay-addresses.ts.
    connectionGater: { denyDialMultiaddr: () => false },
    services: {
      identify: identify(),
      ping: ping(),
      hopcast: hopcast({ agent, uplinkBps, discovery: { neighbours, canDial } })
    }
  })
}

function noRelay(error: AggregateError): WebError {
  const reasons = error.errors.map((reason: Error) => reason.message).join('; ')
  return new WebError('no-relay', `No relay answers. ${reasons}`, { cause: error })
}

class BrowserPeer implements Peer {
  readonly peerId: string
  readonly #node: Node
  readonly #links: RelayLink[]
  readonly #activities = new Set<Listening | Publishing>()
  /** A tab that closes says so; otherwise its listeners would hear nothing until the link to it times out. */
  readonly #onPageHide = (event: PageTransitionEvent) => {
    // One that the browser keeps for the way back goes on from here.
    if (event.persisted) return
    for (const activity of this.#activities) if (activity instanceof Publishing) activity.leave()
    void this.#node.stop()
  }

  /** The timers of a page that is hidden are slowed down: others had better not depend on it. */
  readonly #onVisibility = () => this.#hopcast.withdraw(document.hidden)

  constructor(node: Node, links: RelayLink[]) {
    this.peerId = node.peerId.toString()
    this.#node = node
    this.#links = links
    addEventListener('pagehide', this.#onPageHide)
    document.addEventListener('visibilitychange', this.#onVisibility)
    if (document.hidden) this.#onVisibility()
  }

  async listen(channel: string, options?: ListenOptions): Promise<Listening> {
    return this.#keep(await Listening.start(this.#hopcast, channel, options))
  }

  async publish(channel: string, options: PublishOptions): Promise<Publishing> {
    return this.#keep(await Publishing.start(this.#hopcast, channel, options))
  }

  status(): Status {
    return this.#hopcast.status()
  }

  on(listener: (event: HopcastEvent) => void): () => void {
    return this.#hopcast.on(listener)
  }

  async stop(): Promise<void> {
    removeEventListener('pagehide', this.#onPageHide)
    document.removeEventListener('visibilitychange', this.#onVisibility)
    for (const link of this.#links) link.stop()
    await Promise.allSettled([...this.#activities].map(activity => activity.stop()))
    await this.#node.stop()
  }

  get #hopcast(): Hopcast {
    return this.#node.services.hopcast
  }

  #keep<Activity extends Listening | Publishing>(activity: Activity): Activity {
    for (const earlier of this.#activities) if (earlier.stopped) this.#activities.delete(earlier)
    this.#activities.add(activity)
    return activity
  }
}
