import { setImmediate } from 'node:timers/promises'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { describe, expect, test, vi } from 'vitest'
import type { VerifiedAnnouncement } from '../channels.ts'
import { openChannelId, type PeerId } from '../ids.ts'
import { encodeControl } from '../wire/control.ts'
import type {
  Message,
  SeqnoReq,
  SignedAnnouncement,
  Sync,
  SyncRow,
  UnsignedMessage
} from '../wire/messages.ts'
import { BackgroundWork } from './background-work.ts'
import { Inbox, type InboxLimits } from './inbox.ts'
import { signAnnouncement, signSeqno } from './signing.ts'
import { SeqnoVerifier } from './verifying.ts'
import { WallClock } from './wall-clock.ts'

const key = await generateKeyPair('Ed25519')
const origin = peerIdFromPrivateKey(key).toString() as PeerId

async function row(seqno: number, over: Partial<SyncRow> = {}): Promise<SyncRow> {
  const signature = Uint8Array.from(await signSeqno(key, { epoch: 1, seqno }))
  return { origin, epoch: 1, seqno, metricUs: 5, hops: 1, signature, ...over }
}

/** Valid for a minute from `wallNow` on. */
async function announced(wallNow: number): Promise<SignedAnnouncement> {
  const ids = { publisher: origin, channel: openChannelId('news'), name: 'news' }
  const draft = { ...ids, epoch: 1, seqno: 0, ended: false, catalog: new Uint8Array(), ttlMs: 60_000 }
  return (await signAnnouncement(key, draft, wallNow)).signed
}

const sync = (...rows: SyncRow[]): Sync => ({ type: 'sync', rows })
const hello: UnsignedMessage = { type: 'hello', version: 1, agent: '', server: false }
const beat: UnsignedMessage = { type: 'beat', timeUs: 1 }
const request: SeqnoReq = { type: 'seqno-req', origin, epoch: 1, seqno: 1, hopsLeft: 1 }

/** Each piece of work takes all of a turn. */
function slow(): BackgroundWork {
  let ms = 0
  return new BackgroundWork(() => ms++)
}

function inbox(
  limits: Partial<InboxLimits> = {},
  { seqnos = new SeqnoVerifier(16), work = new BackgroundWork(), first = [hello] } = {}
) {
  const made = {
    messages: [] as UnsignedMessage[],
    announcements: [] as VerifiedAnnouncement[],
    errors: [] as string[]
  }
  const all = {
    verificationsMax: 16,
    waitingMax: 16,
    bytesMax: 65_536,
    announcementsRate: { burst: 16, perSecond: 0 },
    ...limits
  }
  const announcements = { self: 'self' as PeerId, ttlMaxMs: 60_000, clock: new WallClock() }
  const inbox = new Inbox({ seqnos, announcements, work }, all, {
    onMessage: message => made.messages.push(message),
    onAnnouncement: announcement => made.announcements.push(announcement),
    onError: error => made.errors.push(error.code),
    isNews: () => true
  })
  const push = (message: Message) => inbox.push(encodeControl(message))
  for (const message of first) push(message)
  made.messages.length = 0
  return Object.assign(made, { inbox, push })
}

