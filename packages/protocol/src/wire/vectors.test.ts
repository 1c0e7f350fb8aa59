import { readFileSync } from 'node:fs'
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey, peerIdFromString } from '@libp2p/peer-id'
import { describe, expect, test } from 'vitest'
import {
  type ChannelId,
  fromHex,
  objectHash,
  openChannelId,
  type PeerId,
  pathTag,
  type StreamId,
  streamId,
  toHex
} from '../ids.ts'
import { announceSigningBytes, decodeAnnouncement, encodeAnnouncement } from './announcement.ts'
import { decodeControl, encodeControl } from './control.ts'
import { FrameReader, joinFrames } from './framing.ts'
import {
  type Announcement,
  type Message,
  type ObjectHeader,
  type ObjectList,
  ProtocolError
} from './messages.ts'
import { encodeObject, objectPayload, parseObject } from './object.ts'
import { decodeObjectList, encodeObjectList, listSigningBytes } from './object-list.ts'

interface Vectors {
  channelIds: { name: string; channel: string }[]
  streamIds: { channel: ChannelId; publisher: PeerId; epoch: number; track: number; stream: string }[]
  pathTags: { peer: PeerId; tag: string }[]
  control: { name: string; message: object; hex: string }[]
  announcements: { name: string; announcement: object; hex: string }[]
  signatures: {
    name: string
    seed: string
    publisher: string
    body: string
    signed: string
    signature: string
  }[]
  objects: { name: string; header: ObjectHeader; payload: string; hex: string; hash: string }[]
  objectLists: {
    name: string
    seed: string
    publisher: string
    stream: StreamId
    lists: number
    list: ObjectList
    signed: string
    hex: string
  }[]
  frames: { name: string; bodies: string[]; hex: string }[]
  decodeOnly: {
    control: { name: string; hex: string; message: object | null }[]
    objects: { name: string; hex: string; header: ObjectHeader; payload: string }[]
    objectLists: { name: string; hex: string; list: ObjectList; signature: string }[]
  }
  invalid: {
    control: Invalid[]
    announcements: Invalid[]
    objects: Invalid[]
    objectLists: Invalid[]
    frames: (Invalid & { maxFrameLength: number })[]
  }
}

interface Invalid {
  name: string
  hex: string
  repeat?: { hex: string; times: number }
  code: string
}

const file = new URL('../../../../rfcs/vectors/wire.json', import.meta.url)
const vectors: Vectors = JSON.parse(readFileSync(file, 'utf8'))

