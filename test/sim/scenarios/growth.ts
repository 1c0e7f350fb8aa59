/** The same channel for ten and a hundred times as many. */
import type { GrowthStep, Result, Target } from '../result.ts'
import { audio } from './media.ts'
import { always } from './one-publisher.ts'
import { atMost, type Scenario } from './scenario.ts'

/** Each size is a run of its own; those above `--nodes` are left out. */
export const growthSizes = [100, 1_000, 10_000] as const

export const growth: Scenario = {
  name: 'growth',
  about: 'One publisher and 100, 1,000 and 10,000 nodes, who all listen.',
  nodes: 10_000,
  seconds: 30,
  media: audio(64_000),
  play: stage => {
    stage.publish()
    stage.subscribeAll()
    stage.measureFrom()
  },
  targets: result => [...always(result), ...growthTargets(result.growth ?? [])]
}

export function growthStep({ nodes, control, join, depth }: Result): GrowthStep {
  return {
    nodes,
    controlBytesPerNodePerSec: control.bytesPerNodePerSec,
    joinP50Ms: join.p50Ms,
    joinP95Ms: join.p95Ms,
    depthP95: depth.p95,
    depthMax: depth.max
  }
}

function growthTargets(steps: readonly GrowthStep[]): Target[] {
  const targets: Target[] = []
  for (const [i, step] of steps.entries()) {
    const before = steps[i - 1]
    if (before === undefined) continue
    const logs = Math.log(step.nodes) / Math.log(before.nodes)
    const control = step.controlBytesPerNodePerSec / before.controlBytesPerNodePerSec
    const what = `${before.nodes} to ${step.nodes} nodes`
    targets.push(atMost(`control traffic per node, ${what}: times`, control, Number(logs.toFixed(3))))
    if (step.joinP50Ms === null || before.joinP50Ms === null || !step.depthP95 || !before.depthP95) continue
    const join = step.joinP50Ms / before.joinP50Ms
    targets.push(
      atMost(`join time, ${what}: times`, join, Number((step.depthP95 / before.depthP95).toFixed(3)))
    )
  }
  return [...targets, ...depthTargets(steps.at(-1))]
}

/** The target is for 10,000 nodes of degree 8. */
function depthTargets(step: GrowthStep | undefined): Target[] {
  if (step === undefined || step.nodes < 10_000) return []
  return [atMost('depth, p95', step.depthP95, 7), atMost('depth, max', step.depthMax, 12)]
}
