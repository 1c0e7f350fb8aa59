/**
 * The way between two nodes: whether there is one, and how long it is. A function of the pair, so that the answer is the
 * same whenever it is asked for, and whoever of the two dials.
 */
import type { Millis } from '@hopcast/protocol'
import type { LinkOptions } from '../link.ts'
import type { SimNode } from '../node.ts'
import { roundTripMs } from './regions.ts'

interface PathsOptions {
  seed: number
  /** The share of pairs of nodes, neither of them a server, that can open a connection: NATs prevent the others. */
  connectableShare: number
}

/** A path is not the straight line between two regions: it is this much longer or shorter. */
const detour = { from: 0.9, to: 1.25 }
/** What a relay takes to pass an object on: measured between processes on one machine. Part of every link's delay. */
const forwardingMs: Millis = 0.5
const jitterMs = { from: 0.5, to: 3 }

export class Paths {
  readonly #options: PathsOptions

  constructor(options: PathsOptions) {
    this.#options = options
  }

  canConnect(a: SimNode, b: SimNode): boolean {
    return a.isServer || b.isServer || this.#chance(a, b, 0) < this.#options.connectableShare
  }

  /** What a connection of the two is like; undefined where a NAT prevents it. */
  between(a: SimNode, b: SimNode): LinkOptions | undefined {
    if (!this.canConnect(a, b)) return undefined
    const coreMs = (roundTripMs(a.region, b.region) / 2) * among(detour, this.#chance(a, b, 1))
    const delayMs = coreMs + lastMilesMs(a, b) + forwardingMs
    return { delayMs, jitterMs: among(jitterMs, this.#chance(a, b, 2)) }
  }

  /** In [0, 1): a hash of the pair, which for each `question` is another. */
  #chance(a: SimNode, b: SimNode, question: number): number {
    const [low, high] = a.index < b.index ? [a.index, b.index] : [b.index, a.index]
    const seed = (this.#options.seed | 0) ^ Math.imul(question, 0x27d4eb2f)
    let hash = Math.imul(low ^ seed, 0x9e3779b1) ^ Math.imul(high, 0x85ebca6b)
    hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35)
    hash = Math.imul(hash ^ (hash >>> 13), 0x85ebca6b)
    return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32
  }
}

/** One way, without detour. */
export function baseDelayMs(a: SimNode, b: SimNode): Millis {
  return roundTripMs(a.region, b.region) / 2 + lastMilesMs(a, b)
}

function lastMilesMs(a: SimNode, b: SimNode): Millis {
  return (a.access?.lastMileMs ?? 0) + (b.access?.lastMileMs ?? 0)
}

function among({ from, to }: { from: number; to: number }, chance: number): number {
  return from + chance * (to - from)
}
