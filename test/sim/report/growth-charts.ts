/** How figures grow with the number of nodes. */
import type { GrowthStep } from '../result.ts'
import { type LineChart, lines } from './charts.ts'

interface GrowthChart {
  title: string
  chart: LineChart
  /** What the chart draws, to be put into an `svg` element. */
  svg: string
}

/** None for a single size: there is nothing to see. */
export function growthCharts(steps: readonly GrowthStep[]): GrowthChart[] {
  if (steps.length < 2) return []
  const over = (of: (step: GrowthStep) => number | null) =>
    steps.map(step => [step.nodes, of(step) ?? 1] as const)
  const control: LineChart = {
    title: 'Control per node, B/s (blue), and depth, p95 (orange)',
    x: 'nodes',
    y: '',
    isLogarithmic: true,
    lines: [
      { name: 'control, B/s', style: 'a', points: over(step => step.controlBytesPerNodePerSec) },
      { name: 'depth, p95', style: 'b', points: over(step => step.depthP95) }
    ]
  }
  const join: LineChart = {
    title: 'Join time (blue: median, orange: p95)',
    x: 'nodes',
    y: 'ms',
    isLogarithmic: true,
    lines: [
      { name: 'median', style: 'a', points: over(step => step.joinP50Ms) },
      { name: 'p95', style: 'b', points: over(step => step.joinP95Ms) }
    ]
  }
  return [control, join].map(chart => ({ title: chart.title, chart, svg: lines(chart) }))
}