describe('The golden vectors agree on', () => {
  test.each(vectors.channelIds)('the channel $name', ({ name, channel }) => {
    expect(openChannelId(name)).toBe(channel)
  })

  test.each(vectors.streamIds)('the stream $stream', ({ stream, ...name }) => {
    expect(streamId(name)).toBe(stream)
  })

  test.each(vectors.pathTags)('the tag $tag', ({ peer, tag }) => {
    expect(pathTag(peer)).toBe(tag)
  })

  test.each(vectors.control)('control: $name', ({ message, hex }) => {
    expect(toHex(encodeControl(withBytes<Message>(message)))).toBe(hex)
    expect(decodeControl(fromHex(hex))).toEqual(withBytes(message))
  })

  test.each(vectors.announcements)('announcement: $name', ({ announcement, hex }) => {
    expect(toHex(encodeAnnouncement(withBytes<Announcement>(announcement)))).toBe(hex)
    expect(decodeAnnouncement(fromHex(hex))).toEqual(withBytes(announcement))
  })

  test.each(vectors.signatures)('signature: $name', async ({ seed, publisher, body, signed, signature }) => {
    const key = await generateKeyPairFromSeed('Ed25519', fromHex(seed))
    expect(peerIdFromPrivateKey(key).toString()).toBe(publisher)
    expect(toHex(announceSigningBytes(fromHex(body)))).toBe(signed)
    expect(toHex(await key.sign(fromHex(signed)))).toBe(signature)
    const { publicKey } = peerIdFromString(decodeAnnouncement(fromHex(body)).publisher)
    expect(await publicKey?.verify(fromHex(signed), fromHex(signature))).toBe(true)
  })

  test.each(vectors.objects)('object: $name', ({ header, payload, hex, hash }) => {
    const object = encodeObject(header, fromHex(payload))
    expect(toHex(object.bytes)).toBe(hex)
    expect(objectHash(object.bytes)).toBe(hash)
    expectObject(hex, header, payload)
  })

  test.each(vectors.objectLists)('object list: $name', async ({ seed, publisher, list, hex, ...of }) => {
    const key = await generateKeyPairFromSeed('Ed25519', fromHex(seed))
    expect(peerIdFromPrivateKey(key).toString()).toBe(publisher)
    const body = encodeObjectList(list)
    const signed = listSigningBytes(of, body)
    expect(toHex(signed)).toBe(of.signed)
    const signature = new Uint8Array(await key.sign(signed))
    expect(toHex(body) + toHex(signature)).toBe(hex)
    expect(decodeObjectList(fromHex(hex))).toEqual({ list, signature })
  })

  test.each(vectors.frames)('frames: $name', ({ bodies, hex }) => {
    expect(toHex(joinFrames(bodies.map(fromHex)))).toBe(hex)
    expect(new FrameReader({ maxFrameLength: 65_536 }).push(fromHex(hex)).map(toHex)).toEqual(bodies)
  })

  test.each(vectors.decodeOnly.control)('what others may send: $name', ({ hex, message }) => {
    expect(decodeControl(fromHex(hex))).toEqual(message === null ? undefined : withBytes(message))
  })

  test.each(vectors.decodeOnly.objects)('what others may send: $name', ({ hex, header, payload }) => {
    expectObject(hex, header, payload)
  })

  test.each(vectors.decodeOnly.objectLists)('what others may send: $name', ({ hex, list, signature }) => {
    expect(decodeObjectList(fromHex(hex))).toEqual({ list, signature: fromHex(signature) })
  })
})

describe('The golden vectors refuse in', () => {
  test.each(vectors.invalid.control)('a control frame $name', vector => {
    expect(codeOf(() => decodeControl(inputOf(vector)))).toBe(vector.code)
  })

  test.each(vectors.invalid.announcements)('an announcement $name', vector => {
    expect(codeOf(() => decodeAnnouncement(inputOf(vector)))).toBe(vector.code)
  })

  test.each(vectors.invalid.objects)('an object $name', vector => {
    expect(codeOf(() => parseObject(inputOf(vector)))).toBe(vector.code)
  })

  test.each(vectors.invalid.objectLists)('an object list of $name', vector => {
    expect(codeOf(() => decodeObjectList(inputOf(vector)))).toBe(vector.code)
  })

  test.each(vectors.invalid.frames)('framing $name', vector => {
    const { maxFrameLength } = vector
    expect(codeOf(() => new FrameReader({ maxFrameLength }).push(inputOf(vector)))).toBe(vector.code)
  })
})

/** The values as the codec takes them: bytes stand as hex under these names. A retracted row has no metric. */
function withBytes<T>(value: object): T {
  return JSON.parse(JSON.stringify(value), (name, item) =>
    ['body', 'signature', 'catalog', 'endHash'].includes(name) ? fromHex(item) : item
  )
}

function expectObject(hex: string, header: ObjectHeader, payload: string): void {
  const frame = parseObject(fromHex(hex))
  expect(frame.header).toEqual(header)
  expect(toHex(objectPayload(frame))).toBe(payload)
}

function inputOf({ hex, repeat }: Invalid): Uint8Array {
  return fromHex(hex + (repeat ? repeat.hex.repeat(repeat.times) : ''))
}

function codeOf(decode: () => unknown): string {
  try {
    decode()
    return 'nothing thrown'
  } catch (error) {
    if (error instanceof ProtocolError) return error.code
    throw error
  }
}
