/** Both protocols on the same underlay with the same workload: the figures that mean the same for both. */
import type { Result } from '../result.ts'
import { round } from '../scenarios/scenario.ts'

interface Row {
  figure: string
  hopcast: string
  gossipsub: string
}

export function comparison(hopcast: Result, gossipsub: Result): Row[] {
  const row = (figure: string, of: (result: Result) => number | null, unit = ''): Row => {
    const text = (result: Result) => {
      const value = of(result)
      return value === null ? '–' : `${round(value)}${unit}`
    }
    return { figure, hopcast: text(hopcast), gossipsub: text(gossipsub) }
  }
  const failures: Row[] = [
    row('gap after a crash, median', ({ failure }) => failure.p50Ms, ' ms'),
    row('gap after a crash, p99', ({ failure }) => failure.p99Ms, ' ms'),
    row('gap after a crash, max', ({ failure }) => failure.max, ' ms')
  ]
  return [
    row('copies per delivery', result => result.copiesPerDelivery),
    row('media sent per node', result => result.mediaBytesPerNodePerSec / 1_000, ' kB/s'),
    row('control sent per node', ({ control }) => control.bytesPerNodePerSec / 1_000, ' kB/s'),
    row('delivery delay, median', ({ delay }) => delay.p50Ms, ' ms'),
    row('delivery delay, p99', ({ delay }) => delay.p99Ms, ' ms'),
    row('delay stretch, median', ({ stretch }) => stretch.p50),
    row('delay stretch, p99', ({ stretch }) => stretch.p99),
    row('join, median', ({ join }) => join.p50Ms, ' ms'),
    row('join, p95', ({ join }) => join.p95Ms, ' ms'),
    ...(hopcast.failure.count > 0 ? failures : []),
    row('objects lost', ({ handover }) => handover.lost),
    row('lost with a buffer of 500 ms', ({ failure }) => failure.lostPercent, ' %'),
    row('dropped by uplinks', ({ dropped }) => dropped)
  ]
}

export function comparisonLines(rows: readonly Row[]): string {
  const all = [{ figure: '', hopcast: 'hopcast', gossipsub: 'gossipsub' }, ...rows]
  const width = (of: (row: Row) => string) => Math.max(...all.map(row => of(row).length))
  const widths = [width(row => row.figure), width(row => row.hopcast), width(row => row.gossipsub)] as const
  return all
    .map(({ figure, hopcast, gossipsub }) => {
      const cells = `${hopcast.padStart(widths[1])}  ${gossipsub.padStart(widths[2])}`
      return `  ${figure.padEnd(widths[0])}  ${cells}`
    })
    .join('\n')
}
