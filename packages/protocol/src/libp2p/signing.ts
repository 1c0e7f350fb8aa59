import type { PrivateKey } from '@libp2p/interface'
import type { VerifiedAnnouncement } from '../channels.ts'
import type { AnnouncementDraft } from '../own-runs.ts'
import type { Version } from '../version.ts'
import { announceSigningBytes, encodeAnnouncement } from '../wire/announcement.ts'
import type { Announcement } from '../wire/messages.ts'

/** Makes a draft valid from `wallNow` (milliseconds since the Unix epoch) on, and signs it. */
export async function signAnnouncement(
  key: PrivateKey,
  draft: AnnouncementDraft,
  wallNow: number
): Promise<VerifiedAnnouncement> {
  const { ttlMs, ...rest } = draft
  const announcement: Announcement = { ...rest, expiresAt: wallNow + ttlMs }
  const body = encodeAnnouncement(announcement)
  const signature = await key.sign(announceSigningBytes(body))
  return { announcement, signed: { body, signature }, validForMs: ttlMs } as VerifiedAnnouncement
}

/** Before the version, so that no signature made for something else can pass as one of a row (RFC 2, section "SYNC"). */
const seqnoDomain = new TextEncoder().encode('hopcast-seqno-v1:')

export function seqnoSigningBytes({ epoch, seqno }: Version): Uint8Array {
  const bytes = new Uint8Array(seqnoDomain.length + 16)
  bytes.set(seqnoDomain)
  const numbers = new DataView(bytes.buffer, seqnoDomain.length)
  numbers.setBigUint64(0, BigInt(epoch))
  numbers.setBigUint64(8, BigInt(seqno))
  return bytes
}

export async function signSeqno(key: PrivateKey, version: Version): Promise<Uint8Array> {
  return await key.sign(seqnoSigningBytes(version))
}
