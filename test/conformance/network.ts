/**
 * The vocabulary of scenarios: a simulated network whose nodes run the implementation under test, and in which strangers
 * may say what they want. Most of the verbs are those of `../sim/simulation.ts`: `connect`, `cut`, `crash`, `publish`,
 * `subscribe`, `run`. The invariants of `../sim/invariants.ts` hold after every step of every node.
 *
 *     line(network, 5, 10)                                  n0 – n1 – …, links of 10 ms
 *     const listener = network.subscribe('n4', 'news')
 *     network.publish('n0', 'news')
 *     network.within(500, 'n4 hears it', () => listener.live)
 */
import {
  type Command,
  type Config,
  type Input,
  type Millis,
  openChannelId,
  type PeerId,
  streamId
} from '@hopcast/protocol'
import { encodeAnnouncement } from '../../packages/protocol/src/wire/announcement.ts'
import type {
  Announcement,
  CloseCode,
  Message,
  MetricRow,
  ObjectFrame,
  SyncRow
} from '../../packages/protocol/src/wire/messages.ts'
import { routePath } from '../sim/invariants.ts'
import type { LinkOptions } from '../sim/link.ts'
import type { Run, SimNode } from '../sim/node.ts'
import { settle } from '../sim/schedule.ts'
import { sign } from '../sim/signatures.ts'
import { Simulation } from '../sim/simulation.ts'
import { demand } from './demand.ts'
import { rowsOf } from './row-names.ts'
import { objectOf, streamOf } from './said.ts'
import { SignedObjects } from './signed-objects.ts'
import { type Manners, Stranger } from './stranger.ts'
import type { Implementation } from './tested-core.ts'
import { type Said, Watch } from './watch.ts'

export interface NetworkOptions {
  /** Constants that differ from the defaults. */
  config?: Partial<Config>
  /** By how much the delays of a link's directions and stream classes differ at most; 0.5 ms if nothing is said. */
  skewMs?: Millis
  /** Every node reaches every other one that it dials, but not over a `border`. Otherwise dials lead nowhere. */
  dials?: boolean
}

interface Surroundings {
  seed: number
  implementation: Implementation
}

interface Borders {
  sideOf: (name: string) => string
}

const objectEveryMs = 20

/** Has the driver ask a node what there is to do; no core is ever given it. */
const noCommand: Command = { type: 'unsubscribe', channel: openChannelId('') }

export class Network extends Simulation {
  readonly #watch: Watch
  readonly #options: NetworkOptions
  readonly #surroundings: Surroundings
  readonly #borders: Borders

  constructor(surroundings: Surroundings, options: NetworkOptions = {}) {
    const { seed, implementation } = surroundings
    const { createOverlay, createQueue } = implementation
    const watch = new Watch(createOverlay)
    const borders: Borders = { sideOf: () => '' }
    const reach = (a: SimNode, b: SimNode): LinkOptions | undefined =>
      options.dials && borders.sideOf(a.name) === borders.sideOf(b.name) ? dialled(a, b) : undefined
    const queue = createQueue && { createQueue }
    super({ ...options, ...queue, seed, replay: `seed ${seed}`, createOverlay: watch.create, reach })
    this.#watch = watch
    this.#borders = borders
    this.#options = options
    this.#surroundings = surroundings
  }

