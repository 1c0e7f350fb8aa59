/**
 * How a node is connected to the net: one uplink that all of its links share, and a last mile that may lose packets in
 * bursts. Downlinks are taken to be wide enough.
 */
import type { Millis } from '@hopcast/protocol'
import type { Random } from '../random.ts'
import { draw, exponential } from './quantiles.ts'

/** A frame takes this much more on the wire: IP and TCP, Noise and yamux; or UDP, DTLS and SCTP. */
const overheadBytes = 80
/** What may leave at once after a pause, as time at the uplink's rate. */
const burstMs = 10

interface AccessOptions {
  /** Kilobits per second, which are bits per millisecond. */
  uplinkKbps: number
  /** One way, between the node and its region's core. */
  lastMileMs: Millis
  bursts?: Bursts | undefined
}

/** Loss that comes in bursts (Gilbert, Elliott): a good state without loss, and a bad one. */
export interface Bursts {
  /** Mean lengths of the two states. */
  goodMs: Millis
  badMs: Millis
  /** The share of packets that are lost in the bad state. */
  loss: number
}

export class Access {
  uplinkKbps: number
  readonly lastMileMs: Millis
  readonly #bursts: Bursts | undefined
  /** When all that was handed over would have left at the uplink's rate, without any burst. */
  #busyUntil: Millis = 0
  #isBad = false
  #stateEndsAt: Millis = 0

  constructor({ uplinkKbps, lastMileMs, bursts }: AccessOptions) {
    this.uplinkKbps = uplinkKbps
    this.lastMileMs = lastMileMs
    this.#bursts = bursts
  }

  get hasBursts(): boolean {
    return this.#bursts !== undefined
  }

  /** When a frame handed over now has left: first in, first out, through a token bucket. */
  departure(bytes: number, now: Millis): Millis {
    this.#busyUntil = Math.max(this.#busyUntil, now) + ((bytes + overheadBytes) * 8) / this.uplinkKbps
    return this.idleAt(now)
  }

  /** When all that was handed over has left. */
  idleAt(now: Millis): Millis {
    return Math.max(now, this.#busyUntil - burstMs)
  }

  /** Whether a packet that crosses the last mile now is lost. */
  loses(now: Millis, random: Random): boolean {
    if (this.#bursts === undefined) return false
    while (now >= this.#stateEndsAt) {
      const isFirst = this.#stateEndsAt === 0
      this.#isBad = !isFirst && !this.#isBad
      const meanMs = this.#isBad ? this.#bursts.badMs : this.#bursts.goodMs
      this.#stateEndsAt += Math.max(1, meanMs * draw(exponential, random))
    }
    return this.#isBad && random.chance(this.#bursts.loss)
  }
}
