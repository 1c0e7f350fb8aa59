import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { describe, expect, test, vi } from 'vitest'
import type { VerifiedAnnouncement } from '../channels.ts'
import { openChannelId, type PeerId } from '../ids.ts'
import type { SeqnoReq, SignedAnnouncement, Sync, SyncRow, UnsignedMessage } from '../wire/messages.ts'
import { Inbox, type InboxLimits } from './inbox.ts'
import { signAnnouncement, signSeqno } from './signing.ts'
import { SeqnoVerifier } from './verifying.ts'
import { WallClock } from './wall-clock.ts'

const key = await generateKeyPair('Ed25519')
const origin = peerIdFromPrivateKey(key).toString() as PeerId

async function row(seqno: number, over: Partial<SyncRow> = {}): Promise<SyncRow> {
  const signature = await signSeqno(key, { epoch: 1, seqno })
  return { origin, epoch: 1, seqno, metricUs: 5, hops: 1, signature, ...over }
}

/** Valid for a minute from `wallNow` on. */
async function announced(wallNow: number): Promise<SignedAnnouncement> {
  const ids = { publisher: origin, channel: openChannelId('news'), name: 'news' }
  const draft = { ...ids, epoch: 1, seqno: 0, ended: false, catalog: new Uint8Array(), ttlMs: 60_000 }
  return (await signAnnouncement(key, draft, wallNow)).signed
}

const sync = (...rows: SyncRow[]): Sync => ({ type: 'sync', rows })
const beat: UnsignedMessage = { type: 'beat', timeUs: 1 }
const request: SeqnoReq = { type: 'seqno-req', origin, epoch: 1, seqno: 1, hopsLeft: 1 }

function inbox(limits: Partial<InboxLimits> = {}, seqnos = new SeqnoVerifier(16)) {
  const made = {
    messages: [] as UnsignedMessage[],
    announcements: [] as VerifiedAnnouncement[],
    errors: [] as string[]
  }
  const all = {
    verificationsMax: 16,
    waitingMax: 16,
    announcementsRate: { burst: 16, perSecond: 0 },
    ...limits
  }
  const announcements = { self: 'self' as PeerId, ttlMaxMs: 60_000, clock: new WallClock() }
  return Object.assign(made, {
    inbox: new Inbox({ seqnos, announcements }, all, {
      onMessage: message => made.messages.push(message),
      onAnnouncement: announcement => made.announcements.push(announcement),
      onError: error => made.errors.push(error.code),
      isNews: () => true
    })
  })
}

describe('An inbox', () => {
  test('hands on in the order sent, behind a SYNC that is being checked all but beats', async () => {
    const made = inbox()
    const [first, second] = [sync(await row(0)), sync(await row(1))]
    for (const message of [request, first, request, second, beat, request]) made.inbox.push(message)
    expect(made.messages).toEqual([request, beat])
    await vi.waitFor(() => expect(made.messages).toHaveLength(6))
    expect(made.messages).toEqual([request, beat, first, request, second, request])
  })

  test('checks a version once, whoever tells of it, and passes on no other signature of it', async () => {
    const seqnos = new SeqnoVerifier(16)
    const made = inbox({}, seqnos)
    const good = await row(0)
    made.inbox.push(sync(good))
    await vi.waitFor(() => expect(made.messages).toHaveLength(1))
    const other = inbox({}, seqnos)
    other.inbox.push(sync({ ...good, metricUs: 7 }))
    expect(other.messages).toHaveLength(1)
    other.inbox.push(sync({ ...good, signature: new Uint8Array(64) }))
    await vi.waitFor(() => expect(other.errors).toEqual(['forged']))
    expect(other.messages).toHaveLength(1)
    // The one that holds is still known.
    made.inbox.push(sync(good))
    expect(made.messages).toHaveLength(2)
  })

  test('lets nothing through behind a signature that does not hold', async () => {
    const made = inbox()
    made.inbox.push(sync(await row(0, { seqno: 3 })))
    made.inbox.push(request)
    await vi.waitFor(() => expect(made.errors).toEqual(['forged']))
    expect(made.messages).toEqual([])
  })

  test('refuses an origin whose id is no key', async () => {
    const made = inbox()
    made.inbox.push(sync(await row(0, { origin: '15R' as PeerId })))
    await vi.waitFor(() => expect(made.errors).toEqual(['forged']))
  })

  test('takes retractions without a signature, and no other rows', async () => {
    const made = inbox()
    const { signature: _, ...unsigned } = await row(0)
    made.inbox.push(sync({ ...unsigned, metricUs: undefined }))
    expect(made.messages).toHaveLength(1)
    expect(() => made.inbox.push(sync(unsigned))).toThrow('without a signature')
  })

  test('refuses more checks, and more messages behind them, than its limits', async () => {
    const made = inbox({ verificationsMax: 2, waitingMax: 3 })
    const rows = await Promise.all([row(0), row(1), row(2)])
    expect(() => made.inbox.push(sync(...rows))).toThrow('over 2 signatures')
    const other = inbox({ waitingMax: 2 })
    other.inbox.push(sync(await row(5)))
    other.inbox.push(request)
    expect(() => other.inbox.push(request)).toThrow('over 2 messages')
  })

  test('refuses more announcements at once than can be checked, and takes as many again once they are', async () => {
    const made = inbox({ verificationsMax: 2 })
    const announcement = await announced(Date.now())
    for (const heard of [2, 4]) {
      for (const _ of [1, 2]) made.inbox.push({ type: 'announce', announcement })
      expect(() => made.inbox.push({ type: 'announce', announcement })).toThrow('over 2 signatures')
      await vi.waitFor(() => expect(made.announcements).toHaveLength(heard))
    }
  })

  test('refuses more announcements that have expired than its limit', async () => {
    const made = inbox({ announcementsRate: { burst: 2, perSecond: 0 } })
    const announcement = await announced(Date.now() - 120_000)
    for (const _ of [1, 2]) made.inbox.push({ type: 'announce', announcement })
    made.inbox.push(sync(await row(0)))
    await vi.waitFor(() => expect(made.messages).toHaveLength(1))
    expect(made.errors).toEqual([])
    made.inbox.push({ type: 'announce', announcement })
    await vi.waitFor(() => expect(made.errors).toEqual(['quota']))
  })

  test('says nothing more once it is closed', async () => {
    const seqnos = new SeqnoVerifier(16)
    const made = inbox({}, seqnos)
    const [checked, forged] = [await row(0), await row(0, { seqno: 3 })]
    made.inbox.push(sync(checked, forged))
    made.inbox.close()
    const other = inbox({}, seqnos)
    other.inbox.push(sync(checked, forged))
    await vi.waitFor(() => expect(other.errors).toEqual(['forged']))
    expect([made.messages, made.errors]).toEqual([[], []])
  })
})

describe('A verifier of seqnos', () => {
  test('forgets the oldest version beyond its limit', async () => {
    const seqnos = new SeqnoVerifier(2)
    const rows = await Promise.all([row(0), row(1), row(2)])
    const check = (of: SyncRow) => seqnos.check(of, of.signature as Uint8Array)
    for (const of of rows) expect(await check(of)).toBe(true)
    expect(rows.map(of => check(of) === true)).toEqual([false, false, false])
  })
})
