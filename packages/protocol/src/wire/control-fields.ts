/** Each control message: its field in `Control`, its values as protobuf has them, and their ranges. */
import type { PeerId } from '../ids.ts'
import type { Control } from './generated/control.ts'
import {
  channelIdBytes,
  channelIdFrom,
  pathBytes,
  pathFrom,
  peerIdBytes,
  peerIdFrom,
  streamIdBytes,
  streamIdFrom
} from './id-bytes.ts'
import {
  addressBytesMax,
  addressesPerPeerMax,
  agentBytesMax,
  announcementBytesMax,
  digestBuckets,
  hopsMax,
  nackObjectsMax,
  pathNodesMax,
  peersMax,
  redirectMax,
  syncRowsMax,
  trackMax,
  uint32Max
} from './limits.ts'
import type { CloseCode, Message, SubNackReason } from './messages.ts'
import { checkBytes, checkInteger, checkSignature, checkText, fail } from './ranges.ts'
import { checkMetricRow, checkRow, metricRowFromWire, rowFromWire, rowToWire } from './row-fields.ts'

type Kind = Message['type']
type MessageOf<K extends Kind> = Extract<Message, { type: K }>

interface NameOf {
  beat: 'beat'
  sync: 'sync'
  metrics: 'metrics'
  sub: 'sub'
  'sub-ok': 'subOk'
  'sub-nack': 'subNack'
  unsub: 'unsub'
  nack: 'nack'
  have: 'have'
  announce: 'announce'
  'seqno-req': 'seqnoReq'
  digest: 'digest'
  resync: 'resync'
  'route-query': 'routeQuery'
  peers: 'peers'
  move: 'move'
  hello: 'hello'
  close: 'close'
}

export interface FieldsOf<K extends Kind> {
  /** The field of `Control` that holds it. */
  name: NameOf[K]
  toWire: (message: MessageOf<K>) => NonNullable<Control[NameOf[K]]>
  /** Counts are checked before elements are converted. @throws ProtocolError */
  fromWire: (wire: NonNullable<Control[NameOf[K]]>) => MessageOf<K>
  /** The ranges of all fields but ids, whose bytes are checked where they are converted. @throws ProtocolError */
  check: (message: MessageOf<K>) => void
}

const reasons: SubNackReason[] = ['no-route', 'loop', 'full', 'unknown']
const codes: CloseCode[] = [
  'malformed',
  'too-large',
  'unexpected',
  'version',
  'quota',
  'forged',
  'timeout',
  'slow',
  'leaving',
  'surplus'
]

