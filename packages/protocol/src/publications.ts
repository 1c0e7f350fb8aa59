/** What this node's own applications publish: the streams of each channel, and their objects (RFC 1, section "Objects"). */
import type { WrittenObject } from './contract.ts'
import { type ChannelId, type PeerId, type StreamId, type StreamName, streamId } from './ids.ts'
import type { ObjectFrame } from './wire/messages.ts'
import { encodeObject } from './wire/object.ts'

interface Track {
  readonly stream: StreamId
  /** Of the next object. */
  seq: number
}

export class Publications {
  readonly #self: PeerId
  readonly #channels = new Map<ChannelId, Map<number, Track>>()

  constructor(self: PeerId) {
    this.#self = self
  }

  /** Returns the names of the streams, one per track. */
  open(run: { channel: ChannelId; epoch: number }, tracks: readonly number[]): StreamName[] {
    const { channel, epoch } = run
    const names = tracks.map(track => ({ channel, publisher: this.#self, epoch, track }))
    this.#channels.set(channel, new Map(names.map(name => [name.track, { stream: streamId(name), seq: 0 }])))
    return names
  }

  /** The publication goes on as another run. Returns the last objects of the old one, and the names of its new streams. */
  restart(channel: ChannelId, epoch: number): { ends: ObjectFrame[]; names: StreamName[] } {
    const tracks = [...(this.#channels.get(channel)?.keys() ?? [])]
    const ends = this.close(channel)
    return { ends, names: this.open({ channel, epoch }, tracks) }
  }

  /** The next object of a track. @throws TypeError when it is not published here */
  write(channel: ChannelId, track: number, written: WrittenObject): ObjectFrame {
    const state = this.#channels.get(channel)?.get(track)
    if (state === undefined) throw new TypeError(`track ${track} of the channel is not published here`)
    const { payload, ...rest } = written
    const header = { ...rest, stream: state.stream, seq: state.seq, end: false, list: false, lists: 0 }
    const object = encodeObject(header, payload)
    state.seq++
    return object
  }

  /** Returns the last object of each track. */
  close(channel: ChannelId): ObjectFrame[] {
    const tracks = [...(this.#channels.get(channel)?.values() ?? [])]
    this.#channels.delete(channel)
    return tracks.map(({ stream, seq }) => {
      const header = { stream, seq, end: true, list: false, lists: 0 }
      const plain = { key: false, priority: 0, ttlMs: 0, timestampUs: 0 }
      return encodeObject({ ...header, ...plain }, new Uint8Array(0))
    })
  }
}
