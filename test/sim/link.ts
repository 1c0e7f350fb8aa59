/**
 * A connection between two nodes. Control messages and objects travel on streams of their own, as the driver's do: each
 * keeps its order, and one may overtake the other.
 */
import type { Millis } from '@hopcast/protocol'
import type { SimNode } from './node.ts'
import type { Outbox } from './outbox.ts'
import type { Random } from './random.ts'

export type StreamClass = 'control' | 'object'

export interface LinkOptions {
  /** One way. */
  delayMs: Millis
  /** Each message takes up to this much longer. */
  jitterMs?: Millis
  /** The share of messages that are lost and sent again. Streams are reliable: those behind wait, none is missing. */
  loss?: number
}

/** Between a loss and the second copy, on top of a round trip: what TCP takes at the least. */
const retransmitMs = 200
/** A message goes in packets of this many bytes; each can be lost. */
const packetBytes = 1_200
/** So often a packet is lost in a row at most: the bad state has passed by then. */
const lossesMax = 8

/** One direction of one stream class. */
interface Lane {
  skewMs: Millis
  /** When the last message arrives; none behind it comes earlier. */
  lastAt: Millis
}

export interface End {
  readonly node: SimNode
  /** The session that this end is in; undefined while it knows of no connection. */
  session: number | undefined
  /** What it sends. */
  readonly lanes: Record<StreamClass, Lane>
  /** Objects that wait here for the other end, in this session. */
  outbox: Outbox | undefined
  /** How often it has sent so far, and how many bytes. */
  readonly sent: Record<StreamClass, { messages: number; bytes: number }>
}

export class SimLink {
  readonly ends: readonly [End, End]
  options: Required<LinkOptions>
  /** Messages vanish, and neither end is told. */
  silent = false
  #session = 0

  /** @param skewMs the stream classes of each direction differ by up to this much */
  constructor(nodes: readonly [SimNode, SimNode], options: LinkOptions, skewMs: Millis, random: Random) {
    const lane = (): Lane => ({ skewMs: random.between(0, skewMs), lastAt: 0 })
    const end = (node: SimNode): End => {
      const sent = { control: { messages: 0, bytes: 0 }, object: { messages: 0, bytes: 0 } }
      const lanes = { control: lane(), object: lane() }
      return { node, session: undefined, lanes, outbox: undefined, sent }
    }
    this.ends = [end(nodes[0]), end(nodes[1])]
    this.options = { jitterMs: 0, loss: 0, ...options }
  }

  end(node: SimNode): End {
    return this.ends[0].node === node ? this.ends[0] : this.ends[1]
  }

  other(node: SimNode): End {
    return this.ends[0].node === node ? this.ends[1] : this.ends[0]
  }

  /** Both ends are in the same session, and messages get through. */
  get isUp(): boolean {
    return !this.silent && this.isWhole
  }

  /** Both ends are in the same session. */
  get isWhole(): boolean {
    const [a, b] = this.ends
    return a.session !== undefined && a.session === b.session
  }

  /** What an object takes from `from` to the other end, on average and unhindered. */
  delayFrom(from: SimNode): Millis {
    return this.options.delayMs + this.options.jitterMs / 2 + this.end(from).lanes.object.skewMs
  }

  /** Half the round trip of control messages without jitter: what a node can measure at best. */
  get halfRttMs(): Millis {
    const [a, b] = this.ends
    return this.options.delayMs + (a.lanes.control.skewMs + b.lanes.control.skewMs) / 2
  }

  /** Both ends are in a new session from now on. */
  open(): void {
    this.#session++
    this.silent = false
    for (const end of this.ends) {
      end.session = this.#session
      end.outbox = undefined
      end.lanes.control.lastAt = 0
      end.lanes.object.lastAt = 0
    }
  }

  /** When what `from` sends now arrives at the other end. */
  arrival(from: SimNode, streamClass: StreamClass, bytes: number, random: Random, now: Millis): Millis {
    const { delayMs, jitterMs, loss } = this.options
    const end = this.end(from)
    const { access } = from
    const leavesAt = access === undefined ? now : access.departure(bytes, now)
    end.sent[streamClass].messages++
    end.sent[streamClass].bytes += bytes
    const lane = end.lanes[streamClass]
    let at = leavesAt + delayMs + lane.skewMs
    if (jitterMs > 0) at += random.between(0, jitterMs)
    if (loss > 0 && random.chance(loss)) at += retransmitMs + 2 * delayMs
    if (access?.hasBursts || this.other(from).node.access?.hasBursts) {
      at += this.#resentMs(from, bytes, leavesAt, random)
    }
    lane.lastAt = Math.max(lane.lastAt, at)
    return lane.lastAt
  }

  /**
   * How much later the last of a message's packets comes because packets are lost. Each loss is found out by a probe
   * after two round trips (RFC 8985), and what is sent again may be lost again.
   */
  #resentMs(from: SimNode, bytes: number, now: Millis, random: Random): Millis {
    const accesses = [from.access, this.other(from).node.access]
    const probeMs = 4 * this.options.delayMs
    let latest = 0
    for (let rest = bytes; rest > 0; rest -= packetBytes) {
      let delay = 0
      for (let i = 0; i < lossesMax; i++) {
        if (!accesses.some(access => access?.loses(now + delay, random))) break
        delay += probeMs
      }
      latest = Math.max(latest, delay)
    }
    return latest
  }
}
