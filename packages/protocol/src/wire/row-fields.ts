/** The rows of SYNC and METRICS, between the core's form and that of the generated codec. */
import type { Control } from './generated/control.ts'
import { peerIdBytes, peerIdFrom } from './id-bytes.ts'
import { hopsMax } from './limits.ts'
import type { MetricRow, SyncRow } from './messages.ts'
import { checkInteger, checkSignature } from './ranges.ts'

type WireRow = NonNullable<Control['sync']>['rows'][number]

export function rowToWire(row: SyncRow): WireRow {
  const { epoch, seqno, metricUs = null, hops, signature = null, number = null } = row
  return { origin: peerIdBytes(row.origin), epoch, seqno, metricUs, hops, signature, number }
}

export function rowFromWire({ origin, epoch, seqno, metricUs, hops, signature, number }: WireRow): SyncRow {
  return {
    origin: peerIdFrom(origin),
    epoch: epoch ?? 0,
    seqno: seqno ?? 0,
    metricUs: metricUs ?? undefined,
    hops: hops ?? 0,
    // A copy: rows are kept, and must not keep the chunk that they came in.
    ...(signature !== null && signature.length > 0 && { signature: new Uint8Array(signature) }),
    ...(number !== null && number !== 0 && { number })
  }
}

export function checkRow({ epoch, seqno, metricUs, hops, signature, number }: SyncRow): void {
  checkInteger('epoch', epoch)
  checkInteger('seqno', seqno)
  checkInteger('metricUs', metricUs ?? 0)
  checkInteger('hops', hops, hopsMax)
  if (signature !== undefined) checkSignature(signature)
  checkInteger('number', number ?? 0)
}

type WireMetricRow = NonNullable<Control['metrics']>['rows'][number]

export function metricRowFromWire({ number, seqno, metricUs, hops }: WireMetricRow): MetricRow {
  return { number: number ?? 0, seqno: seqno ?? 0, metricUs: metricUs ?? 0, hops: hops ?? 0 }
}

export function checkMetricRow({ number, seqno, metricUs, hops }: MetricRow): void {
  checkInteger('number', number)
  checkInteger('seqno', seqno)
  checkInteger('metricUs', metricUs)
  checkInteger('hops', hops, hopsMax)
}
