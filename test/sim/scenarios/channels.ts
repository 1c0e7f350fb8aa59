/** Many channels with several publishers each: conferences. */
import { type ChannelId, openChannelId } from '@hopcast/protocol'
import type { SimNode } from '../node.ts'
import { audio } from './media.ts'
import { always } from './one-publisher.ts'
import { atMost, type Scenario } from './scenario.ts'
import { publishAtMs, type Stage } from './stage.ts'

const channelsMax = 100
const publishersPerChannel = 20
/** A node publishes on so many; fewer nodes have fewer channels. */
const publicationsPerNode = 8
/** What each node listens to, beside what it says itself. */
const subscriptionsPerNode = 4
const startWithinMs = 4_000

export const channels: Scenario = {
  name: 'channels',
  about:
    '100 channels of 20 publishers, 50 objects a second each; a node publishes on eight, and listens to four.',
  nodes: 250,
  seconds: 40,
  media: audio(64_000),
  channels: channelsOf,
  play: stage => {
    publishAll(stage)
    subscribeAll(stage)
    stage.measureFrom(Math.max(publishAtMs + 3 * startWithinMs, stage.warmUpMs))
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
  const { sim } = stage
  const nodes = [...sim.nodes.values()].filter(node => !node.isServer)
  let next = 0
  for (let channel = 0; channel < channelsOf(nodes.length); channel++) {
    for (let i = 0; i < publishersPerChannel; i++, next++) {
      // One after the other, so that nobody has the same channel twice while there are enough nodes.
      const node = nodes[next % nodes.length] as SimNode
      stage.at(publishAtMs + sim.random.between(0, startWithinMs), () => {
        if (node.runs.has(openChannelId(nameOf(channel)))) return
        stage.media.publish(sim, node, nameOf(channel))
      })
    }
  }
}

function subscribeAll(stage: Stage): void {
  const { sim } = stage
  for (const node of sim.nodes.values()) {
    if (node.isServer) continue
    stage.at(publishAtMs + startWithinMs + sim.random.between(0, startWithinMs), () => {
      for (const channel of othersOf(stage, node)) sim.subscribe(node.name, channel)
    })
  }
}

function othersOf({ sim }: Stage, node: SimNode): Set<string> {
  const count = channelsOf(sim.nodes.size)
  const chosen = new Set<string>()
  for (let i = 0; i < 1_000 && chosen.size < subscriptionsPerNode; i++) {
    const name = nameOf(sim.random.integer(0, count - 1))
    const id: ChannelId = openChannelId(name)
    if (!node.runs.has(id)) chosen.add(name)
  }
  return chosen
}

function nameOf(channel: number): string {
  return `room${channel}`
}
