/** Turns what was measured into the figures of a result. */
import type { Millis, StreamId } from '@hopcast/protocol'
import type { SimNode } from '../node.ts'
import { leastDelays, stretches, treeDelayMs } from '../oracle.ts'
import type { Result } from '../result.ts'
import type { Simulation } from '../simulation.ts'
import { quantileOf } from './histogram.ts'
import type { Meter } from './meter.ts'
import type { Account, Playout } from './playout.ts'

interface RunFacts {
  scenario: string
  nodes: number
  servers: number
  channels: number
  lastChangeMs: Millis
}

type Figures = Omit<Result, 'targets' | 'wallSeconds' | 'cpuSeconds' | 'peakRssMb'>

export function evaluate(sim: Simulation, meter: Meter, facts: RunFacts): Figures {
  const { traffic } = meter
  const seconds = (sim.now - (meter.startedAt ?? 0)) / 1_000
  const playouts = [...meter.playouts, ...meter.closed]
  const account = sum(sim, playouts)
  const { expected, delivered } = account
  const { scenario, nodes, servers } = facts
  return {
    scenario,
    nodes,
    servers,
    seconds: sim.now / 1_000,
    seed: sim.seed,
    loops: meter.broken.loop,
    invariantBreaks: meter.broken.rule + meter.broken.duplicate,
    breaks: meter.breaks,
    delivered,
    expected,
    dropped: traffic.dropped,
    unfed: [...meter.playouts].filter(playout => !playout.isFed).length,
    ...stretchOf(sim, facts),
    copiesPerDelivery: meter.delays.count === 0 ? 0 : traffic.copies / meter.delays.count,
    mediaBytesPerNodePerSec: traffic.mediaBytes / seconds / sim.nodes.size,
    control: controlOf(sim, meter, facts, seconds),
    join: joinOf(meter),
    failure: failureOf(sim, meter, account),
    handover: { lost: expected - delivered, duplicates: meter.broken.duplicate },
    delay: delayOf(meter, account),
    depth: depthOf(sim),
    relayEgressShare: traffic.mediaBytes === 0 ? 0 : traffic.serverMediaBytes / traffic.mediaBytes,
    parentSwitchesPerNodePerMinute: (60 * meter.parentSwitches) / seconds / sim.nodes.size,
    traceHash: sim.traceHash,
    steps: sim.counts.steps
  }
}

function sum(sim: Simulation, playouts: Iterable<Playout>): Account {
  const total: Account = { expected: 0, delivered: 0, unplayed: 0 }
  for (const playout of playouts) {
    const { expected, delivered, unplayed } = playout.account(sim.now, sim.runs.values())
    total.expected += expected
    total.delivered += delivered
    total.unplayed += unplayed
  }
  return total
}

/** As the ways are at the end. */
function stretchOf(sim: Simulation, { lastChangeMs }: RunFacts): Pick<Result, 'stretch' | 'costStretch'> {
  const ratios: number[] = []
  const costRatios: number[] = []
  const publishers = new Set<SimNode>()
  for (const [stream, run] of sim.runs) {
    // Streams that nobody takes need no oracle.
    if (!run.live || !isTaken(sim, stream)) continue
    for (const [node, leastMs] of leastDelays(run.publisher)) {
      if (node.receptions.size === 0 || !node.parents.has(stream)) continue
      const actualMs = treeDelayMs(node, run.publisher.id, hop => hop.parents.get(stream))
      if (actualMs !== undefined) ratios.push(actualMs / leastMs)
    }
    if (!publishers.has(run.publisher)) costRatios.push(...stretches(run.publisher))
    publishers.add(run.publisher)
  }
  return {
    stretch: {
      p50: quantileOf(ratios, 0.5),
      p99: quantileOf(ratios, 0.99),
      quietMs: Math.round(sim.now - lastChangeMs)
    },
    costStretch: { p50: quantileOf(costRatios, 0.5), p99: quantileOf(costRatios, 0.99) }
  }
}

function isTaken(sim: Simulation, stream: StreamId): boolean {
  for (const node of sim.nodes.values()) if (node.parents.has(stream)) return true
  return false
}

function controlOf(sim: Simulation, { traffic }: Meter, facts: RunFacts, seconds: number): Result['control'] {
  const { controlBytes, beatBytes, mediaBytes } = traffic
  const rest = traffic.perNeighbour(controlBytes - beatBytes)
  return {
    bytesPerSecPerNeighbour: traffic.perNeighbour(controlBytes),
    beats: traffic.perNeighbour(beatBytes),
    rest,
    restPerChannel: rest / facts.channels,
    shareOfMedia: mediaBytes === 0 ? 0 : controlBytes / mediaBytes,
    shareOnMediaLinks: traffic.shareOnMediaLinks(sim),
    bytesPerNodePerSec: controlBytes / seconds / sim.nodes.size,
    bytes: Object.fromEntries(traffic.bytes)
  }
}

function joinOf({ joins }: Meter): Result['join'] {
  const took = joins.map(join => join.tookMs)
  const roundTrips = joins.map(join => join.tookMs / join.roundTripMs)
  const over = joins.map(join => join.tookMs - 2 * join.roundTripMs)
  return {
    count: joins.length,
    p50Ms: quantileOf(took, 0.5),
    p95Ms: quantileOf(took, 0.95),
    p95RoundTrips: quantileOf(roundTrips, 0.95),
    p95OverTwoRoundTripsMs: quantileOf(over, 0.95)
  }
}

function failureOf(sim: Simulation, { gaps, affected }: Meter, all: Account): Result['failure'] {
  const ofAffected = sum(sim, affected)
  return {
    count: gaps.length,
    p50Ms: quantileOf(gaps, 0.5),
    p99Ms: quantileOf(gaps, 0.99),
    max: quantileOf(gaps, 1),
    lostPercent: percent(all),
    lostPercentOfAffected: gaps.length === 0 ? null : percent(ofAffected)
  }
}

/** Of all objects that should have come: those that did not are later than any other. */
function delayOf({ delays }: Meter, { expected, delivered }: Account): Result['delay'] {
  const share = expected === 0 ? 1 : delivered / expected
  const quantile = (q: number) => (q > share ? null : (delays.quantile(q / share) ?? null))
  return { p50Ms: quantile(0.5), p99Ms: quantile(0.99) }
}

function percent({ expected, unplayed }: Account): number {
  return expected === 0 ? 0 : (100 * unplayed) / expected
}

/** Links from the publisher, of all listeners. */
function depthOf(sim: Simulation): Result['depth'] {
  const hops: number[] = []
  for (const node of sim.nodes.values()) {
    if (!node.running || node.receptions.size === 0) continue
    for (const stream of node.parents.keys()) hops.push(hopsOf(sim, node, stream))
  }
  return { p95: quantileOf(hops, 0.95), max: quantileOf(hops, 1) }
}

function hopsOf(sim: Simulation, node: SimNode, stream: StreamId): number {
  let hops = 0
  let parent = node.parents.get(stream)
  // While parents change, they may lead in a circle for a moment where nothing forbids it.
  while (parent !== undefined && hops < sim.nodes.size) {
    hops++
    parent = sim.nodesById.get(parent)?.parents.get(stream)
  }
  return hops
}
