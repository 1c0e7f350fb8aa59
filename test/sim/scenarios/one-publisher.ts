/** One publisher, and everyone listens. */
import type { Result, Target } from '../result.ts'
import { audio } from './media.ts'
import { atMost, type Scenario } from './scenario.ts'
import type { Stage } from './stage.ts'

const defaults = { nodes: 1_000, seconds: 120, media: audio(64_000), isComparable: true }

function play(stage: Stage): void {
  stage.publish()
  stage.subscribeAll()
  stage.measureFrom()
}

/** They hold in every scenario. */
export function always({ loops, invariantBreaks }: Result): Target[] {
  return [atMost('loops', loops, 0), atMost('invariant breaks', invariantBreaks, 0)]
}

export const steady: Scenario = {
  ...defaults,
  name: 'steady',
  about: 'One publisher, everyone listens, nothing happens.',
  play,
  targets: result => [
    ...always(result),
    atMost('delay stretch, median', result.stretch.p50 && roundDown(result.stretch.p50), 1),
    atMost('delay stretch, p99', result.stretch.p99, 1.05),
    atMost('copies per delivery', result.copiesPerDelivery, 1.005)
  ]
}

/** To the two digits that the target has. */
function roundDown(ratio: number): number {
  return Math.floor(ratio * 100) / 100
}

export const lossy: Scenario = {
  ...defaults,
  name: 'lossy',
  about: 'As steady, but a tenth of the nodes have a bad last mile, which loses packets in bursts.',
  lossyShare: 0.1,
  play,
  targets: always
}

export const churn: Scenario = {
  ...defaults,
  name: 'churn',
  about: 'One percent of the nodes leave per minute, and others come.',
  play: stage => {
    play(stage)
    const perMinute = stage.viewers.length / 100
    const everyMs = 60_000 / perMinute
    for (let at = stage.warmUpMs + everyMs; at < stage.durationMs - 5_000; at += everyMs) {
      stage.at(at, () => {
        const awayMs = stage.sim.random.between(2_000, 20_000)
        stage.away(stage.sim.random.pick(stage.viewers.filter(node => node.running)), awayMs, {
          silently: false
        })
      })
    }
  },
  targets: result => [...always(result), atMost('copies per delivery', result.copiesPerDelivery, 1.03)]
}

const crowdAtMs = 10_000

export const flashCrowd: Scenario = {
  ...defaults,
  name: 'flash-crowd',
  about: 'Everyone subscribes within one second.',
  seconds: 30,
  play: stage => {
    stage.publish()
    const at = Math.min(crowdAtMs, stage.durationMs / 2)
    stage.subscribeAll(at, 1_000)
    stage.measureFrom(at)
  },
  targets: result => [
    ...always(result),
    atMost('join over 2 path round trips, p95', result.join.p95OverTwoRoundTripsMs, 50, ' ms')
  ]
}
