import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openChannelId, type PeerId } from '../ids.ts'
import { announceSigningBytes, decodeAnnouncement, encodeAnnouncement } from './announcement.ts'
import { announcementBytesMax } from './limits.ts'
import { type Announcement, ProtocolError } from './messages.ts'

const key = await generateKeyPair('Ed25519')
const publisher = peerIdFromPrivateKey(key).toString() as PeerId

const announcement: fc.Arbitrary<Announcement> = fc
  .record(
    {
      publisher: fc.constant(publisher),
      name: fc.stringMatching(/^[a-z0-9./é-]{1,60}$/u),
      epoch: fc.maxSafeNat(),
      seqno: fc.maxSafeNat(),
      expiresAt: fc.maxSafeNat(),
      ended: fc.boolean(),
      catalog: fc.uint8Array({ maxLength: 1_024 }),
      endHash: fc.uint8Array({ minLength: 32, maxLength: 32 })
    },
    { requiredKeys: ['publisher', 'name', 'epoch', 'seqno', 'expiresAt', 'ended', 'catalog'] }
  )
  .map(fields => ({ ...fields, channel: openChannelId(fields.name) }))

const plain: Announcement = {
  publisher,
  channel: openChannelId('demo'),
  name: 'demo',
  epoch: 1,
  seqno: 0,
  expiresAt: 2,
  ended: false,
  catalog: new Uint8Array([1])
}

describe('Announcements', () => {
  test('come back as they were', () => {
    fc.assert(
      fc.property(announcement, sent => {
        expect(decodeAnnouncement(encodeAnnouncement(sent))).toEqual(sent)
      })
    )
  })

  test('at all their limits are shorter than a body may be', () => {
    const name = 'n'.repeat(128)
    const max = Number.MAX_SAFE_INTEGER
    const limits = { epoch: max, seqno: max, expiresAt: max, ended: true, catalog: new Uint8Array(1_024) }
    const body = encodeAnnouncement({ ...limits, publisher, name, channel: openChannelId(name) })
    expect(body.length).toBeLessThan(announcementBytesMax)
  })

  test('share no memory with the body', () => {
    const body = encodeAnnouncement(plain)
    const decoded = decodeAnnouncement(body)
    body.fill(0)
    expect(decoded).toEqual(plain)
  })

  test('verify with the key inside the peer id, over the domain and the body', async () => {
    const body = encodeAnnouncement(plain)
    const signature = await key.sign(announceSigningBytes(body))
    expect(await key.publicKey.verify(announceSigningBytes(body), signature)).toBe(true)
    expect(await key.publicKey.verify(body, signature)).toBe(false)
  })

  test('out of range are refused by the encoder with a TypeError', async () => {
    const secp = peerIdFromPrivateKey(await generateKeyPair('secp256k1')).toString() as PeerId
    const wrong: [Partial<Announcement>, RegExp][] = [
      [{ publisher: secp }, /Ed25519/],
      [{ name: 'other' }, /not the hash of "other"/],
      [{ catalog: new Uint8Array(1_025) }, /catalog has 1025 bytes/],
      [{ endHash: new Uint8Array(31) }, /end_hash has 31 bytes/],
      [{ expiresAt: -1 }, /expiresAt is -1/]
    ]
    for (const [field, text] of wrong) {
      expect(() => encodeAnnouncement({ ...plain, ...field })).toThrow(TypeError)
      expect(() => encodeAnnouncement({ ...plain, ...field })).toThrow(text)
    }
  })

  test('of arbitrary or damaged bytes throw nothing but ProtocolError', () => {
    const body = encodeAnnouncement(plain)
    const damaged = fc.tuple(fc.nat(body.length - 1), fc.nat(255)).map(([at, byte]) => body.with(at, byte))
    fc.assert(
      fc.property(fc.oneof(damaged, fc.uint8Array({ maxLength: 300 })), input => {
        try {
          const decoded = decodeAnnouncement(input)
          expect(decodeAnnouncement(encodeAnnouncement(decoded))).toEqual(decoded)
        } catch (error) {
          if (!(error instanceof ProtocolError)) throw error
        }
      }),
      { numRuns: 2_000 }
    )
  })
})
