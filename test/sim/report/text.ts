/** A result for a terminal. */
import type { Result, Target } from '../result.ts'
import { round, type Scenario } from '../scenarios/scenario.ts'

export function textOf(scenario: Scenario, result: Result): string {
  const { nodes, servers, seconds, seed, targets } = result
  const world = `${nodes} nodes${servers > 0 ? ` and ${servers} servers` : ''}, ${seconds} s, seed ${seed}`
  const lines = [`${scenario.name}: ${scenario.about}`, world, '', ...figureLines(result)]
  if (result.breaks.length > 0)
    lines.push('', 'Broken invariants:', ...result.breaks.map(text => `  ${text}`))
  if (result.growth) lines.push('', ...growthLines(result))
  lines.push('', 'Targets:', targetLines(targets))
  const { wallSeconds, cpuSeconds, peakRssMb, steps, traceHash } = result
  const cost = `${round(wallSeconds)} s of wall time, ${round(cpuSeconds)} s of CPU, ${Math.round(peakRssMb)} MB`
  return [...lines, '', `${(steps / 1e6).toFixed(2)} million steps in ${cost}; trace ${traceHash}`].join('\n')
}

export function targetLines(targets: readonly Target[]): string {
  const width = Math.max(...targets.map(({ figure }) => figure.length))
  const lines = targets.map(({ figure, target, reached, holds }) => {
    return `  ${holds ? 'ok    ' : 'MISSED'} ${figure.padEnd(width)}  ${reached}  (${target})`
  })
  return lines.join('\n')
}

/** Name and value of every figure, for people. */
export function figuresOf(result: Result): [string, string][] {
  const { delay, stretch, costStretch, control, join, failure, handover, depth } = result
  const delivered = `${result.delivered} of ${result.expected}`
  return [
    [
      'objects delivered',
      `${delivered}; ${handover.duplicates} twice, ${result.dropped} dropped by uplinks; ${result.unfed} listeners never had one`
    ],
    ['delivery delay', `p50 ${delayText(delay.p50Ms)}, p99 ${delayText(delay.p99Ms)}`],
    [
      'delay stretch',
      `p50 ${number(stretch.p50)}, p99 ${number(stretch.p99)}, ${stretch.quietMs / 1_000} s after the last change`
    ],
    ['cost stretch of routes', `p50 ${number(costStretch.p50)}, p99 ${number(costStretch.p99)}`],
    ['copies per delivery', number(result.copiesPerDelivery)],
    [
      'control, per neighbour',
      `${number(control.bytesPerSecPerNeighbour)} B/s: beats ${number(control.beats)}, rest ${number(control.rest)}`
    ],
    [
      'control, of media',
      `${percent(control.shareOfMedia)}; on links with media ${percent(control.shareOnMediaLinks)}`
    ],
    ['control, per node', `${number(control.bytesPerNodePerSec)} B/s`],
    [
      'join',
      `${join.count}: p50 ${ms(join.p50Ms)}, p95 ${ms(join.p95Ms)}, p95 ${number(join.p95RoundTrips)} path round trips`
    ],
    ...(failure.count === 0 ? [] : ([['gap after a failure', gaps(failure)]] as [string, string][])),
    ['lost with a 500 ms buffer', `${number(failure.lostPercent)} %`],
    ['depth', `p95 ${number(depth.p95)}, max ${number(depth.max)}`],
    ["servers' share of media sent", percent(result.relayEgressShare)],
    ['parent switches', `${number(result.parentSwitchesPerNodePerMinute)} per node and minute`],
    ['loops, broken invariants', `${result.loops}, ${result.invariantBreaks}`]
  ]
}

function figureLines(result: Result): string[] {
  return figuresOf(result).map(([name, value]) => `  ${name.padEnd(29)} ${value}`)
}

function growthLines({ growth = [] }: Result): string[] {
  const rows = growth.map(
    ({ nodes, controlBytesPerNodePerSec, joinP50Ms, joinP95Ms, depthP95, depthMax }) => {
      const join = `join p50 ${ms(joinP50Ms)}, p95 ${ms(joinP95Ms)}`
      return `  ${String(nodes).padStart(6)}  control ${number(controlBytesPerNodePerSec)} B/s per node, ${join}, depth p95 ${depthP95}, max ${depthMax}`
    }
  )
  return ['Growth:', ...rows]
}

function gaps({ count, p50Ms, p99Ms, max, lostPercentOfAffected }: Result['failure']): string {
  const lost = `; of those affected ${number(lostPercentOfAffected)} % of objects lost`
  return `${count}: p50 ${ms(p50Ms)}, p99 ${ms(p99Ms)}, max ${ms(max)}${lost}`
}

function delayText(value: number | null): string {
  return value === null ? 'never' : ms(value)
}

function ms(value: number | null): string {
  return value === null ? '–' : `${round(value)} ms`
}

function number(value: number | null): string {
  return value === null ? '–' : String(round(value))
}

function percent(share: number): string {
  return `${round(100 * share)} %`
}
