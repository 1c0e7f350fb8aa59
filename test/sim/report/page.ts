/** The report as one page: no scripts, nothing to fetch. */
import { readFileSync } from 'node:fs'
import { gossipsub as gossipsubParameters } from '../gossipsub/parameters.ts'
import type { Played } from '../play.ts'
import type { Result, Target } from '../result.ts'
import type { Scenario } from '../scenarios/scenario.ts'
import { barChart, lineChart } from './charts.ts'
import { comparison } from './comparison.ts'
import { growthCharts } from './growth-charts.ts'
import { escaped } from './svg.ts'
import { figuresOf } from './text.ts'
import { treeFigure } from './tree.ts'

/** @param other the same with gossipsub */
export function pageOf(scenario: Scenario, played: Played, other?: Result): string {
  const { result, sim } = played
  const charts = [
    delayChart(played),
    ...timeCharts(played),
    ...growthCharts(result.growth ?? []).map(({ chart }) => lineChart(chart))
  ]
  const tree = treeFigure(sim)
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>hopcast simulation: ${escaped(scenario.name)}</title>
<style>${readFileSync(new URL('page.css', import.meta.url), 'utf8')}</style>
<main>
<h1>${escaped(scenario.name)}</h1>
<p>${escaped(scenario.about)}</p>
<p class="world">${escaped(worldOf(result))}</p>
${targetsTable(result.targets)}
${breaksList(result)}
${tree ?? ''}
<div class="charts">${charts.join('\n')}</div>
${other === undefined ? '' : comparisonTable(result, other)}
<h2>All figures</h2>
${table(figuresOf(result))}
<h2>The same run again</h2>
<pre>npm run --silent sim -- --scenario ${escaped(scenario.name)} --nodes ${result.nodes} --seconds ${result.seconds} --seed ${result.seed}</pre>
<p>Trace ${result.traceHash}. ${(result.steps / 1e6).toFixed(2)} million steps, ${result.wallSeconds.toFixed(1)} s.</p>
</main>
</html>
`
}

function worldOf({ nodes, servers, seconds, seed }: Result): string {
  const with_ = servers > 0 ? ` and ${servers} servers` : ''
  return `${nodes} nodes${with_}, ${seconds} seconds of virtual time, seed ${seed}`
}

function targetsTable(targets: readonly Target[]): string {
  const rows = targets.map(({ figure, target, reached, holds }) => {
    const verdict = holds ? '<span class="ok">✓ holds</span>' : '<span class="missed">✗ missed</span>'
    return `<tr><td>${escaped(figure)}<td class="number">${escaped(reached)}<td class="number">${escaped(target)}<td>${verdict}`
  })
  const missed = targets.filter(target => !target.holds).length
  const summary = missed === 0 ? 'All targets hold' : `${missed} of ${targets.length} targets missed`
  return `<h2>${summary}</h2>
<table><tr><th>figure<th>reached<th>target<th>${rows.join('\n')}</table>`
}

function breaksList({ breaks }: Result): string {
  if (breaks.length === 0) return ''
  return `<h2>Broken invariants</h2><ul>${breaks.map(text => `<li>${escaped(text)}`).join('')}</ul>`
}

function table(rows: readonly (readonly [string, string])[]): string {
  return `<table>${rows.map(([name, value]) => `<tr><td>${escaped(name)}<td>${escaped(value)}`).join('\n')}</table>`
}

function comparisonTable(result: Result, other: Result): string {
  const rows = comparison(result, other).map(({ figure, hopcast, gossipsub }) => {
    return `<tr><td>${escaped(figure)}<td class="number">${escaped(hopcast)}<td class="number">${escaped(gossipsub)}`
  })
  const parameters = Object.entries(gossipsubParameters).map(([name, value]) => `${name} ${value}`)
  return `<h2>Beside gossipsub v1.1</h2>
<table><tr><th>figure<th>hopcast<th>gossipsub${rows.join('\n')}</table>
<p class="world">A model with the defaults of js-libp2p: ${escaped(parameters.join(', '))}.</p>`
}

const bins = 60

function delayChart({ meter, result }: Played): string {
  const { p50Ms, p99Ms } = result.delay
  const to = Math.min(meter.delays.max, 1.6 * (meter.delays.quantile(0.99) ?? 1)) || 1
  const marks = [['p50', p50Ms] as const, ['p99', p99Ms] as const].flatMap(([name, x]) =>
    x === null ? [] : [{ x, text: `${name} ${Math.round(x)} ms` }]
  )
  const bars = meter.delays.bins(bins, to)
  return barChart({
    title: 'Delay of deliveries (last bar: later ones)',
    x: 'ms',
    y: 'objects',
    bars,
    to,
    marks
  })
}

function timeCharts({ meter }: Played): string[] {
  const start = (meter.startedAt ?? 0) / 1_000
  const mark = { x: start, text: 'measured from here' }
  const over = (of: (second: (typeof meter.seconds)[number]) => number) =>
    meter.seconds.map(second => [second.at / 1_000, of(second)] as const)
  return [
    lineChart({
      title: 'Delay over time',
      x: 's',
      y: 'ms',
      lines: [
        { name: 'median', style: 'a', points: over(second => second.delayP50Ms) },
        { name: 'p99', style: 'b', points: over(second => second.delayP99Ms) }
      ],
      mark
    }),
    lineChart({
      title: 'Objects per second',
      x: 's',
      y: 'objects/s',
      lines: [
        { name: 'copies sent', style: 'b', points: over(second => second.copies) },
        { name: 'delivered', style: 'a', points: over(second => second.delivered) }
      ],
      mark
    }),
    lineChart({
      title: 'Listeners without an object for half a second',
      x: 's',
      y: 'listeners',
      lines: [{ name: 'starving', style: 'b', points: over(second => second.starving) }],
      mark
    }),
    lineChart({
      title: 'Control traffic of all nodes',
      x: 's',
      y: 'bytes/s',
      lines: [{ name: 'control', style: 'a', points: over(second => second.controlBytes) }],
      mark
    })
  ]
}
