import type { Command, WrittenObject } from '../contract.ts'
import {
  type ChannelId,
  checkChannelName,
  endProofBytesLength,
  openChannelId,
  type PeerId,
  type StreamId,
  streamId
} from '../ids.ts'
import type { OutgoingObject, Publication, PublishOptions } from './api.ts'
import type { Integrity } from './integrity.ts'

/** What a publication needs of its node. */
interface PublicationSource {
  self: PeerId
  /** @throws TypeError for a command that makes no sense */
  command: (command: Command) => void
  /** Resolves when what was decided so far has left this node, or was given up. */
  drained: () => Promise<void>
  streams: () => Iterable<{ stream: StreamId; children: readonly PeerId[] }>
  /** Signs what is written. */
  lists: Pick<Integrity, 'open' | 'finish' | 'close'>
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
  publish(channel: string, options: PublishOptions): Publication {
    const { tracks = [0], catalog = new Uint8Array(), signed = true } = options
    const rates = new Map(Object.entries(options.rates ?? {}).map(([track, rate]) => [Number(track), rate]))
    const name = checkChannelName(channel)
    const id = openChannelId(name)
    const epoch = Math.max(this.#lastEpoch + 1, this.#source.now())
    const init = {
      id,
      name,
      tracks,
      signed,
      epoch,
      onEnd: () => this.#end(id, made),
      onEndNow: () => this.#endNow(id, made)
    }
    const made = new LocalPublication(init, this.#source)
    // Known before the core answers, which may give it another epoch.
    const isFirst = !this.#open.has(id)
    if (isFirst) this.#open.set(id, made)
    const endSeed = crypto.getRandomValues(new Uint8Array(endProofBytesLength))
    const run = { channel: id, name, epoch, catalog, endSeed }
    const publication = signed ? { ...run, objectsSigned: true as const } : run
    try {
      this.#source.command({ type: 'publish', publication, tracks, rates })
    } catch (error) {
      if (isFirst) this.#open.delete(id)
      made.close()
      throw error
    }
    this.#lastEpoch = made.epoch
    return made
  }

  /** What is published on the channel goes on as another run. */
  restart(channel: ChannelId, epoch: number): void {
    this.#open.get(channel)?.restart(epoch)
  }

  async #end(channel: ChannelId, publication: LocalPublication): Promise<void> {
    await publication.finish()
    this.#endNow(channel, publication)
    await this.#source.drained()
  }

  #endNow(channel: ChannelId, publication: LocalPublication): void {
    this.#open.delete(channel)
    this.#source.command({ type: 'unpublish', channel })
    publication.close()
  }
}

interface LocalPublicationInit {
  id: ChannelId
  name: string
  tracks: readonly number[]
  signed: boolean
  epoch: number
  onEnd: () => Promise<void>
  onEndNow: () => void
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
    const { id: channel, tracks, signed } = this.#init
    const { self: publisher, lists } = this.#source
    this.close()
    this.#epoch = epoch
    const streams = tracks.map(track => streamId({ channel, publisher, epoch, track }))
    this.#streams = new Set(streams)
    if (!signed) return
    for (const [i, stream] of streams.entries()) {
      lists.open(stream, payload => this.#writeList(tracks[i] as number, payload))
    }
  }

  /** Resolves when the last lists were written. */
  async finish(): Promise<void> {
    await this.#source.lists.finish(this.#streams)
  }

  close(): void {
    this.#source.lists.close(this.#streams)
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

  endNow(): void {
    if (this.#ended !== undefined) return
    this.#ended = Promise.resolve()
    this.#init.onEndNow()
  }

  /** It matters more than any object. It has no time of its own: the stream's clock is for what was captured. */
  #writeList(track: number, payload: Uint8Array): void {
    const object = { payload, key: true, priority: 0, ttlMs: 0, timestampUs: 0, list: true as const }
    this.#source.command({ type: 'write', channel: this.#init.id, track, object })
  }
}
