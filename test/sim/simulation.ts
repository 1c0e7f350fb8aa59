/**
 * Start here. A network of nodes in virtual time; each is the same `Overlay` that the real driver runs, or another core
 * that keeps its contract.
 *
 *     sim = new Simulation({ seed: 1, replay: 'seed 1' })
 *     sim.addNode('a'), sim.addNode('b'), sim.connect('a', 'b', { delayMs: 10 })
 *     sim.publish('a', 'news'), sim.subscribe('b', 'news'), sim.run(1_000)
 *
 * `driver.ts` carries what the nodes say, and has `invariants.ts` look at a node after each of its steps. Every random
 * choice comes from the seed, and events of one time happen in the order in which they were planned: the same seed is the
 * same run.
 */
import {
  type ChannelId,
  type Command,
  type Config,
  type Millis,
  ObjectQueue,
  Overlay,
  openChannelId,
  type PeerId,
  type StreamId,
  type SubscribeMode,
  streamId,
  type TrackRate
} from '@hopcast/protocol'
import type { Message, SyncRow } from '../../packages/protocol/src/wire/messages.ts'
import { Carrier } from './carrier.ts'
import { Clock } from './clock.ts'
import { Driver, type NodeDriver } from './driver.ts'
import { type LinkOptions, SimLink } from './link.ts'
import { type CreateOverlay, type Place, peerIdOf, Reception, type Run, SimNode } from './node.ts'
import type { Observer } from './observer.ts'
import type { CreateQueue } from './outbox.ts'
import { Random } from './random.ts'
import { signVersion } from './signatures.ts'

export interface SimulationOptions {
  seed: number
  /** How to repeat the run, for errors. */
  replay: string
  config?: Partial<Config>
  /** What the nodes run: `Overlay`, if nothing else is said. */
  createOverlay?: CreateOverlay
  /** Where objects wait for a neighbour: `ObjectQueue`, if nothing else is said. */
  createQueue?: CreateQueue
  /** Objects and control messages of one link, and its two directions, differ in delay by up to this much. */
  skewMs?: Millis
  /** Signing an announcement, or checking its signature. */
  signatureMs?: Millis
  /** What a link would be like that a node dials by itself; undefined where none is possible. By default there is none. */
  reach?: (from: SimNode, to: SimNode) => LinkOptions | undefined
  observer?: Observer
  /** Who runs the nodes, if it is not the core. */
  driver?: (sim: Simulation) => NodeDriver
  /** Receptions keep all objects (the default), or only know which they have had: millions take too much memory. */
  keepsObjects?: boolean
  /** Told of every message but beats and objects as it arrives, for people. */
  log?: (line: string) => void
}

interface PublishOptions {
  everyMs?: Millis
  tracks?: readonly number[]
  rates?: ReadonlyMap<number, TrackRate>
  objectsSigned?: true
}

export interface WriteOptions {
  track?: number
  bytes?: number
  key?: boolean
  priority?: number
  ttlMs?: Millis
  /** A signed list, with this payload; nothing else is said of it then. */
  list?: Uint8Array
}

export class Simulation {
  readonly seed: number
  readonly observer: Observer | undefined
  readonly random: Random
  readonly clock: Clock
  readonly nodes = new Map<string, SimNode>()
  readonly nodesById = new Map<PeerId, SimNode>()
  /** By the names of both ends, in the order of their making. */
  readonly links = new Map<string, SimLink>()
  readonly runs = new Map<StreamId, Run>()
  /** What was sent, by kind of message, and what came of it. */
  readonly counts = {
    steps: 0,
    objectCopies: 0,
    dropped: 0,
    delivered: 0,
    closes: 0,
    control: new Map<string, number>()
  }
  readonly reach: (from: SimNode, to: SimNode | undefined) => LinkOptions | undefined
  readonly createQueue: CreateQueue
  readonly #config: Partial<Config>
  readonly #createOverlay: CreateOverlay
  readonly #skewMs: Millis
  readonly carrier: Carrier
  readonly #driver: NodeDriver
  readonly #keepsObjects: boolean

  constructor(options: SimulationOptions) {
    const { seed, replay, config = {}, skewMs = 0.5, signatureMs = 0.5, keepsObjects = true, log } = options
    this.#createOverlay = options.createOverlay ?? (overlay => new Overlay(overlay))
    this.createQueue = options.createQueue ?? ((config, dropped) => new ObjectQueue(config, dropped))
    this.seed = seed
    this.observer = options.observer
    this.random = new Random(seed)
    this.clock = new Clock(replay)
    this.reach = (from, to) => to && options.reach?.(from, to)
    this.#config = config
    this.#skewMs = skewMs
    this.#keepsObjects = keepsObjects
    this.carrier = new Carrier(this)
    this.#driver = options.driver?.(this) ?? new Driver(this, { signatureMs, log })
  }

