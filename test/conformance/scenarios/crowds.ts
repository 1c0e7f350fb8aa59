/** Crowds: many who come at once are fed, and nobody carries more of them than it should (RFC 1, section 7.4). */
import type { Reception, Run } from '../../sim/node.ts'
import { atMost, demand, equal } from '../demand.ts'
import { gapless, isFed, told } from '../listening.ts'
import type { Network } from '../network.ts'
import type { Scenario } from '../scenario.ts'

export const crowds: readonly Scenario[] = [
  {
    name: 'flash-crowd-caps',
    demands:
      'of a crowd that comes within a second nobody takes more than its fan-out but who insists, and most of these have soon found another',
    given: { config: { fanOutMax: 8 } },
    run: network => {
      const [servers, viewers] = audience(network)
      const run = network.publish('p', 'news')
      network.run(3_000)
      const listeners: Reception[] = []
      for (const name of viewers) {
        network.after(network.random.between(0, 1_000), () => listeners.push(network.subscribe(name, 'news')))
      }
      const names = ['p', ...servers, ...viewers]
      const before = new Map(names.map(name => [name, [] as string[]]))
      for (let ms = 0; ms < 2_000; ms += 10) {
        network.run(10)
        for (const name of names) before.set(name, withinFanOut(network, name, run, before.get(name) ?? []))
      }
      demand(listeners.every(isFed), 'a listener is not fed a second after the last one came')
      network.run(3_000)
      const beyond = names.map(name => network.children(name, run).length - fanOutOf(network, name))
      // Each is fed on while it finds nobody else.
      const kept = beyond.reduce((sum, children) => sum + Math.max(0, children), 0)
      atMost('children past the fan-outs after three seconds, in all', kept, 5)
      equal('listeners', listeners.length, viewers.length)
      demand(listeners.every(isFed), 'a listener is not fed')
      for (const listener of listeners) {
        gapless(listener)
        equal(`what ${listener} was told`, told(listener), 'started')
      }
    }
  }
]

/** 90 viewers, each connected to two of three servers, and to six of those that came before it. */
function audience(network: Network): [servers: string[], viewers: string[]] {
  const servers = ['s0', 's1', 's2']
  network.add('p')
  for (const name of servers) {
    network.addNode(name, { isServer: true })
    network.build(['p', name, 10])
  }
  const viewers = Array.from({ length: 90 }, (_, i) => `viewer${i}`)
  network.add(...viewers)
  for (const [i, name] of viewers.entries()) {
    const others = new Set([servers[i % 3] as string, servers[(i + 1) % 3] as string])
    while (others.size < Math.min(8, i + 2)) {
      others.add(viewers[network.random.integer(0, i - 1)] as string)
    }
    for (const other of others) network.connect(name, other, { delayMs: network.random.between(2, 30) })
  }
  return [servers, viewers]
}

function fanOutOf(network: Network, name: string): number {
  const { isServer, config } = network.node(name)
  return isServer ? config.serverFanOutMax : config.fanOutMax
}

/** Returns the children of a node, of which those that are new and did not insist had room. */
function withinFanOut(network: Network, name: string, run: Run, before: readonly string[]): string[] {
  const children = network.children(name, run)
  const added = children.filter(child => !before.includes(child))
  const modest = added.filter(child => network.lastSaid('sub', child, name)?.insist !== true)
  if (modest.length > 0) {
    const room = fanOutOf(network, name) + added.length - modest.length
    atMost(`children of ${name} when ${modest} came, who did not insist`, children.length, room)
  }
  return children
}
