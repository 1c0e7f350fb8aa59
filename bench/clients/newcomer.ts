/** A neighbour with all that a large network has to tell: the ways to many publishers, each with a channel. */
import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { defaultConfig } from '../../packages/protocol/src/default-config.ts'
import { openChannelId, type PeerId } from '../../packages/protocol/src/ids.ts'
import { signAnnouncement, signSeqno } from '../../packages/protocol/src/libp2p/signing.ts'
import { encodeControl } from '../../packages/protocol/src/wire/control.ts'
import { joinFrames } from '../../packages/protocol/src/wire/framing.ts'
import type { Message, SyncRow } from '../../packages/protocol/src/wire/messages.ts'
import { connectControl } from './least-node.ts'

const { announceTtlMs, syncRowsMax } = defaultConfig

/** Becomes a neighbour of the relay's. What it returns tells all at once, the ways last. */
export async function connectNewcomer(
  { address }: { address: string },
  publishers: number
): Promise<() => void> {
  const frames = joinFrames((await makeMessages(publishers)).map(encodeControl))
  const ignored = { onMessage: () => {}, onAnnounce: () => {}, onObject: () => {} }
  const { control } = await connectControl(address, ignored)
  return () => control.send(frames)
}

async function makeMessages(publishers: number): Promise<Message[]> {
  const messages: Message[] = []
  const rows: SyncRow[] = []
  const epoch = Date.now()
  for (let i = 0; i < publishers; i++) {
    const key = await generateKeyPair('Ed25519')
    const publisher = peerIdFromPrivateKey(key).toString() as PeerId
    const name = `far-${i}`
    const of = { publisher, channel: openChannelId(name), name, epoch, seqno: 1 }
    const draft = { ...of, ended: false, catalog: new Uint8Array(), ttlMs: announceTtlMs }
    messages.push({ type: 'announce', announcement: (await signAnnouncement(key, draft, epoch)).signed })
    const signature = await signSeqno(key, { epoch, seqno: 0 })
    rows.push({ origin: publisher, epoch, seqno: 0, metricUs: 5_000, hops: 3, number: i + 1, signature })
  }
  for (let start = 0; start < rows.length; start += syncRowsMax) {
    messages.push({ type: 'sync', rows: rows.slice(start, start + syncRowsMax) })
  }
  return messages
}
