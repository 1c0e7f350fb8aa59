/** The signed body of ANNOUNCE (RFC 2, section "Announcements"). */
import protobuf from 'protobufjs/minimal.js'
import { endProofBytesLength, openChannelId } from '../ids.ts'
import { decodeBounded } from './bounded-reader.ts'
import { Announcement as WireAnnouncement } from './generated/control.ts'
import { channelIdBytes, channelIdFrom, peerIdBytes, peerIdFrom } from './id-bytes.ts'
import { announcementBytesMax, catalogBytesMax, channelNameBytesMax } from './limits.ts'
import type { Announcement } from './messages.ts'
import { checkBytes, checkInteger, checkText, encoding, fail } from './ranges.ts'

/** Signed before the body, so that no signature made for something else can pass as one of an announcement. */
const signingDomain = new TextEncoder().encode('hopcast-announce-v1:')
/** A peer id that holds an Ed25519 public key: identity multihash, then libp2p's `PublicKey` up to the key's 32 bytes. */
const ed25519Prefix = [0x00, 0x24, 0x08, 0x01, 0x12, 0x20]

/**
 * The bytes to sign, and to send as `SignedAnnouncement.body`.
 *
 * @throws TypeError for a value outside its range
 */
export function encodeAnnouncement(announcement: Announcement): Uint8Array {
  return encoding(() => {
    checkAnnouncement(announcement)
    const { publisher, channel, ...rest } = announcement
    const ids = { publisher: publisherBytes(publisher), channel: channelIdBytes(channel) }
    return WireAnnouncement.encode({ ...ids, ...rest }, new protobuf.Writer()).finish()
  })
}

/**
 * What the body of an announcement says. Its signature is not checked here.
 * What it returns shares no memory with `body`.
 *
 * @throws ProtocolError `malformed` or `too-large`
 */
export function decodeAnnouncement(body: Uint8Array): Announcement {
  const wire = decodeBounded('announcement', WireAnnouncement, body, announcementBytesMax)
  checkEd25519(wire.publisher ?? new Uint8Array())
  const announcement: Announcement = {
    publisher: peerIdFrom(wire.publisher),
    channel: channelIdFrom(wire.channel),
    name: wire.name ?? '',
    epoch: wire.epoch ?? 0,
    seqno: wire.seqno ?? 0,
    expiresAt: wire.expiresAt ?? 0,
    ended: wire.ended ?? false,
    catalog: new Uint8Array(wire.catalog ?? []),
    ...(wire.objectsSigned && { objectsSigned: true }),
    ...(wire.endHash?.length && { endHash: new Uint8Array(wire.endHash) })
  }
  checkAnnouncement(announcement)
  return announcement
}

/** What the signature is made of, and checked against: `"hopcast-announce-v1:"` followed by the body. */
export function announceSigningBytes(body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(signingDomain.length + body.length)
  bytes.set(signingDomain)
  bytes.set(body, signingDomain.length)
  return bytes
}

function checkAnnouncement(announcement: Announcement): void {
  const { channel, name, epoch, seqno, expiresAt, catalog, endHash } = announcement
  checkInteger('epoch', epoch)
  checkInteger('seqno', seqno)
  checkInteger('expiresAt', expiresAt)
  checkBytes('catalog', catalog, catalogBytesMax)
  if (endHash !== undefined && endHash.length !== endProofBytesLength)
    fail('malformed', `end_hash has ${endHash.length} bytes, not ${endProofBytesLength}`)
  checkText('name', name, channelNameBytesMax)
  // Not whether it is an allowed name: which letters there are depends on a node's version of Unicode, and two
  // versions must not close each other for it. Publishers and subscribers check their own.
  if (openChannelId(name) !== channel) fail('malformed', `channel is not the hash of ${JSON.stringify(name)}`)
}

function publisherBytes(publisher: Announcement['publisher']): Uint8Array {
  const bytes = peerIdBytes(publisher)
  checkEd25519(bytes)
  return bytes
}

function checkEd25519(publisher: Uint8Array): void {
  const holdsKey = publisher.length === 38 && ed25519Prefix.every((byte, i) => publisher[i] === byte)
  if (!holdsKey) fail('malformed', 'publisher is no peer id with an Ed25519 key')
}
