/** What docs/simulation.md says of one scenario. */
import type { GrowthStep, Result } from '../result.ts'
import { round, type Scenario, worstOf } from '../scenarios/scenario.ts'
import { comparison } from './comparison.ts'
import { growthCharts } from './growth-charts.ts'

interface Origin {
  date: string
  /** The commit that was run. */
  revision: string
}

export function section(scenario: Scenario, runs: readonly Result[], { date, revision }: Origin): string {
  const { name, about, nodes, seconds } = scenario
  const seeds = runs.map(({ seed }) => seed).toSorted((a, b) => a - b)
  const rows = worstOf(runs.map(({ targets }) => targets)).map(
    ({ figure, target, reached, holds }) =>
      `| ${figure} | ${target} | ${reached} | ${holds ? 'holds' : '**missed**'} |`
  )
  const most = (of: (result: Result) => number) => round(Math.max(...runs.map(of)))
  const cost = `${most(run => run.wallSeconds)} s of wall time, ${most(run => run.cpuSeconds)} s of CPU, ${most(run => run.peakRssMb)} MB`
  return [
    `### ${name}`,
    '',
    `${about} ${nodes} nodes, ${seconds} s.`,
    '',
    '| figure | target | worst | |',
    '|---|---|---|---|',
    ...rows,
    '',
    ...growthTable(runs),
    ...comparisonTable(runs),
    `${date}, commit ${revision}, seeds ${seeds.join(', ')}; a run took at most ${cost}.`,
    `\`npm run --silent sim -- --scenario ${name} --seeds ${seeds.join(',')}\``
  ].join('\n')
}

function growthTable(runs: readonly Result[]): string[] {
  const sizes = runs[0]?.growth ?? []
  if (sizes.length === 0) return []
  const rows = sizes.map(({ nodes }, i) => {
    const most = (of: (step: GrowthStep) => number | null) =>
      round(Math.max(...runs.map(run => (run.growth?.[i] && of(run.growth[i])) ?? 0)))
    const join = `${most(step => step.joinP50Ms)} ms | ${most(step => step.joinP95Ms)} ms`
    return `| ${nodes} | ${most(step => step.controlBytesPerNodePerSec)} B/s | ${join} | ${most(step => step.depthP95)} | ${most(step => step.depthMax)} |`
  })
  return [
    '| nodes | control per node | join, median | join, p95 | depth, p95 | depth, max |',
    '|---|---|---|---|---|---|',
    ...rows,
    '',
    '![How control traffic, depth and join time grow with the number of nodes](simulation-growth.svg)',
    ''
  ]
}

function comparisonTable(runs: readonly Result[]): string[] {
  const run = runs.find(({ gossipsub }) => gossipsub !== undefined)
  if (run?.gossipsub === undefined) return []
  const rows = comparison(run, run.gossipsub)
  return [
    `Beside gossipsub, seed ${run.seed}:`,
    '',
    '| figure | hopcast | gossipsub |',
    '|---|---|---|',
    ...rows.map(({ figure, hopcast, gossipsub }) => `| ${figure} | ${hopcast} | ${gossipsub} |`),
    ''
  ]
}

/** Both charts as a file of their own, one below the other. */
export function growthDrawing(steps: readonly GrowthStep[]): string {
  const charts = growthCharts(steps).map(({ title, svg }, i) => {
    const caption = `<text x="12" y="20" class="title">${title}</text>`
    return `<g transform="translate(0 ${i * 280})">${caption}<g transform="translate(0 28)">${svg}</g></g>`
  })
  const style = `
    text { font: 13px system-ui, sans-serif; fill: #22252b }
    .title { font-weight: 600 } .axis { fill: #6a7078 } .grid { stroke: #dedbd5 }
    .line { fill: none; stroke-width: 2 } .a { stroke: #2a6fb0 } .b { stroke: #c2571a }
    circle.a { fill: #2a6fb0 } circle.b { fill: #c2571a }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6e4df } .axis { fill: #9aa0a8 } .grid { stroke: #33373e }
    }`
  const title = '<title>How figures grow with the number of nodes</title>'
  const viewBox = `0 0 480 ${280 * charts.length}`
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${viewBox}">${title}<style>${style}</style>${charts.join('')}</svg>\n`
}