  /** A hash over everything that was delivered so far. */
  get traceHash(): string {
    return this.carrier.trace.value
  }

  // Topology

  addNode(name: string, place: Place = {}): SimNode {
    if (this.nodes.has(name)) throw new TypeError(`there is a node ${name} already`)
    const id = peerIdOf(`${this.seed}/${name}`)
    const node = new SimNode({
      name,
      index: this.nodes.size,
      id,
      place,
      config: this.#config,
      createOverlay: this.#createOverlay,
      random: this.random,
      now: () => this.now
    })
    this.nodes.set(name, node)
    this.nodesById.set(node.id, node)
    return node
  }

  /** Connects two nodes, anew if they were connected before; both know it at once. It counts as dialled by `a`. */
  connect(a: string, b: string, options: LinkOptions): SimLink {
    const link = this.wire(a, b, options)
    this.#driver.open(link, this.node(a))
    return link
  }

  /** A link between two nodes that is not open: `reconnect` opens it. */
  wire(a: string, b: string, options: LinkOptions): SimLink {
    const [nodeA, nodeB] = [this.node(a), this.node(b)]
    let link = nodeA.links.get(nodeB.id)
    if (link === undefined) {
      link = new SimLink([nodeA, nodeB], options, this.#skewMs, this.random)
      this.links.set(`${a} ${b}`, link)
      nodeA.links.set(nodeB.id, link)
      nodeB.links.set(nodeA.id, link)
    }
    link.options = { jitterMs: 0, loss: 0, ...options }
    return link
  }

  /** Opens a link, as it was before. */
  reconnect(link: SimLink): void {
    this.#driver.open(link)
  }

  /** Ends a connection; both ends know it at once, and what was on its way is lost. */
  cut(a: string, b: string): void {
    const link = this.link(a, b)
    for (const { node } of link.ends) this.#driver.disconnect(link, node)
  }

  /** Messages vanish from now on, those on their way too, and neither end is told. `connect` ends it. */
  silence(a: string, b: string): void {
    this.link(a, b).silent = true
  }

  /** Another delay for what is sent from now on. */
  setDelay(a: string, b: string, delayMs: Millis): void {
    const link = this.link(a, b)
    link.options = { ...link.options, delayMs }
  }

  /** The process dies. Its neighbours are told at once, or (`silently`: its machine dies, too) find out by themselves. */
  crash(name: string, how: { silently?: boolean } = {}): void {
    const node = this.node(name)
    node.running = false
    for (const run of node.runs.values()) run.live = false
    node.runs.clear()
    for (const reception of node.receptions.values()) reception.observer?.onClosed(this.now)
    node.receptions.clear()
    for (const link of node.links.values()) {
      link.end(node).session = undefined
      if (how.silently !== true) this.#driver.disconnect(link, link.other(node).node)
    }
  }

  /** The process starts again with the same identity, and without memory; its links are made anew. */
  restart(name: string): void {
    const node = this.node(name)
    if (node.running) throw new TypeError(`${name} is running`)
    node.start()
    for (const link of node.links.values()) if (link.other(node).node.running) this.#driver.open(link)
  }

  node(name: string): SimNode {
    const node = this.nodes.get(name)
    if (node === undefined) throw new TypeError(`there is no node ${name}`)
    return node
  }

  link(a: string, b: string): SimLink {
    const link = this.node(a).links.get(this.node(b).id)
    if (link === undefined) throw new TypeError(`there is no link between ${a} and ${b}`)
    return link
  }

  // Application

  /** Publishes, and writes an object on every track each `everyMs` (0: none) until `end` or a crash. */
  publish(name: string, channel: string, options: PublishOptions = {}): Run {
    const { everyMs = 20, tracks = [0], rates = new Map(), ...signed } = options
    const node = this.node(name)
    const id = openChannelId(channel)
    node.lastEpoch = Math.max(node.lastEpoch + 1, node.wallClock.now())
    const epoch = node.lastEpoch
    const run = this.#begin(node, channel, epoch, tracks)
    // No secret, but as good as one: nobody here looks for it.
    const endSeed = new TextEncoder().encode(`${name} ${channel}`)
    const publication = { channel: id, name: channel, epoch, catalog: new Uint8Array(0), endSeed, ...signed }
    this.command(name, { type: 'publish', publication, tracks, rates })
    if (everyMs > 0) this.#writeEvery(run, everyMs)
    return run
  }

  /** The node has given its publication another epoch. */
  goOn(node: SimNode, channel: ChannelId, epoch: number): void {
    const run = node.runs.get(channel)
    if (run === undefined) return
    run.live = false
    run.next = this.#begin(node, run.channel, epoch, [...run.writtenAt.keys()])
    node.lastEpoch = epoch
  }

  #begin(publisher: SimNode, channel: string, epoch: number, tracks: readonly number[]): Run {
    const channelId = openChannelId(channel)
    const streams = tracks.map(track =>
      streamId({ channel: channelId, publisher: publisher.id, epoch, track })
    )
    const writtenAt = new Map(tracks.map(track => [track, []]))
    const about = { publisher, channel, channelId, epoch, streams, writtenAt }
    const run: Run = { ...about, written: 0, live: true, next: undefined }
    publisher.runs.set(channelId, run)
    for (const stream of streams) this.runs.set(stream, run)
    return run
  }