  /** Another network with the same seed, in which nothing has happened yet. */
  again(): Network {
    return new Network(this.#surroundings, this.#options)
  }

  // Building

  add(...names: string[]): void {
    for (const name of names) this.addNode(name)
  }

  /** Links with their delays in ms: `build(['a', 'b', 10], …)`. Nodes that are not there yet are made. */
  build(...links: readonly (readonly [string, string, Millis])[]): void {
    for (const [a, b, delayMs] of links) {
      for (const name of [a, b]) if (!this.nodes.has(name)) this.addNode(name)
      this.connect(a, b, { delayMs })
    }
  }

  /** All are connected to all. */
  clique(names: readonly string[], delayMs: Millis): void {
    for (const [i, name] of names.entries()) {
      for (const other of names.slice(i + 1)) this.build([name, other, delayMs])
    }
  }

  /** A node that follows a script; it is connected like any other. */
  addStranger(name: string, manners: Manners = {}): Stranger {
    const stranger = new Stranger(manners)
    this.#watch.nextStranger = stranger
    this.addNode(name, { isStranger: true })
    return stranger
  }

  // Acting

  /** From now on each object that a node passes on is another one than it was given. */
  alter(name: string): void {
    this.#watch.alter(this.node(name).id)
  }

  /** Publishes objects that lists cover, and has all listeners check them: see `signed-objects.ts`. */
  publishSigned(name: string, channel: string): SignedObjects {
    const signed = new SignedObjects(this, this.publish(name, channel, { objectsSigned: true }))
    this.#watch.onOutput = (by, output) => signed.onOutput(by, output)
    return signed
  }

  /** What `node` hears of `peer` from now on: nothing. What it says gets through. */
  deafen(node: string, peer: string): void {
    this.#watch.deafen(this.node(node).id, this.node(peer).id)
  }

  /**
   * The next message of a kind from `peer` is lost on its way into `node`; of SYNC, the next one with rows.
   *
   * @returns tells whether that has happened
   */
  loseNext(node: string, peer: string, type: Message['type']): () => boolean {
    const loss = this.#watch.loseNext(this.node(node).id, this.node(peer).id, type)
    return () => loss.isOver
  }

  /** The objects that `from` sends take so much longer than what it says; with a negative number, so much less. */
  delayObjects(from: string, to: string, ms: Millis): void {
    const { control, object } = this.link(from, to).end(this.node(from)).lanes
    if (ms > 0) object.skewMs = control.skewMs + ms
    else control.skewMs = object.skewMs - ms
  }

  /** A node carries nothing for others from now on, or does so again. */
  withdraw(name: string, withdrawn = true, withinMs: Millis = 2_000): void {
    this.command(name, { type: 'withdraw', withdrawn, withinMs })
  }

  /** The process of a node is stopped for a while, as a laptop's is; its timer comes first when it goes on. */
  sleep(name: string, ms: Millis): void {
    const { id } = this.node(name)
    this.#watch.putToSleep(id)
    this.run(ms)
    for (const input of [{ type: 'timeout' } as const, ...this.#watch.wake(id)]) this.hand(name, input)
  }

  /** A connection as though `from` had dialled `to` by itself. */
  dial(from: string, to: string): void {
    this.connect(from, to, dialled(this.node(from), this.node(to)))
  }

  /** Cuts the links between nodes of different sides, and no dial gets over there; without an argument, it does again. */
  border(sideOf: (name: string) => string = () => ''): void {
    this.#borders.sideOf = sideOf
    for (const { ends, isWhole } of this.links.values()) {
      const [a, b] = ends.map(({ node }) => node.name) as [string, string]
      if (isWhole && sideOf(a) !== sideOf(b)) this.cut(a, b)
    }
  }

  /** Gives a node an input that no link brings. */
  hand(name: string, input: Input): void {
    this.#watch.replaceNextCommand(this.node(name).id, input)
    this.command(name, noCommand)
  }

  /** The stranger `from` claims to have this way to `origin`; without a metric, to have none. */
  claim(from: string, to: string, origin: PeerId, row: Partial<SyncRow>): void {
    const rows = [{ origin, epoch: 1, seqno: 0, metricUs: undefined, hops: 0, ...row }]
    this.inject(from, to, { type: 'sync', rows })
  }

  /** The stranger `from` passes on an announcement, its own unless another publisher is named. */
  announce(from: string, to: string, channel: string, said: Partial<Announcement> = {}): void {
    const announcement: Announcement = {
      publisher: this.node(from).id,
      channel: openChannelId(channel),
      name: channel,
      epoch: 1,
      seqno: 0,
      expiresAt: Math.ceil(this.node(from).clock.wall(this.now)) + 600_000,
      ended: false,
      catalog: new Uint8Array(0),
      ...said
    }
    const body = encodeAnnouncement(announcement)
    this.inject(from, to, { type: 'announce', announcement: { body, signature: sign(body) } })
  }

  /** The stranger `from` publishes a channel and tells `to` of it, with the way there. Nothing is written. */
  pretend(from: string, to: string, channel: string, said: Partial<Announcement> = {}): Run {
    const publisher = this.node(from)
    const stream = streamId({ channel: openChannelId(channel), publisher: publisher.id, epoch: 1, track: 0 })
    const about = { publisher, channel, channelId: openChannelId(channel), epoch: 1, streams: [stream] }
    const run: Run = { ...about, writtenAt: new Map(), written: 0, live: true, next: undefined }
    this.runs.set(stream, run)
    this.announce(from, to, channel, said)
    this.claim(from, to, publisher.id, { metricUs: 0 })
    return run
  }

  /** The stranger `from` sends an object, asked for or not. */
  sendObject(from: string, to: string, object: ObjectFrame): void {
    const stranger = this.#watch.strangerAt(this.node(from).id)
    if (stranger === undefined) throw new TypeError(`${from} is no stranger`)
    stranger.prepare([{ type: 'forward', peers: [this.node(to).id], object }])
    this.command(from, noCommand)
  }

  /**
   * The stranger `from` sends an object of a run each 20 ms, beginning with `first`; all who do so number them alike.
   *
   * @returns what ends it
   */
  feed(from: string, to: string, run: Run, first = this.seqNow): () => void {
    let seq = first
    let isOver = false
    const send = (): void => {
      if (isOver) return
      for (; seq <= this.seqNow; seq++) this.sendObject(from, to, objectOf(streamOf(run), seq))
      run.written = Math.max(run.written, seq)
      this.after(objectEveryMs, send)
    }
    send()
    return () => {
      isOver = true
    }
  }

  /** The object that is the newest now, in the count of `feed`. */
  get seqNow(): number {
    return Math.floor(this.now / objectEveryMs)
  }

  // Waiting

  /** Waits until the network has come to rest as it has to be: see `unsettled` in `../sim/invariants.ts`. */
  settle(limitMs: Millis): Millis {
    return settle(this, limitMs)
  }

  /** Waits for a condition, and returns how long that took. @throws SimulationError when it takes longer */
  within(limitMs: Millis, what: string, condition: () => boolean): Millis {
    const start = this.now
    while (!condition()) {
      demand(this.now - start < limitMs, `not within ${limitMs} ms: ${what}`)
      this.run(1)
    }
    return this.now - start
  }

  // Looking

  id(name: string): PeerId {
    return this.node(name).id
  }

  nextHop(node: string, origin: PeerId): string | undefined {
    return this.#nameOf(this.node(node).overlay.route(origin)?.nextHop)
  }

  /** The next hops from one node to another, both included, as far as they lead. */
  way(from: string, to: string): string {
    const { nodes } = routePath(this, this.node(from), this.node(to).id)
    return nodes.map(({ name }) => name).join(' ')
  }

  parent(node: string, run: Run): string | undefined {
    return this.#nameOf(this.node(node).overlay.stream(streamOf(run))?.upstream)
  }

  children(node: string, run: Run): string[] {
    const children = this.node(node).overlay.stream(streamOf(run))?.children ?? []
    return children.map(child => this.#nameOf(child) as string).sort()
  }

  /** The names of the channels that the node knows to be published. */
  channelsAt(node: string): string[] {
    return [...this.node(node).overlay.channels()].map(({ name }) => name).sort()
  }

  /** How many streams each node keeps something of. */
  streamsAt(...names: string[]): number[] {
    return names.map(name => [...this.node(name).overlay.streams()].length)
  }

  /** What was said since a time, beats apart; by one node, if it is named. */
  said<T extends Message['type']>(type: T, since: Millis, from?: string): Extract<Message, { type: T }>[] {
    const by = from === undefined ? undefined : this.node(from).id
    const isMeant = (said: Said): boolean =>
      said.at >= since && said.message.type === type && (by === undefined || said.from === by)
    return this.#watch.said.filter(isMeant).map(({ message }) => message as Extract<Message, { type: T }>)
  }

  /** Whole rows and metrics that were told since a time, retractions included. */
  rowsSaid(since: Millis): (SyncRow | MetricRow)[] {
    return this.#watch.said.flatMap(({ at, message }) => (at < since ? [] : rowsOf(message)))
  }

  /** What one node has said to another last, of a kind. */
  lastSaid<T extends Message['type']>(
    type: T,
    from: string,
    to: string
  ): Extract<Message, { type: T }> | undefined {
    const [fromId, toId] = [this.node(from).id, this.node(to).id]
    const isMeant = (said: Said): boolean =>
      said.from === fromId && said.to === toId && said.message.type === type
    return this.#watch.said.findLast(isMeant)?.message as Extract<Message, { type: T }> | undefined
  }

  /** With which code `by` closed `peer`, if it did. */
  closeCode(by: string, peer: string): CloseCode | undefined {
    const [byId, peerId] = [this.node(by).id, this.node(peer).id]
    return this.#watch.closed.find(closed => closed.by === byId && closed.peer === peerId)?.code
  }

  /** What `by` told its people when it lost `peer` for the last time. */
  whyLost(by: string, peer: string): string | undefined {
    const [byId, peerId] = [this.node(by).id, this.node(peer).id]
    return this.#watch.lost.findLast(lost => lost.by === byId && lost.peer === peerId)?.reason
  }

  neighboursOf(node: string): string[] {
    return [...this.node(node).overlay.neighbours()].map(({ peer }) => this.#nameOf(peer) as string).sort()
  }

  #nameOf(peer: PeerId | undefined): string | undefined {
    return peer && (this.nodesById.get(peer) as SimNode).name
  }
}

/** Places on a line, by the ids: near and far, the same in both directions. */
function dialled(a: SimNode, b: SimNode): LinkOptions {
  const place = ({ id }: SimNode): number => (id.charCodeAt(20) + 7 * id.charCodeAt(30)) % 60
  return { delayMs: 2 + Math.abs(place(a) - place(b)) / 2 }
}
