/** Who has sent how much of what. */
import type { StreamClass } from '../link.ts'
import type { SimNode } from '../node.ts'
import type { Simulation } from '../simulation.ts'

export class Traffic {
  /** Bytes of frames, by type of message; objects as `object`. */
  readonly bytes = new Map<string, number>()
  mediaBytes = 0
  controlBytes = 0
  serverMediaBytes = 0
  copies = 0
  dropped = 0
  /** Directions of links that were up, times seconds. */
  linkSeconds = 0

  onSent(from: SimNode, streamClass: StreamClass, kind: string, bytes: number): void {
    if (streamClass === 'object') {
      this.copies++
      this.mediaBytes += bytes
      if (from.isServer) this.serverMediaBytes += bytes
    } else {
      this.controlBytes += bytes
      this.bytes.set(kind, (this.bytes.get(kind) ?? 0) + bytes)
    }
  }

  /** To be called each second. */
  countLinks(sim: Simulation): void {
    for (const link of sim.links.values()) if (link.isUp) this.linkSeconds += 2
  }

  get beatBytes(): number {
    return this.bytes.get('beat') ?? 0
  }

  perNeighbour(bytes: number): number {
    return this.linkSeconds === 0 ? 0 : bytes / this.linkSeconds
  }

  /** Control bytes for each byte of media, on the links that carry media; both directions count. */
  shareOnMediaLinks(sim: Simulation): number {
    let control = 0
    let media = 0
    for (const { ends } of sim.links.values()) {
      const carried = ends[0].sent.object.bytes + ends[1].sent.object.bytes
      if (carried === 0) continue
      media += carried
      control += ends[0].sent.control.bytes + ends[1].sent.control.bytes
    }
    return media === 0 ? 0 : control / media
  }
}

/** Links count from zero again. */
export function clearLinks(sim: Simulation): void {
  for (const { ends } of sim.links.values()) {
    for (const { sent } of ends) {
      for (const count of [sent.control, sent.object]) {
        count.messages = 0
        count.bytes = 0
      }
    }
  }
}
