/** What this node's own applications publish: the streams of each channel, and their objects (RFC 1, section "Objects"). */
import type { WrittenObject } from './contract.ts'
import { type ChannelId, endProof, type PeerId, type StreamId, type StreamName, streamId } from './ids.ts'
import type { ObjectFrame } from './wire/messages.ts'
import { encodeObject } from './wire/object.ts'

interface Run {
  channel: ChannelId
  epoch: number
  /** Lists cover its objects. */
  objectsSigned?: true
  /** What its end is proven with. */
  endSeed?: Uint8Array
}

interface Open extends Run {
  readonly tracks: ReadonlyMap<number, Track>
}

interface Track {
  readonly stream: StreamId
  /** Of the next object. */
  seq: number
  /** Lists so far. */
  lists: number
}

export class Publications {
  readonly #self: PeerId
  readonly #channels = new Map<ChannelId, Open>()

  constructor(self: PeerId) {
    this.#self = self
  }

  /** Returns the names of the streams, one per track. */
  open(run: Run, tracks: readonly number[]): StreamName[] {
    const { channel, epoch } = run
    const names = tracks.map(track => ({ channel, publisher: this.#self, epoch, track }))
    const opened = names.map((name): [number, Track] => {
      return [name.track, { stream: streamId(name), seq: 0, lists: 0 }]
    })
    this.#channels.set(channel, { ...run, tracks: new Map(opened) })
    return names
  }

  /** The publication goes on as another run. Returns the last objects of the old one, and the names of its new streams. */
  restart(channel: ChannelId, epoch: number): { ends: ObjectFrame[]; names: StreamName[] } {
    const run = this.#channels.get(channel)
    const ends = this.close(channel)
    return { ends, names: this.open({ ...run, channel, epoch }, [...(run?.tracks.keys() ?? [])]) }
  }

  /** The next object of a track. @throws TypeError when it is not published here */
  write(channel: ChannelId, track: number, written: WrittenObject): ObjectFrame {
    const state = this.#channels.get(channel)?.tracks.get(track)
    if (state === undefined) throw new TypeError(`track ${track} of the channel is not published here`)
    const { stream, seq, lists } = state
    const { payload, list = false, ...rest } = written
    const object = encodeObject({ ...rest, stream, seq, lists, end: false, list }, payload)
    state.seq++
    if (list) state.lists++
    return object
  }

  /** Whether its objects have to go into lists. */
  isSigned(channel: ChannelId): boolean {
    return this.#channels.get(channel)?.objectsSigned === true
  }

  /** Returns the last object of each track. */
  close(channel: ChannelId): ObjectFrame[] {
    const run = this.#channels.get(channel)
    if (run === undefined) return []
    this.#channels.delete(channel)
    const { epoch, endSeed, tracks } = run
    const proof = endSeed === undefined ? new Uint8Array(0) : endProof(endSeed, epoch)
    return [...tracks.values()].map(({ stream, seq, lists }) => {
      const header = { stream, seq, lists, end: true, list: false }
      const plain = { key: false, priority: 0, ttlMs: 0, timestampUs: 0 }
      return encodeObject({ ...header, ...plain }, proof)
    })
  }
}
