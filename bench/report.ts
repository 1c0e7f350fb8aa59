/** What a run says: a table for people, one object for programs. */
import { availableParallelism, cpus } from 'node:os'
import type { Goal, Row } from './benchmark.ts'
import { congestionControl } from './congestion-control.ts'
import type { Layer } from './profile/layers.ts'

/** One JSON object. What could not be measured is null. */
export function json(rows: readonly Row[]): string {
  const machine = {
    cpu: cpus()[0]?.model ?? 'unknown',
    processors: availableParallelism(),
    node: process.version,
    congestionControl: congestionControl()
  }
  return JSON.stringify({ machine, rows }, (_, value) => (value === undefined ? null : value))
}

const head = [
  'benchmark',
  'figure',
  'peer',
  'ours',
  'theirs',
  'unit',
  'ratio',
  'spread',
  'goal',
  'limit',
  'runs'
]
/** Layers of less are not shown. */
const layerShareMin = 0.002
/** The others are words. */
const numeric = new Set(['ours', 'theirs', 'ratio', 'runs'])

/** A row each, and below what is to be said of some. */
export function table(rows: readonly Row[]): string {
  const cells = [head, ...rows.map(cellsOf)]
  const widths = head.map((_, column) => Math.max(...cells.map(row => (row[column] ?? '').length)))
  const lines = cells.map(row => {
    const padded = row.map((cell, i) => {
      const width = widths[i] ?? 0
      return numeric.has(head[i] ?? '') ? cell.padStart(width) : cell.padEnd(width)
    })
    return padded.join('  ').trimEnd()
  })
  const notes = new Set(rows.flatMap(({ name, note }) => (note === undefined ? [] : [`${name}: ${note}`])))
  return [...lines, ...(notes.size > 0 ? ['', ...notes] : [])].join('\n')
}

function cellsOf({ name, figure, peer, ours, theirs, unit, ratio, runs, ...rest }: Row): string[] {
  const { spread, goal, limit } = rest
  return [
    name,
    figure,
    peer,
    number(ours),
    number(theirs),
    unit,
    number(ratio),
    spread === undefined ? '' : spread.map(number).join(' to '),
    goal === undefined ? '' : goalText(goal, ratio),
    limit === undefined ? '' : limitText(limit.ours.by, limit.theirs.by),
    String(runs)
  ]
}

/** Whether a ratio is as it should be. */
export function isMet(goal: Goal, ratio: number): boolean {
  return 'atMost' in goal ? ratio <= goal.atMost : ratio >= goal.atLeast
}

function goalText(goal: Goal, ratio: number | undefined): string {
  const text = 'atMost' in goal ? `≤ ${number(goal.atMost)}` : `≥ ${number(goal.atLeast)}`
  if (ratio === undefined) return text
  return `${text} ${isMet(goal, ratio) ? 'met' : 'missed'}`
}

function limitText(ours: string, theirs: string): string {
  return ours === theirs ? ours : `${ours}, ${theirs}`
}

/**
 * What a delivery costs in each layer.
 *
 * @param us that it costs in all
 */
export function layerTable(layers: readonly Layer[], us: number): string {
  const total = layers.reduce((sum, layer) => sum + layer.us, 0)
  return layers
    .filter(layer => layer.us >= layerShareMin * total)
    .map(layer => {
      const share = layer.us / total
      const columns = [`${(100 * share).toFixed(1)} %`, `${number(share * us)} µs`]
      return `${columns.map(column => column.padStart(10)).join('')}  ${layer.layer}`
    })
    .join('\n')
}

/** Three digits that say something. */
function number(value: number | undefined): string {
  if (value === undefined) return '–'
  if (value >= 1_000) return Math.round(value).toLocaleString('en-US')
  return value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3)
}
