/** Control messages as bytes (RFC 2, section "Control messages"). */
import protobuf from 'protobufjs/minimal.js'
import { decodeBounded } from './bounded-reader.ts'
import { Control, type SyncRow as WireSyncRow } from './generated/control.ts'
import {
  channelIdBytes,
  channelIdFrom,
  peerIdBytes,
  peerIdFrom,
  streamIdBytes,
  streamIdFrom
} from './id-bytes.ts'
import {
  agentBytesMax,
  announcementBytesMax,
  controlFrameBytesMax,
  hopsMax,
  signatureBytesLength,
  syncRowsMax,
  trackMax,
  uint32Max
} from './limits.ts'
import type { Message, SubNackReason, SyncRow } from './messages.ts'
import { checkBytes, checkInteger, checkText, encoding, fail } from './ranges.ts'

/**
 * The body of a control frame, without the length before it.
 *
 * @throws TypeError for a value outside its range
 */
export function encodeControl(message: Message): Uint8Array {
  return encoding(() => {
    checkMessage(message)
    return Control.encode(toWire(message), new protobuf.Writer()).finish()
  })
}

/**
 * The message in the body of a control frame; `undefined` for one of a newer version, which is to be ignored.
 * What it returns shares no memory with `bytes`.
 *
 * @throws ProtocolError `malformed` or `too-large`
 */
export function decodeControl(bytes: Uint8Array): Message | undefined {
  const control = decodeBounded('control frame', Control, bytes, controlFrameBytesMax)
  // Before its rows are looked at, and a base58 made of each.
  if (control.sync !== null) checkRowCount(control.sync.rows)
  const message = fromWire(control)
  if (message !== undefined) checkMessage(message)
  return message
}

const reasonNumbers: Record<SubNackReason, number> = { 'no-route': 1, loop: 2, full: 3, unknown: 4 }

function toWire(message: Message): Partial<Control> {
  switch (message.type) {
    case 'hello':
      return { hello: { version: message.version, agent: message.agent } }
    case 'beat':
      return { beat: { timeUs: message.timeUs, echo: message.echo ?? null } }
    case 'announce':
      return { announce: message.announcement }
    case 'sync':
      return { sync: { rows: message.rows.map(rowToWire) } }
    case 'seqno-req': {
      const { origin, epoch, seqno, hopsLeft } = message
      return { seqnoReq: { origin: peerIdBytes(origin), epoch, seqno, hopsLeft } }
    }
    case 'sub': {
      const { channel, publisher, startSeq = null, ...run } = message
      return {
        sub: { ...run, channel: channelIdBytes(channel), publisher: peerIdBytes(publisher), startSeq }
      }
    }
    case 'sub-ok':
      return { subOk: { stream: streamIdBytes(message.stream), hops: message.hops } }
    case 'sub-nack':
      return { subNack: { stream: streamIdBytes(message.stream), reason: reasonNumbers[message.reason] } }
    case 'unsub':
      return { unsub: { stream: streamIdBytes(message.stream) } }
  }
}

