/** Integrity: objects that are not what their publisher has sent (RFC 1, section 7.2; RFC 4, section 4). */
import { diamond } from '../../sim/topologies.ts'
import { atMost, demand, equal } from '../demand.ts'
import { gapless, isFed, told } from '../listening.ts'
import type { Scenario } from '../scenario.ts'

export const integrity: readonly Scenario[] = [
  {
    name: 'altered-object',
    demands:
      'a parent that alters objects is left within a list and a pass over its way, more and more rarely tried, and nothing is missed',
    run: network => {
      diamond(network, { left: 5, right: 20 })
      network.build(['b', 'c', 5])
      const signed = network.publishSigned('a', 'news')
      const { run, altered } = signed
      const listeners = ['b', 'c'].map(name => network.subscribe(name, 'news'))
      network.settle(3_000)
      network.run(4_000)
      equal('the parent of b', network.parent('b', run), 'left')
      equal('objects that were altered by nobody', altered.length, 0)
      network.alter('left')
      // Two links down, and a list each 200 ms; then two links up to the publisher, and two down.
      network.within(200 + 4 * 20 + 20, 'b has another parent', () => network.parent('b', run) === 'right')
      equal('the next hop of b', network.nextHop('b', network.id('a')), 'right')
      network.run(60_000)
      const heard = altered.filter(({ by }) => by === network.id('b'))
      demand(
        heard.every(({ from }) => from === network.id('left')),
        'an honest neighbour is taken for the one that altered an object'
      )
      // It is tried again after 3, 6, 12 and 24 s, each time for 300 ms.
      atMost('altered objects in a minute', heard.length, 5 * 20)
      for (const listener of listeners) {
        gapless(listener)
        demand(isFed(listener), `${listener} is not fed`)
        // c has no other way, and b is honest.
        equal(`what ${listener} was told`, told(listener), 'started')
      }
    }
  }
]
