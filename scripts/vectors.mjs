/**
 * Fills in what the golden vectors in rfcs/vectors expect, from the inputs that stand there. Run it after a change of the
 * wire, read the difference, and write the change into RFC 2, or RFC 3. Tests compare with the files as they are.
 *
 *   npx node --conditions=source scripts/vectors.mjs
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { encodeAudioFrame } from '../packages/media/src/audio-frame.ts'
import { encodeCatalog } from '../packages/media/src/catalog.ts'
import { fromHex, objectHash, openChannelId, pathTag, streamId, toHex } from '../packages/protocol/src/ids.ts'
import { announceSigningBytes, encodeAnnouncement } from '../packages/protocol/src/wire/announcement.ts'
import { encodeControl } from '../packages/protocol/src/wire/control.ts'
import { joinFrames } from '../packages/protocol/src/wire/framing.ts'
import { encodeObject } from '../packages/protocol/src/wire/object.ts'
import { encodeObjectList, listSigningBytes } from '../packages/protocol/src/wire/object-list.ts'
import { root, run } from './workspace.mjs'

const file = join(root, 'rfcs/vectors/wire.json')
const vectors = JSON.parse(readFileSync(file, 'utf8'))

for (const vector of vectors.channelIds) vector.channel = openChannelId(vector.name)
for (const vector of vectors.pathTags) vector.tag = pathTag(vector.peer)
for (const vector of vectors.streamIds) vector.stream = streamId(vector)
for (const vector of vectors.control) vector.hex = toHex(encodeControl(withBytes(vector.message)))
for (const vector of vectors.announcements)
  vector.hex = toHex(encodeAnnouncement(withBytes(vector.announcement)))
for (const vector of vectors.objects) {
  const object = encodeObject(vector.header, fromHex(vector.payload))
  vector.hex = toHex(object.bytes)
  vector.hash = objectHash(object.bytes)
}
for (const vector of vectors.objectLists) await signList(vector)
for (const vector of vectors.frames) vector.hex = toHex(joinFrames(vector.bodies.map(fromHex)))
for (const vector of vectors.signatures) await sign(vector)
await write(file, vectors)

const mediaFile = join(root, 'rfcs/vectors/media.json')
const media = JSON.parse(readFileSync(mediaFile, 'utf8'))

for (const vector of media.catalogs) vector.text = new TextDecoder().decode(encodeCatalog(vector.catalog))
for (const vector of media.audioFrames) {
  vector.hex = toHex(encodeAudioFrame({ ...vector.frame, data: fromHex(vector.frame.data) }))
}
await write(mediaFile, media)

async function write(path, content) {
  writeFileSync(path, JSON.stringify(content))
  await run('biome', ['format', '--write', path], { quiet: true })
}

/** The values as the codec takes them: bytes stand as hex under these names. */
function withBytes(value) {
  const names = ['body', 'signature', 'catalog', 'endHash']
  return JSON.parse(JSON.stringify(value), (name, item) => (names.includes(name) ? fromHex(item) : item))
}

async function sign(vector) {
  const key = await generateKeyPairFromSeed('Ed25519', fromHex(vector.seed))
  const signed = announceSigningBytes(fromHex(vector.body))
  vector.publisher = peerIdFromPrivateKey(key).toString()
  vector.signed = toHex(signed)
  vector.signature = toHex(await key.sign(signed))
}

async function signList(vector) {
  const key = await generateKeyPairFromSeed('Ed25519', fromHex(vector.seed))
  const body = encodeObjectList(vector.list)
  const signed = listSigningBytes(vector, body)
  const signature = await key.sign(signed)
  vector.publisher = peerIdFromPrivateKey(key).toString()
  vector.signed = toHex(signed)
  vector.hex = toHex(body) + toHex(signature)
}