  /** Sets the clock of a node that does not run: what it has published before may be of the future then. */
  setClock(name: string, aheadMs: Millis): void {
    const node = this.node(name)
    node.clock.wallOffsetMs = aheadMs
    node.lastEpoch = 0
  }

  /** Writes one object of `bytes` bytes now. */
  write(run: Run, options: WriteOptions = {}): void {
    const { track = 0, bytes = 80, key = true, priority = 0, ttlMs = 2_000, list } = options
    const timestampUs = Math.round(run.publisher.clock.wall(this.now) * 1_000)
    const object =
      list === undefined
        ? { key, priority, ttlMs, timestampUs, payload: zeros(bytes) }
        : { key: true, priority: 0, ttlMs: 0, timestampUs: 0, list: true as const, payload: list }
    run.written++
    run.writtenAt.get(track)?.push(this.now)
    this.command(run.publisher.name, {
      type: 'write',
      channel: run.channelId,
      track,
      object
    })
  }

  end(name: string, channel: string): void {
    const id = openChannelId(channel)
    const run = this.node(name).runs.get(id)
    if (run === undefined) throw new TypeError(`${name} does not publish ${channel}`)
    run.live = false
    this.node(name).runs.delete(id)
    this.command(name, { type: 'unpublish', channel: id })
  }

  subscribe(
    name: string,
    channel: string,
    tracks: readonly number[] = [0],
    mode: SubscribeMode = 'any'
  ): Reception {
    const node = this.node(name)
    const id = openChannelId(channel)
    const reception = new Reception(node, channel, { mode, keepsObjects: this.#keepsObjects })
    reception.observer = this.observer?.onSubscribed(reception)
    node.receptions.set(id, reception)
    this.command(name, { type: 'subscribe', channel: id, tracks, mode })
    return reception
  }

  unsubscribe(name: string, channel: string): void {
    const id = openChannelId(channel)
    this.command(name, { type: 'unsubscribe', channel: id })
    this.node(name).receptions.get(id)?.observer?.onClosed(this.now)
    this.node(name).receptions.delete(id)
  }

  command(name: string, command: Command): void {
    this.clock.guarded(() => this.#driver.command(this.node(name), command))
  }

  /**
   * A message to `to` as though the neighbour `from` had sent it, for tests of what a neighbour may not do. Rows are
   * signed by their origins unless they have a signature already.
   */
  inject(from: string, to: string, message: Message): void {
    const sent = message.type === 'sync' ? { ...message, rows: message.rows.map(signed) } : message
    this.#say(driver => driver.sendControl(this.node(from), this.node(to).id, sent))
  }

  /** The same of bytes, which need not be a message at all. */
  injectBytes(from: string, to: string, body: Uint8Array): void {
    this.#say(driver => driver.sendBytes(this.node(from), this.node(to).id, body))
  }

  #say(send: (driver: Driver) => void): void {
    const driver = this.#driver
    if (!(driver instanceof Driver)) throw new TypeError('only the core takes messages from a test')
    this.clock.guarded(() => send(driver))
  }

  // Time

  get now(): Millis {
    return this.clock.now
  }

  run(ms: Millis): void {
    this.clock.run(ms)
  }

  /**
   * Runs until `condition` holds, looking every millisecond, and returns how long it took.
   *
   * @throws SimulationError after `limitMs`
   */
  runUntil(condition: () => boolean, limitMs: Millis): Millis {
    const start = this.now
    while (!condition()) {
      if (this.now - start >= limitMs) this.clock.fail(new Error(`not within ${limitMs} ms: ${condition}`))
      this.run(1)
    }
    return this.now - start
  }

  /** Calls `action` once, `ms` from now. */
  after(ms: Millis, action: () => void): void {
    this.clock.plan(this.now + ms, action)
  }

  #writeEvery(run: Run, everyMs: Millis): void {
    this.after(everyMs, () => {
      const current = run.next ?? run
      if (current.publisher.runs.get(current.channelId) !== current) return
      for (const track of current.writtenAt.keys()) this.write(current, { track })
      this.#writeEvery(current, everyMs)
    })
  }
}

function signed(row: SyncRow): SyncRow {
  return row.metricUs === undefined || 'signature' in row ? row : { ...row, signature: signVersion(row) }
}

const knownZeros = new Map<number, Uint8Array>()

/** A payload, which nobody looks into. The core copies it. */
function zeros(length: number): Uint8Array {
  const known = knownZeros.get(length) ?? new Uint8Array(length)
  knownZeros.set(length, known)
  return known
}
