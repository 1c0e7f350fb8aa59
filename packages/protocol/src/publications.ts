/** What this node's own applications publish: the streams of each channel, and their objects (RFC 1, section "Objects"). */
import type { Config } from './config.ts'
import type { TrackRate, WrittenObject } from './contract.ts'
import { type ChannelId, endProof, type PeerId, type StreamId, type StreamName, streamId } from './ids.ts'
import type { Rate } from './streams.ts'
import { type ObjectFrame, objectHeaderLength } from './wire/messages.ts'
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
  readonly rate: TrackRate | undefined
  /** Of the next object. */
  seq: number
  /** Lists so far. */
  lists: number
}

/** A stream that begins, and the rate that it is expected to have. */
interface OwnStream {
  name: StreamName
  rate: Rate | undefined
}

export class Publications {
  readonly #self: PeerId
  readonly #config: Config
  readonly #channels = new Map<ChannelId, Open>()

  constructor(self: PeerId, config: Config) {
    this.#self = self
    this.#config = config
  }

  /** Returns the streams, one per track. */
  open(run: Run, tracks: readonly number[], rates?: ReadonlyMap<number, TrackRate>): OwnStream[] {
    const { channel, epoch } = run
    const opened = new Map<number, Track>()
    const streams = tracks.map(track => {
      const name = { channel, publisher: this.#self, epoch, track }
      const rate = rates?.get(track)
      opened.set(track, { stream: streamId(name), rate, seq: 0, lists: 0 })
      return { name, rate: rate && this.#onWire(rate) }
    })
    this.#channels.set(channel, { ...run, tracks: opened })
    return streams
  }

  /** The publication goes on as another run. Returns the last objects of the old one, and its new streams. */
  restart(channel: ChannelId, epoch: number): { ends: ObjectFrame[]; streams: OwnStream[] } {
    const run = this.#channels.get(channel)
    const ends = this.close(channel)
    const rates = new Map<number, TrackRate>()
    for (const [track, { rate }] of run?.tracks ?? []) if (rate !== undefined) rates.set(track, rate)
    const tracks = [...(run?.tracks.keys() ?? [])]
    return { ends, streams: this.open({ ...run, channel, epoch }, tracks, rates) }
  }

  #onWire({ bitsPerSecond, objectsPerSecond, burstBytes = 0 }: TrackRate): Rate {
    const { objectOverheadBytes, queueWaitMaxMs, peakToMeanMax } = this.#config
    const aroundBps = 8 * (objectHeaderLength + objectOverheadBytes) * objectsPerSecond
    const peakBps = aroundBps + (8_000 * burstBytes) / queueWaitMaxMs
    const meanBps = aroundBps + bitsPerSecond
    return { meanBps, peakBps: Math.min(Math.max(meanBps, peakBps), peakToMeanMax * meanBps) }
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

/** @throws TypeError for a rate that is none, or is of no track */
export function checkRates(rates: ReadonlyMap<number, TrackRate>, tracks: readonly number[]): void {
  for (const [track, rate] of rates) {
    if (!tracks.includes(track)) throw new TypeError(`a rate of track ${track}, which is none of the tracks`)
    const { bitsPerSecond, objectsPerSecond, burstBytes = 0 } = rate
    for (const [name, value] of Object.entries({ bitsPerSecond, objectsPerSecond, burstBytes })) {
      if (typeof value === 'number' && value >= 0 && value < Number.POSITIVE_INFINITY) continue
      throw new TypeError(`${name} of track ${track} is ${value}: use a number from 0`)
    }
  }
}
