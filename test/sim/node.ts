/** A node of the simulation: the core itself, and an application on top that writes down what it is told. */
import {
  type ChannelId,
  type Config,
  Deadlines,
  defaultConfig,
  type Millis,
  type Overlay,
  type OverlayOptions,
  type PeerId,
  type StreamId,
  type SubscribeMode,
  type SubscriptionChange,
  type SubscriptionEvent
} from '@hopcast/protocol'
import { sha256 } from '@noble/hashes/sha2.js'
import { base58btc } from 'multiformats/bases/base58'
import { WallClock } from '../../packages/protocol/src/libp2p/wall-clock.ts'
import type { ObjectFrame } from '../../packages/protocol/src/wire/messages.ts'
import type { SimLink } from './link.ts'
import { InvariantBreak, type ReceptionObserver } from './observer.ts'
import type { Random } from './random.ts'
import { SeqSet } from './seq-set.ts'
import type { Access } from './underlay/access.ts'
import { NodeClock } from './underlay/node-clock.ts'

/** What sets a node apart from others in the underlay; a node without is connected ideally, and its clock is right. */
export interface Place {
  clock?: NodeClock
  access?: Access
  /** It has a public address, and sends for others as its operator's job. */
  isServer?: boolean
  /** A number of `regions`. */
  region?: number
  /** It follows a script: nothing that others do is expected of it. */
  isStranger?: boolean
  /** What differs from the simulation's. */
  config?: Partial<Config>
}

/** The contract of a core, as `Overlay` keeps it: all that a node is driven by, and all that is read of it. */
export type Core = Pick<
  Overlay,
  | 'handle'
  | 'deadline'
  | 'neighbours'
  | 'routes'
  | 'route'
  | 'rerouted'
  | 'streams'
  | 'stream'
  | 'channels'
  | 'isNews'
  | 'counters'
>

/** Makes a core that knows nothing yet. */
export type CreateOverlay = (options: OverlayOptions) => Core

/** One run of a publisher on a channel. */
export interface Run {
  readonly publisher: SimNode
  readonly channel: string
  readonly channelId: ChannelId
  readonly epoch: number
  readonly streams: readonly StreamId[]
  /** When each object was written, by track and seqno, in the time of the simulation. */
  readonly writtenAt: ReadonlyMap<number, Millis[]>
  /** Objects written so far, on each track. */
  written: number
  /** Neither ended, nor gone with its node. */
  live: boolean
  /** What the publication goes on as, if the node found out that this epoch had been used. */
  next: Run | undefined
}

interface ReceivedObject {
  at: Millis
  run: Run
  track: number
  seq: number
  /** From the application's write to here. */
  delayMs: Millis
}

/** What was said of a run. */
type Told = SubscriptionChange & { at: Millis; publisher: PeerId }

/** All that a subscription was given, in order. */
export class Reception {
  readonly node: SimNode
  readonly channel: string
  readonly mode: SubscribeMode
  readonly events: Told[] = []
  /** Empty in a simulation that does not keep objects. */
  readonly objects: ReceivedObject[] = []
  /** The publishers of which `started` was said, and neither `interrupted` nor `ended` since. */
  readonly heard = new Set<PeerId>()
  /** Told of every object, once. */
  observer: ReceptionObserver | undefined
  readonly #keepsObjects: boolean
  readonly #seen = new Map<StreamId, SeqSet>()

  constructor(node: SimNode, channel: string, options: { mode: SubscribeMode; keepsObjects: boolean }) {
    this.node = node
    this.channel = channel
    this.mode = options.mode
    this.#keepsObjects = options.keepsObjects
  }

  get live(): boolean {
    return this.heard.size > 0
  }

  /** What the core has promised about the order of its events is checked here, on every one. */
  onEvent({ publisher, event }: SubscriptionEvent, at: Millis): void {
    const { type } = event
    const isHeard = this.heard.has(publisher)
    if (type === 'started' && isHeard) throw new Error(`${this}: started twice`)
    if (type === 'started' && this.live && this.mode === 'any') throw new Error(`${this}: two are mixed`)
    if (type === 'interrupted' && !isHeard) throw new Error(`${this}: interrupted before it started`)
    if (type === 'route' && !isHeard) throw new Error(`${this}: a route before it started`)
    if (type === 'started') this.heard.add(publisher)
    else if (type !== 'route') this.heard.delete(publisher)
    this.events.push({ ...event, publisher, at })
  }

