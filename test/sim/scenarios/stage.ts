/** What scenarios play on: a network that is being connected, and the steps that most of them share. */
import type { Millis, PeerId } from '@hopcast/protocol'
import type { Meter } from '../measure/meter.ts'
import type { SimNode } from '../node.ts'
import type { Simulation } from '../simulation.ts'
import type { Media } from './media.ts'

interface StageOptions {
  sim: Simulation
  meter: Meter
  /** All of the run. */
  durationMs: Millis
  media: Media
}

/** Links come up, and the first statements cross the network. */
export const publishAtMs = 2_000
/** Subscriptions that are no event of the scenario come in during this time after that. */
const subscribeWithinMs: Millis = 2_000
/** Long enough for joins to be over. Short runs have a shorter one. */
const warmUpMaxMs = 15_000

export class Stage {
  readonly sim: Simulation
  readonly meter: Meter
  readonly durationMs: Millis
  readonly media: Media
  /** The network as it is after the last event, at rest: what comes later does not change it. */
  lastChangeMs: Millis = publishAtMs

  constructor({ sim, meter, durationMs, media }: StageOptions) {
    this.sim = sim
    this.meter = meter
    this.durationMs = durationMs
    this.media = media
  }

  /** The measured part begins. */
  get warmUpMs(): Millis {
    return Math.min(warmUpMaxMs, Math.max(publishAtMs + subscribeWithinMs + 1_000, this.durationMs / 3))
  }

  get publisher(): SimNode {
    return this.sim.node('n0')
  }

  /** All that are no servers, but the publisher. */
  get viewers(): SimNode[] {
    return [...this.sim.nodes.values()].filter(node => !node.isServer && node !== this.publisher)
  }

  at(ms: Millis, action: () => void): void {
    this.sim.clock.plan(ms, () => {
      this.lastChangeMs = this.sim.now
      action()
    })
  }

  /** The one channel, from its publisher. */
  publish(channel = 'news'): void {
    this.at(publishAtMs, () => {
      this.media.publish(this.sim, this.publisher, channel)
    })
  }

  /** Everyone who is no server takes the channel, one after the other. */
  subscribeAll(fromMs: Millis = publishAtMs + 1_000, withinMs: Millis = subscribeWithinMs): void {
    for (const node of this.viewers) {
      this.at(this.sim.random.between(fromMs, fromMs + withinMs), () => this.sim.subscribe(node.name, 'news'))
    }
  }

  measureFrom(ms: Millis = this.warmUpMs): void {
    this.sim.clock.plan(ms, () => this.meter.start(this.sim))
  }

  /** The process ends; it starts again after `awayMs`, as new. */
  away(node: SimNode, awayMs: Millis, how: { silently: boolean }): void {
    this.sim.crash(node.name, how)
    this.at(this.sim.now + awayMs, () => {
      this.sim.restart(node.name)
      this.sim.subscribe(node.name, 'news')
    })
  }

  /** Nodes that feed others at present, the publisher apart. */
  relays(): SimNode[] {
    const parents = new Set<PeerId>()
    for (const node of this.sim.nodes.values()) {
      if (node.running) for (const parent of node.parents.values()) parents.add(parent)
    }
    return this.viewers.filter(node => node.running && parents.has(node.id))
  }

  /** Everyone who is fed by way of `relay`. */
  below(relay: SimNode): Set<SimNode> {
    const children = new Map<PeerId, SimNode[]>()
    for (const node of this.sim.nodes.values()) {
      if (!node.running) continue
      for (const parent of node.parents.values())
        children.set(parent, [...(children.get(parent) ?? []), node])
    }
    const found = new Set<SimNode>()
    const waiting = [relay]
    for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
      for (const child of children.get(node.id) ?? []) {
        if (found.has(child)) continue
        found.add(child)
        waiting.push(child)
      }
    }
    return found
  }
}
