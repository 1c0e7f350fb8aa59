import type { WrittenObject } from '../contract.ts'
import { type ChannelId, type PeerId, type StreamId, streamId } from '../ids.ts'
import type { OutgoingObject, Publication } from './api.ts'

export interface LocalPublicationSource {
  write: (track: number, object: WrittenObject) => void
  end: () => Promise<void>
  streams: () => Iterable<{ stream: StreamId; children: readonly PeerId[] }>
}

interface LocalPublicationInit {
  channel: ChannelId
  name: string
  publisher: PeerId
  epoch: number
  tracks: readonly number[]
}

/** Objects without a `ttlMs` of their own are worthless after this long. */
const defaultTtlMs = 2_000

export class LocalPublication implements Publication {
  readonly channel: string
  readonly epoch: number
  readonly #source: LocalPublicationSource
  readonly #streams: ReadonlySet<StreamId>
  #ended: Promise<void> | undefined

  constructor(
    { channel, name, publisher, epoch, tracks }: LocalPublicationInit,
    source: LocalPublicationSource
  ) {
    this.channel = name
    this.epoch = epoch
    this.#source = source
    this.#streams = new Set(tracks.map(track => streamId({ channel, publisher, epoch, track })))
  }

  get children(): number {
    const peers = new Set<PeerId>()
    for (const { stream, children } of this.#source.streams()) {
      if (this.#streams.has(stream)) for (const peer of children) peers.add(peer)
    }
    return peers.size
  }

  write(object: OutgoingObject): void {
    const { payload, timestampUs, key = true, track = 0, priority = 0, ttlMs = defaultTtlMs } = object
    if (this.#ended !== undefined) throw new TypeError(`the publication of ${this.channel} has ended`)
    this.#source.write(track, { payload, timestampUs, key, priority, ttlMs })
  }

  end(): Promise<void> {
    this.#ended ??= this.#source.end()
    return this.#ended
  }
}
