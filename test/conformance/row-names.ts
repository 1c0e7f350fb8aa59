/** What a node has told of ways: whole rows in SYNC, and by their numbers in METRICS. */
import type { PeerId } from '@hopcast/protocol'
import type { Message, MetricRow, SyncRow } from '../../packages/protocol/src/wire/messages.ts'

export function rowsOf(message: Message): (SyncRow | MetricRow)[] {
  return message.type === 'sync' || message.type === 'metrics' ? message.rows : []
}

/** Follows what one node tells: its numbers stand for the origins of its whole rows. */
export class RowNames {
  readonly #origins = new Map<number, PeerId>()

  originOf(row: SyncRow | MetricRow): PeerId {
    if (!('origin' in row)) return this.#origins.get(row.number) as PeerId
    if (row.number !== undefined) this.#origins.set(row.number, row.origin)
    return row.origin
  }
}

/** The metric of `origin` by what one node has told, in order; undefined if it has no way. */
export function metricTold(messages: Iterable<Message>, origin: PeerId): number | undefined {
  const names = new RowNames()
  let metricUs: number | undefined
  for (const message of messages) {
    for (const row of rowsOf(message)) if (names.originOf(row) === origin) metricUs = row.metricUs
  }
  return metricUs
}
