/** The parts of a node, and what they look up of each other. Start in `overlay.ts`. */
import { Channels } from './channels.ts'
import type { Config } from './config.ts'
import type { Rng } from './contract.ts'
import { Forward } from './forward.ts'
import { firstTrack, type PeerId, type StreamId } from './ids.ts'
import type { Links } from './links.ts'
import { Neighbours } from './neighbours.ts'
import { Publications } from './publications.ts'
import { Relay } from './relay.ts'
import { Repair } from './repair.ts'
import { Routes } from './routes.ts'
import { Subscriptions } from './subscriptions.ts'
import { Timers } from './timers.ts'

/** So many neighbours beside the parent are asked for an object. */
const repairersMax = 3

export class Parts {
  readonly timers = new Timers()
  readonly neighbours: Neighbours
  /** Of `neighbours`, for looking them up. */
  readonly links: Links
  readonly routes: Routes
  readonly channels: Channels
  readonly relay: Relay
  readonly forward: Forward
  readonly repair: Repair
  readonly subscriptions: Subscriptions
  readonly publications: Publications

  constructor(self: PeerId, config: Config, rng: Rng) {
    const services = { config, timers: this.timers, rng }
    this.neighbours = new Neighbours(self, services, peer => this.#isUsed(peer))
    this.links = this.neighbours.links
    this.routes = new Routes(self, config, this.timers, rng, {
      isCarried: publisher => this.relay.carries(publisher),
      isWanted: publisher => this.relay.carries(publisher) || this.channels.wants(publisher),
      feeds: (publisher, peer) => this.relay.feeds(publisher, peer),
      subscriptionSums: peer => this.relay.resubscriptions.digest(peer)
    })
    this.channels = new Channels(self, config, this.timers, {
      reach: publisher => (publisher === self ? 0 : this.routes.route(publisher)?.metricUs),
      takers: (channel, publisher) => this.relay.takers(channel, publisher),
      startsFirstTrack: channel => this.subscriptions.starts(channel, firstTrack)
    })
    this.forward = new Forward(config, this.timers)
    this.subscriptions = new Subscriptions(config, stream => this.forward.resumeSeq(stream))
    this.publications = new Publications(self, config)
    this.relay = new Relay(self, config, this.timers, {
      nextHop: publisher => this.routes.route(publisher)?.nextHop,
      target: publisher => this.routes.target(publisher),
      hasRefused: (publisher, peer) => this.routes.hasRefused(publisher, peer),
      backup: (publisher, parent) => this.routes.backup(publisher, parent),
      resumeSeq: stream => this.forward.resumeSeq(stream),
      isBeginning: (stream, now) => this.forward.isBeginning(stream, now),
      isFlowing: (stream, now) => this.forward.isFlowing(stream, now),
      isServer: peer => this.links.isServer(peer),
      rate: stream => this.forward.rate(stream)
    })
    this.repair = new Repair(config, this.timers, {
      parent: stream => this.relay.parent(stream),
      others: stream => this.#others(stream),
      received: stream => this.forward.counts(stream).received
    })
  }

  /** Who may have objects of the stream, beside the parent and those that have them from here. */
  #others(stream: StreamId): PeerId[] {
    const publisher = this.relay.publisher(stream)
    if (publisher === undefined) return []
    const children = new Set(this.relay.children(stream))
    return this.routes
      .claimants(publisher)
      .filter(peer => !children.has(peer))
      .slice(0, repairersMax)
  }

  /** Whether a stream comes from the neighbour, is asked of it, or goes to it. */
  #isUsed(peer: PeerId): boolean {
    for (const { stream, children } of this.relay.streams()) {
      if (children.includes(peer) || this.relay.isSource(stream, peer)) return true
    }
    return false
  }
}
