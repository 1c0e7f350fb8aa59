/** Objects: each once, its bytes as they came, and only those that were asked for (RFC 1, section 8). */
import type { StreamId } from '@hopcast/protocol'
import { line } from '../../sim/topologies.ts'
import { demand, equal } from '../demand.ts'
import { gapless, isFed } from '../listening.ts'
import { objectOf, streamOf, subTo } from '../said.ts'
import type { Scenario } from '../scenario.ts'

export const objects: readonly Scenario[] = [
  {
    name: 'objects-nobody-asked-for',
    demands:
      'objects of a neighbour that was not asked are dropped and counted: not passed on, not delivered',
    run: network => {
      line(network, 3, 5)
      network.addStranger('x')
      network.connect('n1', 'x', { delayMs: 1 })
      const run = network.publish('n0', 'news')
      const listener = network.subscribe('n2', 'news')
      network.run(2_000)
      const before = network.node('n1').overlay.counters.unwanted
      for (let i = 0; i < 10; i++) {
        network.sendObject('x', 'n1', objectOf(streamOf(run), 1_000_000 + i))
        network.sendObject('x', 'n1', objectOf('00'.repeat(16) as StreamId, i))
      }
      network.run(2_000)
      equal('unwanted objects', network.node('n1').overlay.counters.unwanted - before, 20)
      gapless(listener)
      demand(isFed(listener), 'n2 is not fed')
      equal('streams at n1', network.streamsAt('n1'), [1])
    }
  },
  {
    name: 'repeated-objects',
    demands: 'an object that comes twice, or long after those that followed it, passes once',
    run: network => {
      network.add('n')
      network.addStranger('x', { confirms: true })
      const ear = network.addStranger('ear')
      for (const name of ['x', 'ear']) network.connect('n', name, { delayMs: 5 })
      network.run(500)
      const run = network.pretend('x', 'n', 'news')
      const listener = network.subscribe('n', 'news')
      network.inject('ear', 'n', subTo(run))
      network.run(500)
      for (const seq of [0, 1, 1, 3, 2, 0, 3, 5_000, 4, 5_000]) {
        network.sendObject('x', 'n', objectOf(streamOf(run), seq))
      }
      network.run(500)
      const seqs = [0, 1, 3, 2, 5_000]
      equal(
        'what was delivered',
        listener.objects.map(({ seq }) => seq),
        seqs
      )
      equal(
        'what was passed on',
        ear.objects.map(({ object }) => object.header.seq),
        seqs
      )
      equal('duplicates', network.node('n').overlay.counters.duplicates, 5)
    }
  },
  {
    name: 'bytes-unchanged',
    demands: 'what a relay receives it sends, to the last byte, the reserved ones included',
    run: network => {
      network.add('n')
      network.addStranger('x', { confirms: true })
      const ear = network.addStranger('ear')
      for (const name of ['x', 'ear']) network.connect('n', name, { delayMs: 5 })
      network.run(500)
      const run = network.pretend('x', 'n', 'news')
      network.inject('ear', 'n', subTo(run))
      network.run(500)
      const object = objectOf(streamOf(run), 7)
      for (const at of [3, 6, 7, 36, 39]) object.bytes[at] = 0xa5
      object.bytes[1] = 0xfd
      network.sendObject('x', 'n', object)
      network.run(500)
      equal('the bytes', [...(ear.objects[0]?.object.bytes ?? [])], [...object.bytes])
    }
  }
]