/** The most frequent first: decoding looks at one after the other. */
export const fieldsOf: { [K in Kind]: FieldsOf<K> } = {
  beat: {
    name: 'beat',
    toWire: ({ timeUs, echo = null, full = null }) => ({ timeUs, echo, full }),
    fromWire: ({ timeUs, echo, full }) => ({
      type: 'beat',
      timeUs: timeUs ?? 0,
      ...(echo && { echo: { timeUs: echo.timeUs ?? 0, delayUs: echo.delayUs ?? 0 } }),
      ...(full === true && { full })
    }),
    check: ({ timeUs, echo }) => {
      checkInteger('timeUs', timeUs)
      checkInteger('echo.timeUs', echo?.timeUs ?? 0)
      checkInteger('echo.delayUs', echo?.delayUs ?? 0)
    }
  },
  sync: {
    name: 'sync',
    toWire: ({ rows, bucket = null }) => ({ rows: rows.map(rowToWire), bucket }),
    fromWire: ({ rows, bucket }) => {
      checkCount('SYNC has', rows.length, syncRowsMax, 'rows')
      return { type: 'sync', rows: rows.map(rowFromWire), ...(bucket !== null && { bucket }) }
    },
    check: ({ rows, bucket }) => {
      checkCount('SYNC has', rows.length, syncRowsMax, 'rows')
      rows.forEach(checkRow)
      checkInteger('bucket', bucket ?? 0, digestBuckets - 1)
    }
  },
  metrics: {
    name: 'metrics',
    toWire: ({ rows }) => ({ rows }),
    fromWire: ({ rows }) => {
      checkCount('METRICS has', rows.length, syncRowsMax, 'rows')
      return { type: 'metrics', rows: rows.map(metricRowFromWire) }
    },
    check: ({ rows }) => {
      checkCount('METRICS has', rows.length, syncRowsMax, 'rows')
      rows.forEach(checkMetricRow)
    }
  },
  sub: {
    name: 'sub',
    toWire: ({ channel, publisher, epoch, track, startSeq = null, insist = null, attempt = null }) => {
      const ids = { channel: channelIdBytes(channel), publisher: peerIdBytes(publisher) }
      return { ...ids, epoch, track, startSeq, insist, attempt }
    },
    fromWire: ({ channel, publisher, epoch, track, startSeq, insist, attempt }) => ({
      type: 'sub',
      channel: channelIdFrom(channel),
      publisher: peerIdFrom(publisher),
      epoch: epoch ?? 0,
      track: track ?? 0,
      ...(startSeq !== null && { startSeq }),
      ...(insist === true && { insist }),
      ...(attempt && { attempt })
    }),
    check: ({ epoch, track, startSeq, attempt }) => {
      checkInteger('attempt', attempt ?? 0, uint32Max)
      checkInteger('epoch', epoch)
      checkInteger('track', track, trackMax)
      checkInteger('startSeq', startSeq ?? 0, uint32Max)
    }
  },
  'sub-ok': {
    name: 'subOk',
    toWire: ({ stream, path, rate, attempt = null }) => ({
      stream: streamIdBytes(stream),
      path: pathBytes(path),
      meanKbps: rate?.mean ?? null,
      peakKbps: rate?.peak ?? null,
      attempt
    }),
    fromWire: ({ stream, path, meanKbps, peakKbps, attempt }) => ({
      type: 'sub-ok',
      stream: streamIdFrom(stream),
      path: pathFrom(path),
      ...(meanKbps && { rate: { mean: meanKbps, peak: Math.max(meanKbps, peakKbps ?? 0) } }),
      ...(attempt && { attempt })
    }),
    check: ({ path, rate, attempt }) => {
      checkInteger('attempt', attempt ?? 0, uint32Max)
      if (path.length === 0) fail('malformed', 'path is empty')
      checkCount('path has', path.length, pathNodesMax, 'nodes')
      checkInteger('meanKbps', rate?.mean ?? 0, uint32Max)
      checkInteger('peakKbps', rate?.peak ?? 0, uint32Max)
    }
  },
  'sub-nack': {
    name: 'subNack',
    toWire: ({ stream, reason, redirect = [] }) => {
      const number = reasons.indexOf(reason) + 1
      return { stream: streamIdBytes(stream), reason: number, redirect: redirect.map(peerIdBytes) }
    },
    fromWire: ({ stream, reason, redirect }) => ({
      type: 'sub-nack',
      stream: streamIdFrom(stream),
      // A reason of a newer version says no all the same: `full`, the one that keeps the asker away longest.
      reason: reasons[(reason ?? 0) - 1] ?? 'full',
      ...(redirect.length > 0 && { redirect: peersFrom(redirect) })
    }),
    check: ({ redirect = [] }) => checkRedirect(redirect)
  },
  unsub: {
    name: 'unsub',
    toWire: ({ stream }) => ({ stream: streamIdBytes(stream) }),
    fromWire: ({ stream }) => ({ type: 'unsub', stream: streamIdFrom(stream) }),
    check: () => {}
  },
  nack: {
    name: 'nack',
    toWire: ({ stream, first, last }) => ({ stream: streamIdBytes(stream), first, last }),
    fromWire: ({ stream, first, last }) => {
      return { type: 'nack', stream: streamIdFrom(stream), first: first ?? 0, last: last ?? 0 }
    },
    check: ({ first, last }) => {
      checkInteger('first', first, uint32Max)
      checkInteger('last', last, uint32Max)
      if (last < first) fail('malformed', `NACK ends at ${last}, before its first ${first}`)
      checkCount('NACK asks for', last - first + 1, nackObjectsMax, 'objects')
    }
  },
  have: {
    name: 'have',
    toWire: ({ stream, held }) => {
      return { stream: streamIdBytes(stream), oldest: held?.oldest ?? null, newest: held?.newest ?? null }
    },
    fromWire: ({ stream, oldest, newest }) => {
      const isNone = oldest === null && newest === null
      const held = isNone ? {} : { held: { oldest: oldest ?? 0, newest: newest ?? 0 } }
      return { type: 'have', stream: streamIdFrom(stream), ...held }
    },
    check: ({ held }) => {
      if (held === undefined) return
      checkInteger('oldest', held.oldest, uint32Max)
      checkInteger('newest', held.newest, uint32Max)
      if (held.newest < held.oldest) fail('malformed', `HAVE ends at ${held.newest}, before ${held.oldest}`)
    }
  },
  announce: {
    name: 'announce',
    toWire: ({ announcement }) => announcement,
    // Copies: an announcement is kept for minutes, and must not keep the chunk that it came in.
    fromWire: ({ body, signature }) => ({
      type: 'announce',
      announcement: { body: new Uint8Array(body ?? []), signature: new Uint8Array(signature ?? []) }
    }),
    check: ({ announcement }) => {
      checkBytes('announcement', announcement.body, announcementBytesMax)
      checkSignature(announcement.signature)
    }
  },
  'seqno-req': {
    name: 'seqnoReq',
    toWire: ({ origin, epoch, seqno, hopsLeft }) => ({ origin: peerIdBytes(origin), epoch, seqno, hopsLeft }),
    fromWire: ({ origin, epoch, seqno, hopsLeft }) => ({
      type: 'seqno-req',
      origin: peerIdFrom(origin),
      epoch: epoch ?? 0,
      seqno: seqno ?? 0,
      hopsLeft: hopsLeft ?? 0
    }),
    check: ({ epoch, seqno, hopsLeft }) => {
      checkInteger('epoch', epoch)
      checkInteger('seqno', seqno)
      checkInteger('hopsLeft', hopsLeft, hopsMax)
    }
  },
  digest: {
    name: 'digest',
    toWire: ({ routes, subscriptions }) => {
      return { routes: sumsToWire(routes), subscriptions: sumsToWire(subscriptions) }
    },
    fromWire: ({ routes, subscriptions }) => ({
      type: 'digest',
      routes: sumsFromWire('routes', routes),
      subscriptions: sumsFromWire('subscriptions', subscriptions)
    }),
    check: ({ routes, subscriptions }) => {
      checkSums('routes', routes)
      checkSums('subscriptions', subscriptions)
    }
  },
  resync: {
    name: 'resync',
    toWire: ({ routes, subscriptions }) => ({ routes, subscriptions }),
    fromWire: ({ routes, subscriptions }) => {
      return { type: 'resync', routes: routes ?? 0, subscriptions: subscriptions ?? 0 }
    },
    check: ({ routes, subscriptions }) => {
      checkInteger('routes', routes, 2 ** digestBuckets - 1)
      checkInteger('subscriptions', subscriptions, 2 ** digestBuckets - 1)
    }
  },
  'route-query': {
    name: 'routeQuery',
    toWire: ({ channel, hopsLeft, start = null }) => ({ channel: channelIdBytes(channel), hopsLeft, start }),
    fromWire: ({ channel, hopsLeft, start }) => ({
      type: 'route-query',
      channel: channelIdFrom(channel),
      hopsLeft: hopsLeft ?? 0,
      ...(start === true && { start })
    }),
    check: ({ hopsLeft }) => checkInteger('hopsLeft', hopsLeft, hopsMax)
  },
  peers: {
    name: 'peers',
    toWire: ({ peers }) => ({
      peers: peers.map(({ peer, addresses, server }) => {
        return { peer: peerIdBytes(peer), addresses: [...addresses], server }
      })
    }),
    fromWire: ({ peers }) => {
      checkCount('PEERS has', peers.length, peersMax, 'peers')
      const infos = peers.map(({ peer, addresses, server }) => {
        checkCount('a peer has', addresses.length, addressesPerPeerMax, 'addresses')
        return { peer: peerIdFrom(peer), addresses, server: server ?? false }
      })
      return { type: 'peers', peers: infos }
    },
    check: ({ peers }) => {
      checkCount('PEERS has', peers.length, peersMax, 'peers')
      for (const { addresses } of peers) {
        checkCount('a peer has', addresses.length, addressesPerPeerMax, 'addresses')
        for (const address of addresses) checkText('address', address, addressBytesMax)
      }
    }
  },
  move: {
    name: 'move',
    toWire: ({ withinMs, redirect, stream }) => {
      const of = stream === undefined ? null : streamIdBytes(stream)
      return { withinMs, redirect: redirect.map(peerIdBytes), stream: of }
    },
    fromWire: ({ withinMs, redirect, stream }) => {
      const of = stream === null ? {} : { stream: streamIdFrom(stream) }
      return { type: 'move', ...of, withinMs: withinMs ?? 0, redirect: peersFrom(redirect) }
    },
    check: ({ withinMs, redirect }) => {
      checkInteger('withinMs', withinMs, uint32Max)
      checkRedirect(redirect)
    }
  },
  hello: {
    name: 'hello',
    toWire: ({ version, agent, server }) => ({ version, agent, server }),
    fromWire: ({ version, agent, server }) => {
      return { type: 'hello', version: version ?? 0, agent: agent ?? '', server: server ?? false }
    },
    check: ({ version, agent }) => {
      checkInteger('version', version, uint32Max)
      checkText('agent', agent, agentBytesMax)
    }
  },
  close: {
    name: 'close',
    toWire: ({ code }) => ({ code: code === undefined ? 0 : codes.indexOf(code) + 1 }),
    fromWire: ({ code }) => ({ type: 'close', code: codes[(code ?? 0) - 1] }),
    check: () => {}
  }
}

