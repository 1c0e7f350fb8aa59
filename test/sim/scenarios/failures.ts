/** Relays that die, relays that leave, and ways that become better. */
import type { Millis } from '@hopcast/protocol'
import type { SimLink } from '../link.ts'
import type { SimNode } from '../node.ts'
import { audio } from './media.ts'
import { always } from './one-publisher.ts'
import { atMost, type Scenario } from './scenario.ts'
import type { Stage } from './stage.ts'

const crashes = 30
const crashEveryMs = 4_000

export const crash: Scenario = {
  name: 'crash',
  about: '30 relays with active audio fall silent, one after the other; each is back some seconds later.',
  nodes: 1_000,
  seconds: 140,
  media: audio(64_000),
  isComparable: true,
  play: stage => {
    stage.publish()
    stage.subscribeAll()
    stage.measureFrom()
    let at = stage.warmUpMs
    for (let i = 0; i < crashes && at + crashEveryMs <= stage.durationMs; i++, at += crashEveryMs) {
      stage.at(at, () => crashOne(stage))
    }
  },
  targets: result => [
    ...always(result),
    atMost('gap after a crash, median', result.failure.p50Ms, 250, ' ms'),
    atMost('gap after a crash, p99', result.failure.p99Ms, 800, ' ms'),
    atMost('objects lost with a buffer of 500 ms', result.failure.lostPercent, 0.05, ' %')
  ]
}

function crashOne(stage: Stage): void {
  const victim = stage.sim.random.pick(stage.relays())
  const watched = stage.meter.watch(stage.below(victim))
  stage.away(victim, 2.5 * crashEveryMs, { silently: true })
  stage.sim.after(crashEveryMs - 1, () => stage.meter.collect(watched, stage.sim.now))
}

const leaves = 50
const betterWays = 50
const eventEveryMs = 1_000
const awayMs = 5_000
/** Its children have so long to find others, */
const leaveWithinMs = 5_000
/** and it looks so often whether they have. */
const childrenAskedEveryMs = 20

export const leave: Scenario = {
  name: 'leave',
  about: '50 relays leave as planned and come back, and 50 times a better way appears.',
  nodes: 1_000,
  seconds: 130,
  media: audio(64_000),
  play: stage => {
    stage.publish()
    stage.subscribeAll()
    stage.measureFrom()
    let at = stage.warmUpMs
    for (let i = 0; i < leaves + betterWays && at + awayMs <= stage.durationMs; i++, at += eventEveryMs) {
      stage.at(at, () => (i % 2 === 0 ? leaveOne(stage) : improveOne(stage)))
    }
  },
  targets: result => [
    ...always(result),
    atMost('objects lost', result.handover.lost, 0),
    atMost('objects twice', result.handover.duplicates, 0)
  ]
}

/** Its application stops, and its children are asked to find others; then its connections are closed. Later it comes back. */
function leaveOne(stage: Stage): void {
  const { sim } = stage
  const relay = sim.random.pick(stage.relays().filter(({ receptions }) => receptions.size > 0))
  sim.command(relay.name, { type: 'withdraw', withdrawn: true, withinMs: leaveWithinMs })
  sim.unsubscribe(relay.name, 'news')
  closeWhenFree(stage, relay, sim.now + leaveWithinMs)
}

function closeWhenFree(stage: Stage, relay: SimNode, until: Millis): void {
  const { sim } = stage
  const isFree = [...relay.overlay.streams()].every(({ children }) => children.length === 0)
  if (!isFree && sim.now < until) {
    sim.after(childrenAskedEveryMs, () => closeWhenFree(stage, relay, until))
    return
  }
  const open = [...relay.links.values()].filter(link => link.isUp)
  for (const { ends } of open) sim.cut(ends[0].node.name, ends[1].node.name)
  stage.at(sim.now + awayMs, () => {
    sim.command(relay.name, { type: 'withdraw', withdrawn: false, withinMs: 0 })
    for (const link of open) if (!link.isUp && link.other(relay).node.running) sim.reconnect(link)
    sim.subscribe(relay.name, 'news')
  })
}

/** A link to a node that is no parent becomes so quick that the way over it is better by two fifths. */
function improveOne(stage: Stage): void {
  const { sim } = stage
  for (let i = 0; i < 100; i++) {
    const node = sim.random.pick(stage.viewers)
    const delayMs = wayMs(stage, node)
    const below = stage.below(node)
    const links = [...node.links.values()].filter(link => link.isUp && !below.has(link.other(node).node))
    if (delayMs === undefined || links.length === 0) continue
    const link = sim.random.pick(links)
    const viaMs = wayMs(stage, link.other(node).node)
    if (viaMs === undefined || isParent(node, link)) continue
    const newMs = 0.6 * delayMs - viaMs
    if (newMs < 1) continue
    link.options = { ...link.options, delayMs: newMs }
    return
  }
}

/** What the way in use takes. */
function wayMs(stage: Stage, node: SimNode): Millis | undefined {
  const route = node.overlay.route(stage.publisher.id)
  return route && route.metricUs / 1_000
}

function isParent(node: SimNode, link: SimLink): boolean {
  const other = link.other(node).node
  return [...node.parents.values()].includes(other.id)
}
