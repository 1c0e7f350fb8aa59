/**
 * A random life of a network: nodes publish, subscribe, crash and restart, links break, fall silent, come back and change
 * their delay. Then it is left alone, and has to settle.
 */
import type { Millis } from '@hopcast/protocol'
import { unsettled } from './invariants.ts'
import type { SimLink } from './link.ts'
import type { SimNode } from './node.ts'
import type { Simulation } from './simulation.ts'

interface ScheduleOptions {
  steps: number
  channels: readonly string[]
  /** Between two steps, at most. */
  pauseMs: Millis
}

type Action = (sim: Simulation, options: ScheduleOptions) => void

/** Each with its weight. One that finds nothing to act on does nothing. */
const actions: readonly [number, Action][] = [
  [6, subscribe],
  [2, unsubscribe],
  [3, publish],
  [1, endRun],
  [4, cut],
  [1, silence],
  [6, reconnect],
  [5, changeDelay],
  [2, crash],
  [5, restart]
]

/** Plays `steps` random actions, each after a random pause. */
export function playSchedule(sim: Simulation, options: ScheduleOptions): void {
  const wheel = actions.flatMap(([weight, action]) => new Array<Action>(weight).fill(action))
  for (let i = 0; i < options.steps; i++) {
    // Often several at once: what is on its way must not matter.
    if (sim.random.chance(0.7)) sim.run(sim.random.between(0, options.pauseMs))
    sim.random.pick(wheel)(sim, options)
  }
}

/**
 * Leaves the network alone until it has settled; returns how long that took.
 *
 * @throws Error that lists what has not settled within `limitMs`
 */
export function settle(sim: Simulation, limitMs: Millis): Millis {
  const start = sim.now
  for (;;) {
    const problems = unsettled(sim)
    if (problems.length === 0) return sim.now - start
    if (sim.now - start >= limitMs) {
      sim.clock.fail(new Error(`not settled after ${limitMs} ms:\n    ${problems.join('\n    ')}`))
    }
    sim.run(10)
  }
}

function subscribe(sim: Simulation, { channels }: ScheduleOptions): void {
  const node = sim.random.pick(runningNodes(sim))
  const channel = sim.random.pick(channels)
  const wanted = [...node.receptions.values()].some(reception => reception.channel === channel)
  if (!wanted) sim.subscribe(node.name, channel, [0], sim.random.chance(0.3) ? 'all' : 'any')
}

function unsubscribe(sim: Simulation): void {
  const receptions = runningNodes(sim).flatMap(node => [...node.receptions.values()])
  if (receptions.length === 0) return
  const { node, channel } = sim.random.pick(receptions)
  sim.unsubscribe(node.name, channel)
}

function publish(sim: Simulation, { channels }: ScheduleOptions): void {
  const node = sim.random.pick(runningNodes(sim))
  const channel = sim.random.pick(channels)
  // More would only make the run slower.
  const live = runningNodes(sim).flatMap(other => [...other.runs.values()])
  const taken = live.some(run => run.publisher === node && run.channel === channel)
  if (!taken && live.length < 2 * channels.length) sim.publish(node.name, channel)
}

function endRun(sim: Simulation): void {
  const runs = runningNodes(sim).flatMap(node => [...node.runs.values()])
  if (runs.length === 0) return
  const { publisher, channel } = sim.random.pick(runs)
  sim.end(publisher.name, channel)
}

function cut(sim: Simulation): void {
  withLink(
    sim,
    link => link.isUp,
    link => sim.cut(...names(link))
  )
}

function silence(sim: Simulation): void {
  withLink(
    sim,
    link => link.isUp,
    link => sim.silence(...names(link))
  )
}

function reconnect(sim: Simulation): void {
  const isApart = (link: SimLink): boolean => !link.isUp && link.ends.every(end => end.node.running)
  withLink(sim, isApart, link => sim.connect(...names(link), link.options))
}

function changeDelay(sim: Simulation): void {
  const delayMs = sim.random.chance(0.2) ? 0 : sim.random.between(0.5, 60)
  withLink(
    sim,
    () => true,
    link => sim.setDelay(...names(link), delayMs)
  )
}

function crash(sim: Simulation): void {
  const running = runningNodes(sim)
  // Most are up at any time, as in life.
  if (running.length * 4 <= sim.nodes.size * 3) return
  sim.crash(sim.random.pick(running).name, { silently: sim.random.chance(0.3) })
}

function restart(sim: Simulation): void {
  const down = [...sim.nodes.values()].filter(node => !node.running)
  if (down.length > 0) sim.restart(sim.random.pick(down).name)
}

function withLink(sim: Simulation, which: (link: SimLink) => boolean, action: (link: SimLink) => void): void {
  const links = [...sim.links.values()].filter(which)
  if (links.length > 0) action(sim.random.pick(links))
}

function names(link: SimLink): [string, string] {
  return [link.ends[0].node.name, link.ends[1].node.name]
}

function runningNodes(sim: Simulation): SimNode[] {
  return [...sim.nodes.values()].filter(node => node.running)
}
