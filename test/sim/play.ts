/** Plays a scenario, and measures it. */
import type { Millis } from '@hopcast/protocol'
import { GossipDriver } from './gossipsub/gossip-driver.ts'
import { evaluate } from './measure/evaluate.ts'
import { Meter } from './measure/meter.ts'
import type { Result } from './result.ts'
import { growth, growthSizes, growthStep } from './scenarios/growth.ts'
import type { Scenario } from './scenarios/scenario.ts'
import { Stage } from './scenarios/stage.ts'
import { Simulation } from './simulation.ts'
import { Neighbourhood } from './underlay/neighbourhood.ts'
import { Paths } from './underlay/paths.ts'
import { populate } from './underlay/population.ts'

interface PlayOptions {
  scenario: Scenario
  nodes: number
  seconds: number
  seed: number
  protocol?: Protocol
  /** Told after each second of the run. */
  onProgress?: (progress: Progress) => void
}

type Protocol = 'hopcast' | 'gossipsub'

export interface Progress {
  nodes: number
  seconds: number
  ofSeconds: number
  steps: number
}

/** A run that is over, with all that can be drawn of it. */
export interface Played {
  result: Result
  sim: Simulation
  meter: Meter
}

const degreeDefault = 8
/** Links come up during this time. */
const connectWithinMs: Millis = 1_000

export function play(options: PlayOptions): Played {
  const { scenario } = options
  if (scenario !== growth) return playOnce(options)
  const sizes = growthSizes.filter(size => size <= options.nodes)
  const runs = (sizes.length > 0 ? sizes : [options.nodes]).map(nodes => playOnce({ ...options, nodes }))
  const last = runs.at(-1) as Played
  const steps = runs.map(({ result }) => growthStep(result))
  const sum = (of: (result: Result) => number) => runs.reduce((total, { result }) => total + of(result), 0)
  const result: Result = {
    ...last.result,
    loops: sum(({ loops }) => loops),
    invariantBreaks: sum(({ invariantBreaks }) => invariantBreaks),
    wallSeconds: sum(({ wallSeconds }) => wallSeconds),
    cpuSeconds: sum(({ cpuSeconds }) => cpuSeconds),
    growth: steps
  }
  return { ...last, result: { ...result, targets: scenario.targets(result) } }
}

function playOnce(options: PlayOptions): Played {
  const { scenario, nodes, seconds, seed, protocol = 'hopcast', onProgress } = options
  const wallStart = performance.now()
  const cpuStart = process.cpuUsage().user
  const { servers = 0, degree = degreeDefault, connectableShare = 1, lossyShare = 0 } = scenario
  const { findsNeighbours = false } = scenario
  const paths = new Paths({ seed, connectableShare })
  const meter = new Meter()
  const replay = `--scenario ${scenario.name} --nodes ${nodes} --seconds ${seconds} --seed ${seed}`
  const sim = new Simulation({
    seed,
    replay,
    observer: meter,
    keepsObjects: false,
    reach: (from, to) => paths.between(from, to),
    ...(protocol === 'gossipsub' && { driver: own => new GossipDriver(own) })
  })
  meter.attach(sim)
  populate(sim, { nodes, servers, lossyShare, ...(findsNeighbours && { neighbours: degree }) })
  const neighbourhood = new Neighbourhood(sim, { degree, paths })
  if (findsNeighbours) neighbourhood.connectToServers(connectWithinMs)
  else neighbourhood.connectAll(connectWithinMs)
  const stage = new Stage({ sim, meter, durationMs: 1_000 * seconds, media: scenario.media })
  scenario.play(stage)
  for (let second = 1; second <= seconds; second++) {
    sim.run(1_000)
    meter.tick(sim)
    onProgress?.({ nodes, seconds: second, ofSeconds: seconds, steps: sim.counts.steps })
  }
  const { lastChangeMs } = stage
  const figures = evaluate(sim, meter, {
    scenario: scenario.name,
    nodes,
    servers,
    channels: scenario.channels?.(nodes) ?? 1,
    lastChangeMs
  })
  const result: Result = {
    ...figures,
    wallSeconds: (performance.now() - wallStart) / 1_000,
    cpuSeconds: (process.cpuUsage().user - cpuStart) / 1_000_000,
    peakRssMb: process.resourceUsage().maxRSS / 1_024,
    targets: []
  }
  return { result: { ...result, targets: scenario.targets(result) }, sim, meter }
}
