/** Every decoder that reads bytes from a peer. `decoders.test.ts` holds the list to be complete. */
import { isDeepStrictEqual } from 'node:util'
import { type AudioFrame, decodeAudioFrame, encodeAudioFrame } from '../../packages/media/src/audio-frame.ts'
import { type Catalog, catalogBytesMax, decodeCatalog } from '../../packages/media/src/catalog.ts'
import { MediaError } from '../../packages/media/src/media-error.ts'
import { openChannelId } from '../../packages/protocol/src/ids.ts'
import { decodeAnnouncement, encodeAnnouncement } from '../../packages/protocol/src/wire/announcement.ts'
import { decodeControl, encodeControl } from '../../packages/protocol/src/wire/control.ts'
import { channelIdBytes } from '../../packages/protocol/src/wire/id-bytes.ts'
import {
  type Announcement,
  type Message,
  type ObjectFrame,
  type ObjectList,
  ProtocolError
} from '../../packages/protocol/src/wire/messages.ts'
import { encodeObject, objectPayload, parseObject } from '../../packages/protocol/src/wire/object.ts'
import { decodeObjectList, encodeObjectList } from '../../packages/protocol/src/wire/object-list.ts'
import { vectorsOf } from './corpus.ts'
import type { Decoder } from './decoder.ts'
import { cutIntoFrames, framesRoundTrip } from './frame-cutting.ts'
import { mutatedAudioFrame } from './mutations/audio-frame.ts'
import { mutatedFrames } from './mutations/frames.ts'
import { mutatedJson } from './mutations/json.ts'
import { mutatedObject } from './mutations/object.ts'
import { mutatedObjectList } from './mutations/object-list.ts'
import { mutatedProtobuf } from './mutations/protobuf.ts'
import type { Field } from './mutations/protobuf-tree.ts'

const control: Decoder<Message | undefined> = {
  name: 'control',
  functions: ['decodeControl'],
  corpus: vectorsOf('wire.json', 'control'),
  mutate: mutatedProtobuf,
  decode: decodeControl,
  refusal: refusalOfWire,
  // One of a newer version is ignored: there is nothing to encode.
  roundTrip: message => message && difference(message, decodeControl(encodeControl(message)))
}

const announcement: Decoder<Announcement> = {
  name: 'announcement',
  functions: ['decodeAnnouncement'],
  corpus: vectorsOf('wire.json', 'announcements'),
  mutate: (random, corpus) => mutatedProtobuf(random, corpus, hashName),
  decode: decodeAnnouncement,
  refusal: refusalOfWire,
  roundTrip: value => difference(value, decodeAnnouncement(encodeAnnouncement(value)))
}

const object: Decoder<ObjectFrame> = {
  name: 'object',
  functions: ['parseObject'],
  corpus: vectorsOf('wire.json', 'objects'),
  mutate: mutatedObject,
  decode: parseObject,
  refusal: refusalOfWire,
  roundTrip(frame, input) {
    if (frame.bytes !== input) return 'its bytes are other ones than came in'
    const payload = objectPayload(frame)
    const again = parseObject(encodeObject(frame.header, payload).bytes)
    return difference(frame.header, again.header) ?? difference(payload, objectPayload(again))
  }
}

const objectList: Decoder<{ list: ObjectList; signature: Uint8Array }> = {
  name: 'object-list',
  functions: ['decodeObjectList'],
  corpus: vectorsOf('wire.json', 'objectLists'),
  mutate: mutatedObjectList,
  decode: decodeObjectList,
  refusal: refusalOfWire,
  roundTrip(value) {
    const written = Buffer.concat([encodeObjectList(value.list), value.signature])
    return difference(value, decodeObjectList(new Uint8Array(written)))
  }
}

const frames: Decoder<{ bodies: Uint8Array[] }> = {
  name: 'frames',
  functions: ['FrameReader'],
  corpus: vectorsOf('wire.json', 'frames'),
  mutate: mutatedFrames,
  decode: cutIntoFrames,
  refusal: refusalOfWire,
  roundTrip: ({ bodies }, input) => framesRoundTrip(bodies, input)
}

const catalog: Decoder<Catalog> = {
  name: 'catalog',
  functions: ['decodeCatalog'],
  corpus: vectorsOf('media.json', 'catalogs'),
  mutate: mutatedJson,
  decode: decodeCatalog,
  refusal: refusalOfMedia,
  roundTrip(value) {
    const written = Buffer.from(JSON.stringify(value))
    // A number may have come in fewer letters than JSON.stringify takes for it.
    return written.length > catalogBytesMax ? undefined : difference(value, decodeCatalog(written))
  }
}

const audioFrame: Decoder<AudioFrame> = {
  name: 'audio-frame',
  functions: ['decodeAudioFrame'],
  corpus: vectorsOf('media.json', 'audioFrames'),
  mutate: mutatedAudioFrame,
  decode: decodeAudioFrame,
  refusal: refusalOfMedia,
  roundTrip: frame => difference(frame, decodeAudioFrame(encodeAudioFrame(frame)))
}

export const decoders: readonly Decoder[] = [
  control,
  announcement,
  object,
  objectList,
  frames,
  catalog,
  audioFrame
]

/** What a decoder may say; the other codes are for states and signatures. */
function refusalOfWire(error: unknown): string | undefined {
  if (!(error instanceof ProtocolError)) return undefined
  return ['malformed', 'too-large'].includes(error.code) ? error.code : undefined
}

function refusalOfMedia(error: unknown): string | undefined {
  return error instanceof MediaError ? 'media-error' : undefined
}

function difference(first: unknown, second: unknown): string | undefined {
  return isDeepStrictEqual(first, second) ? undefined : 'it is another value when encoded and decoded again'
}

/** Makes the channel the hash of the name: without it hardly a change of the name would get past that check. */
function hashName(fields: Field[]): void {
  const name = fields.find(({ number }) => number === 3)?.body
  const channel = fields.find(({ number }) => number === 2)
  if (!(name instanceof Uint8Array) || channel === undefined) return
  channel.body = channelIdBytes(openChannelId(new TextDecoder().decode(name)))
}
