/** The nodes of a run: where each is, how it is connected, and how wrong its clocks are. */
import type { Millis } from '@hopcast/protocol'
import type { Place } from '../node.ts'
import type { Random } from '../random.ts'
import type { Simulation } from '../simulation.ts'
import { Access, type Bursts } from './access.ts'
import { NodeClock } from './node-clock.ts'
import { draw, lognormal, type Quantiles } from './quantiles.ts'
import { drawRegion } from './regions.ts'

interface PopulationOptions {
  /** Those that are no servers: s0, s1, … are the servers, n0, n1, … the others. */
  nodes: number
  servers: number
  /** The share of nodes whose last mile loses packets in bursts. */
  lossyShare: number
  /** How many neighbours nodes look for, as pages do; without it, they have those that they are given. */
  neighbours?: number
}

/** Uplinks of nodes at home: lognormal around it. */
const uplinkMedianKbps = 10_000
const serverUplinkKbps = 1_000_000
const publisherUplinkKbps = 20_000
/** What of it nodes may use for others. The rest is for headers, control, and whatever else runs at home. */
const uplinkShare = 0.8
/** One way in milliseconds, at home: fibre, cable, DSL, Wi-Fi, 4G. */
const lastMiles: Quantiles = [
  [0, 1],
  [0.25, 3],
  [0.5, 6],
  [0.75, 10],
  [0.95, 20],
  [1, 35]
]
const serverLastMileMs = 0.3
/** A bad Wi-Fi: every half a minute it loses a third of its packets for a quarter of a second. 0.3 % on average. */
const bursts: Bursts = { goodMs: 30_000, badMs: 250, loss: 1 / 3 }

/** Quartz clocks are a few 10 ppm off. */
const driftPpmMax = 50
/** Most wall clocks are set by NTP; one of a hundred has never been set right. */
const wallOffsetMs = { most: 500, few: 4 * 60_000 }
const fewShare = 0.01

/** Adds the nodes, servers first, without links. */
export function populate(sim: Simulation, options: PopulationOptions): void {
  const { random } = sim
  for (let i = 0; i < options.servers; i++) {
    const access = new Access({ uplinkKbps: serverUplinkKbps, lastMileMs: serverLastMileMs })
    addNode(sim, `s${i}`, { isServer: true, access })
  }
  // A page takes in as many as it looks for.
  const { neighbours } = options
  const choice =
    neighbours === undefined ? {} : { neighboursTarget: neighbours, neighboursMax: 2 * neighbours }
  for (let i = 0; i < options.nodes; i++) {
    const isLossy = random.chance(options.lossyShare)
    // Who publishes has seen to it that it can.
    const uplinkKbps = i === 0 ? publisherUplinkKbps : uplinkMedianKbps * draw(lognormal, random)
    const lastMileMs = draw(lastMiles, random)
    const access = new Access({ uplinkKbps, lastMileMs, bursts: isLossy && i > 0 ? bursts : undefined })
    addNode(sim, `n${i}`, { access, config: choice })
  }
}

function addNode(sim: Simulation, name: string, place: Place & { access: Access }): void {
  const { random } = sim
  const uplinkBps = Math.floor(1_000 * uplinkShare * place.access.uplinkKbps)
  const config = { ...place.config, uplinkBps }
  sim.addNode(name, { ...place, config, region: drawRegion(random), clock: drawClock(random) })
}

function drawClock(random: Random): NodeClock {
  const isFarOff = random.chance(fewShare)
  const most: Millis = isFarOff ? wallOffsetMs.few : wallOffsetMs.most
  return new NodeClock({
    offsetMs: random.between(0, 1_000_000),
    driftPpm: random.between(-driftPpmMax, driftPpmMax),
    wallOffsetMs: random.between(-most, most)
  })
}
