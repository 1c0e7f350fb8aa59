/** Many channels with several publishers each: conferences. */
import { openChannelId } from '@hopcast/protocol'
import type { SimNode } from '../node.ts'
import { audio } from './media.ts'
import { always } from './one-publisher.ts'
import { atMost, type Scenario } from './scenario.ts'
import { publishAtMs, type Stage } from './stage.ts'

const channelsMax = 100
const publishersPerChannel = 20
/** A node publishes on so many; fewer nodes have fewer channels. */
const publicationsPerNode = 8
/** Of each it takes the nearest publisher. */
const subscriptionsPerNode = 4
/** All at once they would fill the uplinks, and it takes links two minutes to believe that this is over. */
const publishWithinMs = 30_000
/** By then the announcements have come to everyone. */
const subscribeAtMs = 38_000
const subscribeWithinMs = 4_000
/** Thirty seconds after the last change. */
const measureAtMs = subscribeAtMs + subscribeWithinMs + 30_000

export const channels: Scenario = {
  name: 'channels',
  about:
    '100 channels of 20 publishers, 50 objects a second each; a node publishes on eight, and listens to four.',
  nodes: 250,
  seconds: 100,
  media: audio(64_000),
  channels: channelsOf,
  play: stage => {
    publishAll(stage)
    subscribeAll(stage)
    // A run that is too short for that has a bit of everything.
    stage.measureFrom(Math.min(measureAtMs, 0.8 * stage.durationMs))
  },
  targets: result => {
    const { beats, restPerChannel, shareOnMediaLinks } = result.control
    return [
      ...always(result),
      atMost('beats per neighbour', beats, 300, ' B/s'),
      atMost('other control traffic per channel and neighbour', restPerChannel, 1, ' B/s'),
      atMost('control traffic where media flows', 100 * shareOnMediaLinks, 0.5, ' %')
    ]
  }
}

function channelsOf(nodes: number): number {
  return Math.min(channelsMax, Math.ceil((publicationsPerNode * nodes) / publishersPerChannel))
}

function publishAll(stage: Stage): void {
  const { sim, durationMs } = stage
  const withinMs = Math.min(publishWithinMs, durationMs / 3)
  const nodes = [...sim.nodes.values()].filter(node => !node.isServer)
  let next = 0
  for (let channel = 0; channel < channelsOf(nodes.length); channel++) {
    for (let i = 0; i < publishersPerChannel; i++, next++) {
      // One after the other, so that nobody has the same channel twice while there are enough nodes.
      const node = nodes[next % nodes.length] as SimNode
      stage.at(publishAtMs + sim.random.between(0, withinMs), () => {
        if (node.runs.has(openChannelId(nameOf(channel)))) return
        stage.media.publish(sim, node, nameOf(channel))
      })
    }
  }
}

function subscribeAll(stage: Stage): void {
  const { sim, durationMs } = stage
  const fromMs = Math.min(subscribeAtMs, 0.45 * durationMs)
  for (const node of sim.nodes.values()) {
    if (node.isServer) continue
    stage.at(fromMs + sim.random.between(0, Math.min(subscribeWithinMs, durationMs / 10)), () => {
      for (const channel of othersOf(stage, node)) sim.subscribe(node.name, channel)
    })
  }
}

/** Channels on which the node does not publish. */
function othersOf({ sim }: Stage, node: SimNode): Set<string> {
  const count = channelsOf(sim.nodes.size)
  const chosen = new Set<string>()
  for (let i = 0; i < 1_000 && chosen.size < subscriptionsPerNode; i++) {
    const name = nameOf(sim.random.integer(0, count - 1))
    if (!node.runs.has(openChannelId(name))) chosen.add(name)
  }
  return chosen
}

function nameOf(channel: number): string {
  return `room${channel}`
}
