import type { PrivateKey } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import type { AnnouncementDraft, VerifiedAnnouncement } from '../channels.ts'
import { announceSigningBytes, encodeAnnouncement } from '../wire/announcement.ts'
import { type Announcement, ProtocolError, type SignedAnnouncement } from '../wire/messages.ts'

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

/**
 * Checks the signature of what a neighbour passed on. Undefined when it has expired by this node's clock, which is no
 * fault of the neighbour's.
 *
 * @param announcement what `signed` says, decoded: so its publisher's id holds an Ed25519 key itself
 * @throws ProtocolError `forged` when the signature does not hold
 */
export async function verifyAnnouncement(
  announcement: Announcement,
  signed: SignedAnnouncement,
  ttlMaxMs: number,
  wallNow: number
): Promise<VerifiedAnnouncement | undefined> {
  const { publicKey } = peerIdFromString(announcement.publisher)
  if (!(await publicKey?.verify(announceSigningBytes(signed.body), signed.signature))) {
    throw new ProtocolError(
      'forged',
      `the signature of an announcement by ${announcement.publisher} does not hold`
    )
  }
  const validForMs = Math.min(announcement.expiresAt - wallNow, ttlMaxMs)
  return validForMs > 0 ? ({ announcement, signed, validForMs } as VerifiedAnnouncement) : undefined
}
