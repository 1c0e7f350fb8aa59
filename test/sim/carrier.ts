/** Takes frames over links, and keeps the trace of what arrives. */
import type { PeerId } from '@hopcast/protocol'
import type { StreamClass } from './link.ts'
import type { SimNode } from './node.ts'
import type { Simulation } from './simulation.ts'
import { TraceHash } from './trace-hash.ts'

interface Frame {
  streamClass: StreamClass
  /** The type of the message, for who measures. */
  kind: string
  /** With the length before it. */
  bytes: number
  /** Stands for the content in the trace. */
  digest: number
}

export class Carrier {
  readonly trace = new TraceHash()
  readonly #sim: Simulation

  constructor(sim: Simulation) {
    this.#sim = sim
  }

  /** Objects that gave way to others at `node`. */
  noteDropped(count: number): void {
    this.#sim.counts.dropped += count
    this.#sim.observer?.onDropped(count)
  }

  /** Delivers unless the connection ends, or falls silent, before. */
  carry(node: SimNode, peer: PeerId, frame: Frame, deliver: (receiver: SimNode) => void): void {
    const link = node.links.get(peer)
    const session = link?.end(node).session
    if (link === undefined || session === undefined) return
    const receiver = link.other(node)
    const { random, now, observer, clock } = this.#sim
    const { streamClass, kind, bytes, digest } = frame
    const arrivesAt = link.arrival(node, streamClass, bytes, random, now)
    observer?.onSent(node, streamClass, kind, bytes)
    clock.plan(arrivesAt, () => {
      if (receiver.session !== session || link.silent) return
      this.trace.addTime(this.#sim.now * 1_000)
      this.trace.add((node.index << 16) ^ receiver.node.index)
      this.trace.add(digest)
      deliver(receiver.node)
    })
  }
}