describe('An inbox', () => {
  test('hands on in the order sent, behind a SYNC that is being checked all but beats', async () => {
    const made = inbox()
    const [first, second] = [sync(await row(0)), sync(await row(1))]
    for (const message of [request, first, request, second, beat, request]) made.push(message)
    expect(made.messages).toEqual([request, beat])
    await vi.waitFor(() => expect(made.messages).toHaveLength(6))
    expect(made.messages).toEqual([request, beat, first, request, second, request])
  })

  test('reads what is much a little in each turn of the event loop, and a beat meanwhile', async () => {
    const many = 300
    const made = inbox({ verificationsMax: many, bytesMax: 2 ** 20 })
    const announcement = await announced(Date.now())
    for (let i = 0; i < many; i++) made.push({ type: 'announce', announcement })
    made.push(beat)
    expect([made.messages, made.announcements]).toEqual([[beat], []])
    let turns = 0
    for (; made.announcements.length < many; turns++) await setImmediate()
    // Each takes a twentieth of a millisecond at the very least.
    expect(turns).toBeGreaterThan(10)
  })

  test('checks a version once, whoever tells of it, and passes on no other signature of it', async () => {
    const seqnos = new SeqnoVerifier(16)
    const made = inbox({}, { seqnos })
    const good = await row(0)
    made.push(sync(good))
    await vi.waitFor(() => expect(made.messages).toHaveLength(1))
    const other = inbox({}, { seqnos })
    const isKnown = () => seqnos.known(good, good.signature as Uint8Array)
    expect(isKnown()).toBe(true)
    other.push(sync({ ...good, metricUs: 7 }))
    other.push(sync({ ...good, signature: new Uint8Array(64) }))
    await vi.waitFor(() => expect(other.errors).toEqual(['forged']))
    expect(other.messages).toHaveLength(1)
    // The one that holds is still known.
    expect(isKnown()).toBe(true)
  })

  test('lets nothing through behind a signature that does not hold', async () => {
    const made = inbox()
    made.push(sync(await row(0, { seqno: 3 })))
    made.push(request)
    await vi.waitFor(() => expect(made.errors).toEqual(['forged']))
    expect(made.messages).toEqual([])
  })

  test('refuses an origin whose id is no key', async () => {
    const made = inbox()
    made.push(sync(await row(0, { origin: '15R' as PeerId })))
    await vi.waitFor(() => expect(made.errors).toEqual(['forged']))
  })

  test('takes retractions without a signature, and no other rows', async () => {
    const made = inbox()
    const { signature: _, ...unsigned } = await row(0)
    made.push(sync({ ...unsigned, metricUs: undefined }))
    await vi.waitFor(() => expect(made.messages).toHaveLength(1))
    made.push(sync(unsigned))
    await vi.waitFor(() => expect(made.errors).toEqual(['malformed']))
  })

  test('refuses more checks, and more messages behind them, than its limits', async () => {
    const made = inbox({ verificationsMax: 2, waitingMax: 3 })
    const rows = await Promise.all([row(0), row(1), row(2)])
    made.push(sync(...rows))
    await vi.waitFor(() => expect(made.errors).toEqual(['quota']))
    const other = inbox({ waitingMax: 2 })
    other.push(sync(await row(5)))
    other.push(request)
    expect(() => other.push(request)).toThrow('over 2 messages')
  })

  test('refuses more that it has not read than its limit, and takes as much again once it has', async () => {
    const message: Message = { type: 'announce', announcement: await announced(Date.now()) }
    const made = inbox({ bytesMax: encodeControl(message).length * 2 }, { work: slow() })
    for (const heard of [3, 6]) {
      for (const _ of ['at once', 'later', 'later']) made.push(message)
      expect(() => made.push(message)).toThrow(/over \d+ bytes/)
      await vi.waitFor(() => expect(made.announcements).toHaveLength(heard))
    }
  })

  test('counts what waits for a SYNC, read or not, until it is handed on', async () => {
    const [first, second] = [sync(await row(0)), sync({ ...(await row(1)), metricUs: undefined })]
    const size = (of: Message) => encodeControl(of).length
    const made = inbox({ bytesMax: size(first) + size(second) + size(request) }, { work: slow() })
    for (const message of [first, second, request]) made.push(message)
    expect(() => made.push(request)).toThrow(/over \d+ bytes/)
    await vi.waitFor(() => expect(made.messages).toEqual([first, second, request]))
  })

  test('takes the message that counts of a frame that begins with another, or in an unusual way', async () => {
    const frame = (...messages: Message[]) => Uint8Array.from(messages.flatMap(of => [...encodeControl(of)]))
    const announce: Message = { type: 'announce', announcement: await announced(Date.now()) }
    const made = inbox()
    made.inbox.push(frame(announce, sync()))
    made.inbox.push(frame(hello, sync()))
    const [tag, ...rest] = encodeControl(announce)
    made.inbox.push(new Uint8Array([(tag as number) | 128, 128, 0, ...rest]))
    await vi.waitFor(() => expect(made.announcements).toHaveLength(1))
    expect(made.messages).toEqual([sync(), sync()])
  })

  test('refuses what it has to read before HELLO', () => {
    const made = inbox({}, { first: [] })
    expect(() => made.push(sync())).toThrow('sync before HELLO')
  })

  test('hands on CLOSE past what waits', async () => {
    const made = inbox()
    made.push(sync(await row(0)))
    const close: Message = { type: 'close', code: 'leaving' }
    made.push(request)
    made.push(close)
    expect(made.messages).toEqual([close])
  })

  test('refuses more announcements at once than can be checked, and takes as many again once they are', async () => {
    const made = inbox({ verificationsMax: 2 })
    const announcement = await announced(Date.now())
    for (const heard of [2, 4]) {
      for (const _ of [1, 2]) made.push({ type: 'announce', announcement })
      expect(() => made.push({ type: 'announce', announcement })).toThrow('over 2 signatures')
      await vi.waitFor(() => expect(made.announcements).toHaveLength(heard))
    }
  })

  test('refuses more announcements that have expired than its limit', async () => {
    const made = inbox({ announcementsRate: { burst: 2, perSecond: 0 } })
    const announcement = await announced(Date.now() - 120_000)
    for (const _ of [1, 2]) made.push({ type: 'announce', announcement })
    made.push(sync(await row(0)))
    await vi.waitFor(() => expect(made.messages).toHaveLength(1))
    expect(made.errors).toEqual([])
    made.push({ type: 'announce', announcement })
    await vi.waitFor(() => expect(made.errors).toEqual(['quota']))
  })

  test('says nothing more once it is closed', async () => {
    const seqnos = new SeqnoVerifier(16)
    const made = inbox({}, { seqnos })
    const [checked, forged] = [await row(0), await row(0, { seqno: 3 })]
    made.push(sync(checked, forged))
    made.inbox.close()
    const other = inbox({}, { seqnos })
    other.push(sync(checked, forged))
    await vi.waitFor(() => expect(other.errors).toEqual(['forged']))
    expect([made.messages, made.errors]).toEqual([[], []])
  })
})

describe('A verifier of seqnos', () => {
  test('forgets the oldest version beyond its limit', async () => {
    const seqnos = new SeqnoVerifier(2)
    const rows = await Promise.all([row(0), row(1), row(2)])
    const verify = (of: SyncRow) => seqnos.verify(of, of.signature as Uint8Array)
    for (const of of rows) expect(await verify(of)).toBe(true)
    expect(rows.map(of => seqnos.known(of, of.signature as Uint8Array))).toEqual([undefined, true, true])
  })
})