function fromWire(control: Control): Message | undefined {
  const { hello, beat, announce, sync, seqnoReq, sub, subOk, subNack, unsub } = control
  if (hello !== null) return { type: 'hello', version: hello.version ?? 0, agent: hello.agent ?? '' }
  if (beat !== null) {
    const echo = beat.echo && { timeUs: beat.echo.timeUs ?? 0, delayUs: beat.echo.delayUs ?? 0 }
    return { type: 'beat', timeUs: beat.timeUs ?? 0, ...(echo && { echo }) }
  }
  if (announce !== null) {
    // Copies: an announcement is kept for minutes, and must not keep the chunk that it came in.
    const body = new Uint8Array(announce.body ?? [])
    return { type: 'announce', announcement: { body, signature: new Uint8Array(announce.signature ?? []) } }
  }
  if (sync !== null) return { type: 'sync', rows: sync.rows.map(rowFromWire) }
  if (seqnoReq !== null) {
    const { origin, epoch, seqno, hopsLeft } = seqnoReq
    return {
      type: 'seqno-req',
      origin: peerIdFrom(origin),
      epoch: epoch ?? 0,
      seqno: seqno ?? 0,
      hopsLeft: hopsLeft ?? 0
    }
  }
  if (sub !== null) {
    const { channel, publisher, epoch, track, startSeq } = sub
    const run = { epoch: epoch ?? 0, track: track ?? 0, ...(startSeq !== null && { startSeq }) }
    return { type: 'sub', channel: channelIdFrom(channel), publisher: peerIdFrom(publisher), ...run }
  }
  if (subOk !== null) return { type: 'sub-ok', stream: streamIdFrom(subOk.stream), hops: subOk.hops ?? 0 }
  if (subNack !== null) {
    return { type: 'sub-nack', stream: streamIdFrom(subNack.stream), reason: reasonFrom(subNack.reason) }
  }
  if (unsub !== null) return { type: 'unsub', stream: streamIdFrom(unsub.stream) }
  return undefined
}

function rowToWire({ origin, epoch, seqno, metricUs, hops }: SyncRow): WireSyncRow {
  return { origin: peerIdBytes(origin), epoch, seqno, metricUs: metricUs ?? null, hops }
}

function rowFromWire({ origin, epoch, seqno, metricUs, hops }: WireSyncRow): SyncRow {
  return {
    origin: peerIdFrom(origin),
    epoch: epoch ?? 0,
    seqno: seqno ?? 0,
    metricUs: metricUs ?? undefined,
    hops: hops ?? 0
  }
}

/** A reason of a newer version says no all the same: `full`, the one that keeps the asker away longest. */
function reasonFrom(number: number | null): SubNackReason {
  const known = Object.entries(reasonNumbers).find(([, value]) => value === number)
  return (known?.[0] as SubNackReason | undefined) ?? 'full'
}

/** The ranges of all fields but the ids, whose bytes are checked where they are converted. */
function checkMessage(message: Message): void {
  switch (message.type) {
    case 'hello':
      checkInteger('version', message.version, uint32Max)
      checkText('agent', message.agent, agentBytesMax)
      break
    case 'beat':
      checkInteger('timeUs', message.timeUs)
      if (message.echo !== undefined) {
        checkInteger('echo.timeUs', message.echo.timeUs)
        checkInteger('echo.delayUs', message.echo.delayUs)
      }
      break
    case 'announce':
      checkBytes('announcement', message.announcement.body, announcementBytesMax)
      checkSignature(message.announcement.signature)
      break
    case 'sync':
      checkRowCount(message.rows)
      message.rows.forEach(checkRow)
      break
    case 'seqno-req':
      checkInteger('epoch', message.epoch)
      checkInteger('seqno', message.seqno)
      checkInteger('hopsLeft', message.hopsLeft, hopsMax)
      break
    case 'sub':
      checkInteger('epoch', message.epoch)
      checkInteger('track', message.track, trackMax)
      if (message.startSeq !== undefined) checkInteger('startSeq', message.startSeq, uint32Max)
      break
    case 'sub-ok':
      checkInteger('hops', message.hops, hopsMax)
      break
    case 'sub-nack':
    case 'unsub':
      break
  }
}

function checkRow({ epoch, seqno, metricUs, hops }: SyncRow): void {
  checkInteger('epoch', epoch)
  checkInteger('seqno', seqno)
  if (metricUs !== undefined) checkInteger('metricUs', metricUs)
  checkInteger('hops', hops, hopsMax)
}

function checkRowCount(rows: readonly unknown[]): void {
  if (rows.length > syncRowsMax) fail('too-large', `SYNC has ${rows.length} rows, more than ${syncRowsMax}`)
}

function checkSignature(signature: Uint8Array): void {
  if (signature.length === signatureBytesLength) return
  fail('malformed', `signature has ${signature.length} bytes, not ${signatureBytesLength}`)
}
