/**
 * Measures a run while it goes on. What happens before `start` is the warm-up: it is kept in the time line and nowhere
 * else.
 */
import type { Millis } from '@hopcast/protocol'
import type { StreamClass } from '../link.ts'
import type { Reception, Run, SimNode } from '../node.ts'
import type { InvariantBreak, Observer, ReceptionObserver } from '../observer.ts'
import { leastDelays } from '../oracle.ts'
import type { Simulation } from '../simulation.ts'
import { Histogram } from './histogram.ts'
import { Playout, type PlayoutListener } from './playout.ts'
import { clearLinks, Traffic } from './traffic.ts'

/** The first object of a subscription. */
interface Join {
  tookMs: Millis
  /** Of the quickest way from the publisher and back. */
  roundTripMs: Millis
}

/** What one second looked like. */
interface Second {
  at: Millis
  delivered: number
  copies: number
  controlBytes: number
  delayP50Ms: number
  delayP99Ms: number
  /** Subscriptions that had no object for half a second. */
  starving: number
}

const breaksShown = 5

export class Meter implements Observer, PlayoutListener {
  readonly playouts = new Set<Playout>()
  readonly closed: Playout[] = []
  readonly joins: Join[] = []
  readonly delays = new Histogram(0.1, 10_000)
  readonly seconds: Second[] = []
  readonly broken = { loop: 0, duplicate: 0, rule: 0 }
  /** The first few, in words. */
  readonly breaks: string[] = []
  /** Times at which listeners had the longest pause of a failure, and what those came to. */
  readonly gaps: Millis[] = []
  traffic = new Traffic()
  parentSwitches = 0
  startedAt: Millis | undefined
  readonly #affected = new Set<Playout>()
  readonly #second = new Histogram(1, 5_000)
  #copies = 0
  #controlBytes = 0
  #sim: Simulation | undefined
  #quickest: { publisher: SimNode; at: Millis; delays: Map<SimNode, Millis> } | undefined

  /** Those who heard a relay that died; what they lost is reported apart. */
  get affected(): ReadonlySet<Playout> {
    return this.#affected
  }

  attach(sim: Simulation): void {
    this.#sim = sim
  }

  /** The warm-up is over. */
  start(sim: Simulation): void {
    this.startedAt = sim.now
    this.traffic = new Traffic()
    this.parentSwitches = 0
    this.delays.clear()
    clearLinks(sim)
    for (const playout of this.playouts) playout.startCounting(sim.now)
  }

  /** To be called each second. */
  tick(sim: Simulation): void {
    this.traffic.countLinks(sim)
    let starving = 0
    for (const playout of this.playouts) if (playout.silentMs(sim.now) > 500) starving++
    this.seconds.push({
      at: sim.now,
      delivered: this.#second.count,
      copies: this.#copies,
      controlBytes: this.#controlBytes,
      delayP50Ms: this.#second.quantile(0.5) ?? 0,
      delayP99Ms: this.#second.quantile(0.99) ?? 0,
      starving
    })
    this.#second.clear()
    this.#copies = 0
    this.#controlBytes = 0
  }

  /** Watches the listeners at `nodes` for pauses; call `collect` with what it returns. */
  watch(nodes: ReadonlySet<SimNode>): Playout[] {
    const watched = [...this.playouts].filter(playout => nodes.has(playout.reception.node))
    for (const playout of watched) {
      playout.watch()
      this.#affected.add(playout)
    }
    return watched
  }

  collect(watched: readonly Playout[], now: Millis): void {
    for (const playout of watched) {
      if (playout.closedAt === undefined) this.gaps.push(playout.longestPauseMs(now))
    }
  }

  onSent(from: SimNode, streamClass: StreamClass, kind: string, bytes: number): void {
    this.traffic.onSent(from, streamClass, kind, bytes)
    if (streamClass === 'object') this.#copies++
    else this.#controlBytes += bytes
  }

  onDropped(count: number): void {
    this.traffic.dropped += count
  }

  onParent(): void {
    this.parentSwitches++
  }

  onBreak(broken: InvariantBreak): void {
    this.broken[broken.kind]++
    if (this.breaks.length < breaksShown)
      this.breaks.push(`${this.#sim?.now.toFixed(3)} ms: ${broken.message}`)
  }

  onSubscribed(reception: Reception): ReceptionObserver {
    const playout = new Playout(reception, this.#sim?.now ?? 0, this)
    this.playouts.add(playout)
    return playout
  }

  onClosed(playout: Playout): void {
    this.playouts.delete(playout)
    this.closed.push(playout)
  }

  onFirst(playout: Playout, { publisher }: Run, tookMs: Millis): void {
    const quickestMs = this.#quickestTo(playout.reception.node, publisher)
    if (quickestMs !== undefined) this.joins.push({ tookMs, roundTripMs: 2 * quickestMs })
  }

  onDelay(delayMs: Millis): void {
    this.delays.add(delayMs)
    this.#second.add(delayMs)
  }

  /** Many join at once, and the network hardly changes meanwhile: what is a second old will do. */
  #quickestTo(node: SimNode, publisher: SimNode): Millis | undefined {
    const now = this.#sim?.now ?? 0
    const known = this.#quickest
    if (known === undefined || known.publisher !== publisher || now - known.at > 1_000) {
      this.#quickest = { publisher, at: now, delays: leastDelays(publisher) }
    }
    return this.#quickest?.delays.get(node)
  }
}