function peersFrom(ids: readonly Uint8Array[]): PeerId[] {
  checkRedirect(ids)
  return ids.map(peerIdFrom)
}

function checkRedirect(peers: readonly unknown[]): void {
  checkCount('a redirect has', peers.length, redirectMax, 'peers')
}

/** Big-endian words. */
function sumsToWire(sums: readonly number[]): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(4 * digestBuckets))
  for (const [bucket, sum] of sums.entries()) bytes.setUint32(4 * bucket, sum)
  return new Uint8Array(bytes.buffer)
}

function sumsFromWire(name: string, bytes: Uint8Array | null): number[] {
  if (bytes?.length !== 4 * digestBuckets) {
    return fail('malformed', `${name} has ${bytes?.length ?? 0} bytes, not ${4 * digestBuckets}`)
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  return Array.from({ length: digestBuckets }, (_, bucket) => view.getUint32(4 * bucket))
}

function checkSums(name: string, sums: readonly number[]): void {
  if (sums.length !== digestBuckets)
    fail('malformed', `${name} has ${sums.length} sums, not ${digestBuckets}`)
  for (const sum of sums) checkInteger(name, sum, uint32Max)
}

function checkCount(who: string, count: number, max: number, what: string): void {
  if (count > max) fail('too-large', `${who} ${count} ${what}, more than ${max}`)
}
