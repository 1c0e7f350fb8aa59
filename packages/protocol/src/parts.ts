/** The parts of a node, and what they look up of each other. Start in `overlay.ts`. */
import { Channels } from './channels.ts'
import type { Config } from './config.ts'
import type { Rng } from './contract.ts'
import { Forward } from './forward.ts'
import type { PeerId } from './ids.ts'
import type { Links } from './links.ts'
import { Neighbours } from './neighbours.ts'
import { Publications } from './publications.ts'
import { Relay } from './relay.ts'
import { Routes } from './routes.ts'
import { Subscriptions } from './subscriptions.ts'
import { Timers } from './timers.ts'

export class Parts {
  readonly timers = new Timers()
  readonly neighbours: Neighbours
  /** Of `neighbours`, for looking them up. */
  readonly links: Links
  readonly routes: Routes
  readonly channels: Channels
  readonly relay: Relay
  readonly forward: Forward
  readonly subscriptions = new Subscriptions()
  readonly publications: Publications

  constructor(self: PeerId, config: Config, rng: Rng) {
    const services = { config, timers: this.timers, rng }
    this.neighbours = new Neighbours(self, services, peer => this.#isUsed(peer))
    this.links = this.neighbours.links
    this.routes = new Routes(self, config, this.timers, rng, {
      isWanted: publisher => this.relay.carries(publisher),
      subscriptionSums: peer => this.relay.digest(peer)
    })
    const reach = (publisher: PeerId) => (publisher === self ? 0 : this.routes.route(publisher)?.metricUs)
    this.channels = new Channels(self, config, this.timers, reach)
    this.forward = new Forward(config, this.timers)
    this.publications = new Publications(self)
    this.relay = new Relay(self, config, this.timers, {
      nextHop: publisher => this.routes.route(publisher)?.nextHop,
      hasRefused: (publisher, peer) => this.routes.hasRefused(publisher, peer),
      backup: publisher => this.routes.backup(publisher),
      resumeSeq: stream => this.forward.resumeSeq(stream),
      isFlowing: (stream, now) => this.forward.isFlowing(stream, now),
      rateBps: stream => this.forward.rateBps(stream)
    })
  }

  /** Whether a stream comes from the neighbour, is asked of it, or goes to it. */
  #isUsed(peer: PeerId): boolean {
    for (const { stream, children } of this.relay.streams()) {
      if (children.includes(peer) || this.relay.isSource(stream, peer)) return true
    }
    return false
  }
}