  /** Which objects of each stream it has had. */
  get seen(): ReadonlyMap<StreamId, SeqSet> {
    return this.#seen
  }

  /** With another run chosen, nothing is kept of the one before: who comes back to it may hear its beginning again. */
  forget(): void {
    this.#seen.clear()
  }

  onObject(object: ObjectFrame, run: Run | undefined, track: number, at: Millis): void {
    const { stream, seq } = object.header
    if (run === undefined) throw new Error(`${this}: an object of a stream that nobody published`)
    if (run.channel !== this.channel) throw new Error(`${this}: an object of ${run.channel}`)
    if (!this.heard.has(run.publisher.id)) throw new Error(`${this}: an object before it started`)
    const seen = this.#seen.get(stream) ?? new SeqSet()
    if (!seen.add(seq)) throw new InvariantBreak('duplicate', `${this}: object ${seq} twice`)
    this.#seen.set(stream, seen)
    const delayMs = at - (run.writtenAt.get(track)?.[seq] as Millis)
    this.observer?.onObject(run, seq, delayMs, at)
    if (this.#keepsObjects) this.objects.push({ at, run, track, seq, delayMs })
  }

  toString(): string {
    return `the subscription of ${this.node.name} to ${this.channel}`
  }
}

interface SimNodeOptions {
  name: string
  index: number
  id: PeerId
  place: Place
  config: Partial<Config>
  createOverlay: CreateOverlay
  random: Random
  /** The time of the simulation. */
  now: () => Millis
}

export class SimNode {
  readonly name: string
  readonly id: PeerId
  readonly config: Config
  /** Counts the nodes of the simulation, in the order of their making. */
  readonly index: number
  readonly links = new Map<PeerId, SimLink>()
  readonly clock: NodeClock
  /** What its driver makes of the time of day: a new one at each start. */
  wallClock: WallClock
  readonly access: Access | undefined
  readonly isServer: boolean
  readonly region: number
  readonly isStranger: boolean
  /** New ones at each start. */
  overlay: Core
  deadlines: Deadlines
  /** Grows at each start, so that what was meant for the run before is known as such. */
  incarnation = 0
  running = true
  /** When it is woken, unless something comes before. */
  wakeAt: Millis | undefined
  /** Next hops by origin, and parents by stream, as the checks after each step have last seen them. */
  readonly nextHops = new Map<PeerId, PeerId>()
  readonly parents = new Map<StreamId, PeerId>()
  readonly runs = new Map<ChannelId, Run>()
  readonly receptions = new Map<ChannelId, Reception>()
  lastEpoch = 0
  readonly #now: () => Millis
  readonly #create: () => Core

  constructor({ name, index, id, place, config, createOverlay, random, now }: SimNodeOptions) {
    const { clock = new NodeClock(), access, isServer = false, region = 0, isStranger = false } = place
    this.name = name
    this.index = index
    this.id = id
    this.clock = clock
    this.#now = now
    this.wallClock = this.#newWallClock()
    this.access = access
    this.isServer = isServer
    this.region = region
    this.isStranger = isStranger
    const own = { ...config, ...place.config, server: isServer }
    this.config = { ...defaultConfig, ...own }
    this.#create = () => createOverlay({ self: id, config: own, rng: () => random.next() })
    this.overlay = this.#create()
    this.deadlines = new Deadlines(this.config)
  }

  /** Starts again, remembering nothing but its identity. */
  start(): void {
    this.overlay = this.#create()
    this.wallClock = this.#newWallClock()
    this.deadlines = new Deadlines(this.config)
    this.incarnation++
    this.running = true
    this.wakeAt = undefined
    this.nextHops.clear()
    this.parents.clear()
  }

  #newWallClock(): WallClock {
    const { clock } = this
    return new WallClock(
      () => Math.floor(clock.wall(this.#now())),
      () => clock.local(this.#now())
    )
  }
}

/** A peer id as an Ed25519 key would give it: an identity multihash of libp2p's `PublicKey`. The key is a hash of `text`. */
export function peerIdOf(text: string): PeerId {
  const key = sha256(new TextEncoder().encode(text))
  return base58btc.baseEncode(new Uint8Array([0x00, 0x24, 0x08, 0x01, 0x12, 0x20, ...key])) as PeerId
}
