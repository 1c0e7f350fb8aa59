/**
 * Plays many random schedules, and prints what came of them:
 *
 *     node --conditions=source test/sim/explore.ts --seeds 2000 [--first 1] [--nodes 5-20] [--steps 60] [--log]
 */
import { parseArgs } from 'node:util'
import { stretches } from './oracle.ts'
import { playSchedule, settle } from './schedule.ts'
import { Simulation } from './simulation.ts'
import { randomGraph } from './topologies.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '100' },
    first: { type: 'string', default: '1' },
    nodes: { type: 'string', default: '5-20' },
    steps: { type: 'string', default: '60' },
    log: { type: 'boolean', default: false }
  }
})
const [nodesMin = 5, nodesMax = nodesMin] = values.nodes.split('-').map(Number)
const settleTimes: number[] = []
const allStretches: number[] = []
const failures = new Map<string, number[]>()
const total = { steps: 0, delivered: 0, copies: 0, closes: 0 }

for (let seed = Number(values.first); seed < Number(values.first) + Number(values.seeds); seed++) {
  const replay = `seed ${seed}; repeat it with: --seeds 1 --first ${seed} --nodes ${values.nodes} --steps ${values.steps} --log`
  const sim = new Simulation({ seed, replay, ...(values.log && { log: console.log }) })
  try {
    const nodes = sim.random.integer(nodesMin, nodesMax)
    const degree = sim.random.between(2, 5)
    randomGraph(sim, { nodes, degree, delayMs: { from: 0, to: 40 }, jitterMs: sim.random.pick([0, 2, 10]) })
    playSchedule(sim, { steps: Number(values.steps), channels: ['red', 'blue'], pauseMs: 400 })
    settleTimes.push(settle(sim, 20_000))
    sim.run(10_000)
    settle(sim, 1_000)
    for (const run of sim.runs.values()) if (run.live) allStretches.push(...stretches(run.publisher))
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    // Alike but for names and numbers.
    const kind = message.split('\n  at')[0]?.replaceAll(/[0-9a-f]{32}|\d+(\.\d+)?/g, '#') ?? ''
    failures.set(kind, [...(failures.get(kind) ?? []), seed])
    if (Number(values.seeds) === 1) console.error(error)
  }
  total.steps += sim.counts.steps
  total.delivered += sim.counts.delivered
  total.copies += sim.counts.objectCopies
  total.closes += sim.counts.closes
}

console.log(total)
console.log('settled after ms', quantiles(settleTimes))
console.log('stretch', quantiles(allStretches))
for (const [kind, failed] of failures)
  console.log(`${failed.length} × ${kind}\n  seeds ${failed.slice(0, 10).join(' ')}`)
if (failures.size > 0) process.exitCode = 1

function quantiles(numbers: number[]): Record<string, number | undefined> {
  const sorted = numbers.toSorted((a, b) => a - b)
  const at = (q: number): number | undefined =>
    sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]
  return { count: sorted.length, p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) }
}
