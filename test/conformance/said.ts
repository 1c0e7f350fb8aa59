/** What strangers say about the streams of others: SUBs for them, and objects that nobody has written. */
import { openChannelId, type PeerId, type StreamId } from '@hopcast/protocol'
import { type PathTag, pathTag } from '../../packages/protocol/src/ids.ts'
import type { ObjectFrame, Sub } from '../../packages/protocol/src/wire/messages.ts'
import { encodeObject } from '../../packages/protocol/src/wire/object.ts'
import type { Run } from '../sim/node.ts'

/** The stream of a run's first track. */
export function streamOf(run: Run): StreamId {
  return run.streams[0] as StreamId
}

/** Asks for a track of a run, from now on. */
export function subTo({ publisher, channel, epoch }: Run, track = 0): Sub {
  return { type: 'sub', channel: openChannelId(channel), publisher: publisher.id, epoch, track }
}

/** A way as SUB_OK tells it, by the names of its nodes. */
export function tags(network: { id: (name: string) => PeerId }, ...names: string[]): PathTag[] {
  return names.map(name => pathTag(network.id(name)))
}

/** The end of a stream, with what is to prove it. */
export function endOf(stream: StreamId, seq: number, proof: Uint8Array): ObjectFrame {
  const { header } = objectOf(stream, seq)
  return encodeObject({ ...header, key: false, end: true }, proof)
}

export function objectOf(stream: StreamId, seq: number): ObjectFrame {
  const header = {
    stream,
    seq,
    end: false,
    list: false,
    lists: 0,
    key: true,
    priority: 0,
    ttlMs: 0,
    timestampUs: 0
  }
  return encodeObject(header, new Uint8Array([seq & 255, 1, 2, 3]))
}
