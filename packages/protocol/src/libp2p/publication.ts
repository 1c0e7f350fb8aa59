import type { Command, WrittenObject } from '../contract.ts'
import {
  type ChannelId,
  checkChannelName,
  openChannelId,
  type PeerId,
  type StreamId,
  streamId
} from '../ids.ts'
import type { OutgoingObject, Publication, PublishOptions } from './api.ts'

/** What a publication needs of its node. */
export interface PublicationSource {
  self: PeerId
  /** @throws TypeError for a command that makes no sense */
  command: (command: Command) => void
  /** Resolves when what was decided so far has left this node, or was given up. */
  drained: () => Promise<void>
  streams: () => Iterable<{ stream: StreamId; children: readonly PeerId[] }>
  /** Milliseconds since the Unix epoch. */
  now: () => number
}

/** Objects without a `ttlMs` of their own are worthless after this long. */
const defaultTtlMs = 2_000

/** All that the applications of this node publish. */
export class LocalPublications {
  readonly #source: PublicationSource
  readonly #open = new Map<ChannelId, LocalPublication>()
  #lastEpoch = 0

  constructor(source: PublicationSource) {
    this.#source = source
  }

  /** @throws TypeError as `Hopcast.publish` says */
  publish(channel: string, { tracks = [0], catalog = new Uint8Array() }: PublishOptions): Publication {
    const name = checkChannelName(channel)
    const id = openChannelId(name)
    const epoch = Math.max(this.#lastEpoch + 1, this.#source.now())
    const made = new LocalPublication({ id, name, tracks, epoch, onEnd: () => this.#end(id) }, this.#source)
    // Known before the core answers, which may give it another epoch.
    const isFirst = !this.#open.has(id)
    if (isFirst) this.#open.set(id, made)
    try {
      this.#source.command({ type: 'publish', publication: { channel: id, name, epoch, catalog }, tracks })
    } catch (error) {
      if (isFirst) this.#open.delete(id)
      throw error
    }
    this.#lastEpoch = made.epoch
    return made
  }

  /** What is published on the channel goes on as another run. */
  restart(channel: ChannelId, epoch: number): void {
    this.#open.get(channel)?.restart(epoch)
  }

  async #end(channel: ChannelId): Promise<void> {
    this.#open.delete(channel)
    this.#source.command({ type: 'unpublish', channel })
    await this.#source.drained()
  }
}

interface LocalPublicationInit {
  id: ChannelId
  name: string
  tracks: readonly number[]
  epoch: number
  onEnd: () => Promise<void>
}

class LocalPublication implements Publication {
  readonly channel: string
  readonly #init: LocalPublicationInit
  readonly #source: PublicationSource
  #epoch = 0
  #streams: ReadonlySet<StreamId> = new Set()
  #ended: Promise<void> | undefined

  constructor(init: LocalPublicationInit, source: PublicationSource) {
    this.channel = init.name
    this.#init = init
    this.#source = source
    this.restart(init.epoch)
  }

  get epoch(): number {
    return this.#epoch
  }

  get children(): number {
    const peers = new Set<PeerId>()
    for (const { stream, children } of this.#source.streams()) {
      if (this.#streams.has(stream)) for (const peer of children) peers.add(peer)
    }
    return peers.size
  }

  restart(epoch: number): void {
    const { id: channel, tracks } = this.#init
    const publisher = this.#source.self
    this.#epoch = epoch
    this.#streams = new Set(tracks.map(track => streamId({ channel, publisher, epoch, track })))
  }

  write({ payload, timestampUs, ...rest }: OutgoingObject): void {
    const { key = true, track = 0, priority = 0, ttlMs = defaultTtlMs } = rest
    if (this.#ended !== undefined) throw new TypeError(`the publication of ${this.channel} has ended`)
    const object: WrittenObject = { payload, timestampUs, key, priority, ttlMs }
    this.#source.command({ type: 'write', channel: this.#init.id, track, object })
  }

  end(): Promise<void> {
    this.#ended ??= this.#init.onEnd()
    return this.#ended
  }
}
