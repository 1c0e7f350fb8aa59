/** Objects: each once, its bytes as they came, and only those that were asked for (RFC 1, section 8). */
import type { StreamId } from '@hopcast/protocol'
import { endProof, endProofHash } from '../../../packages/protocol/src/ids.ts'
import type { Reception, Run } from '../../sim/node.ts'
import { line } from '../../sim/topologies.ts'
import { atLeast, atMost, demand, equal } from '../demand.ts'
import { gapless, isFed, told, whole } from '../listening.ts'
import type { Network } from '../network.ts'
import { endOf, objectOf, streamOf, subTo } from '../said.ts'
import type { Scenario } from '../scenario.ts'
import type { Stranger } from '../stranger.ts'

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
      for (const at of [3, 6, 7]) object.bytes[at] = 0xa5
      object.bytes[1] = 0xf9
      network.sendObject('x', 'n', object)
      network.run(500)
      equal('the bytes', [...(ear.objects[0]?.object.bytes ?? [])], [...object.bytes])
    }
  },
  {
    name: 'false-end',
    demands: 'only its publisher ends a stream: an end without the proof that was announced is as none',
    run: network => {
      network.add('n')
      network.addStranger('x', { confirms: true })
      const ear = network.addStranger('ear')
      for (const name of ['x', 'ear']) network.connect('n', name, { delayMs: 5 })
      network.run(500)
      const proof = endProof(new Uint8Array([1, 2, 3]), 1)
      const run = network.pretend('x', 'n', 'news', { endHash: endProofHash(proof) })
      const stream = streamOf(run)
      const listener = network.subscribe('n', 'news')
      network.inject('ear', 'n', subTo(run))
      network.run(500)
      const others = [new Uint8Array(0), new Uint8Array(32), endProofHash(proof)]
      for (const [seq, wrong] of others.entries()) {
        network.sendObject('x', 'n', endOf(stream, seq, wrong))
        network.sendObject('x', 'n', objectOf(stream, seq))
        network.run(20)
      }
      equal(
        'what was delivered',
        listener.objects.map(({ seq }) => seq),
        [0, 1, 2]
      )
      equal('what n was told', told(listener), 'started')
      equal('ends that were passed on', ear.objects.filter(({ object }) => object.header.end).length, 0)
      network.sendObject('x', 'n', endOf(stream, 3, proof))
      network.run(500)
      equal('what n was told at the end', told(listener), 'started ended')
      equal('ends that were passed on', ear.objects.filter(({ object }) => object.header.end).length, 1)
    }
  },
  {
    name: 'passed-over',
    demands:
      'objects that the parent passes over are asked for: of the parent first, then of who else claims a way',
    run: network => {
      const { run, x, y, listener, send } = fedByX(network)
      send(0, 1, 2, 5)
      network.within(40, 'n asks x', () => x.heardOf('nack').length > 0)
      const missing = { type: 'nack', stream: streamOf(run), first: 3, last: 4 }
      equal('what n asks of x', x.heardOf('nack'), [missing])
      equal('what n asks of y meanwhile', y.heardOf('nack'), [])
      network.inject('x', 'n', { type: 'have', stream: streamOf(run), held: { oldest: 5, newest: 5 } })
      network.run(20)
      equal('what n asks of y', y.heardOf('nack'), [missing])
      for (const seq of [3, 4]) network.sendObject('y', 'n', objectOf(streamOf(run), seq))
      send(6)
      network.run(100)
      const had = listener.objects.map(({ seq }) => seq)
      equal('what was delivered', had.sort(), [0, 1, 2, 3, 4, 5, 6])
      equal('the parent of n', network.parent('n', run), 'x')
    }
  },
  {
    name: 'nobody-has-it',
    demands: 'where nobody has what is missing nobody is to blame, and it is given up',
    run: network => {
      const { run, x, y, send } = fedByX(network)
      let seq = 0
      for (let i = 0; i < 100; i++) {
        seq += i % 5 === 4 ? 2 : 1
        send(seq)
        network.run(20)
        for (const [name, stranger] of Object.entries({ x, y })) {
          if (stranger.heard.splice(0).some(({ message }) => message.type === 'nack')) {
            network.inject(name, 'n', { type: 'have', stream: streamOf(run) })
          }
        }
      }
      equal('the parent of n', network.parent('n', run), 'x')
      equal('the next hop of n', network.nextHop('n', network.id('x')), 'x')
      network.run(2_000)
      x.heard.length = 0
      y.heard.length = 0
      network.run(5_000)
      equal('questions for what is given up', x.heardOf('nack').length + y.heardOf('nack').length, 0)
    }
  },
  {
    name: 'nack-answered',
    demands:
      'NACK is answered with the objects that are held, with HAVE where there are none, and not without end',
    run: network => {
      line(network, 2, 5)
      const x = network.addStranger('x')
      network.connect('n1', 'x', { delayMs: 5 })
      const run = network.publish('n0', 'news')
      network.subscribe('n1', 'news')
      network.run(3_000)
      const stream = streamOf(run)
      const [first, last] = [run.written - 20, run.written - 11]
      network.inject('x', 'n1', { type: 'nack', stream, first, last })
      network.run(50)
      const seqs = Array.from({ length: 10 }, (_, i) => first + i)
      equal(
        'the objects',
        x.objects.map(({ object }) => object.header.seq),
        seqs
      )
      network.inject('x', 'n1', { type: 'nack', stream, first: 1_000_000, last: 1_000_001 })
      network.inject('x', 'n1', { type: 'nack', stream: '00'.repeat(16) as StreamId, first: 0, last: 0 })
      network.run(50)
      const answers = x.heardOf('have')
      equal(
        'who has none of them',
        answers.map(({ stream }) => stream),
        [stream, '00'.repeat(16)]
      )
      equal('what is held of what nobody knows', answers[1]?.held, undefined)
      const before = x.objects.length
      for (let i = 0; i < 5_000; i++) {
        network.inject('x', 'n1', { type: 'nack', stream, first: run.written - 3, last: run.written - 3 })
        if (i % 5 === 0) network.run(1)
      }
      network.run(100)
      // 200 at once, and 50 a second.
      atMost('answers to 5,000 questions', x.objects.length - before, 260)
      equal('children of n1', network.children('n1', run), [])
    }
  },
  {
    name: 'repair-has-an-end',
    demands:
      'who asks for everything again and again is given a part of it: what is dropped for want of room takes no more',
    run: network => {
      line(network, 2, 5)
      const x = network.addStranger('x')
      network.connect('n1', 'x', { delayMs: 5 })
      const run = network.publish('n0', 'news')
      const listener = network.subscribe('n1', 'news')
      network.run(3_000)
      const stream = streamOf(run)
      for (let i = 0; i < 100; i++) {
        network.inject('x', 'n1', { type: 'nack', stream, first: run.written - 90, last: run.written - 11 })
        network.run(50)
      }
      // 256 at once, and 50 a second.
      atMost('objects for 100 questions of 80 in five seconds', x.objects.length, 520)
      atLeast('answers that say that it was not all', x.heardOf('have').length, 90)
      gapless(listener)
    }
  },
  {
    name: 'grey-hole',
    demands:
      'a parent that keeps objects back which others have is left for one of them, though it sends the rest',
    run: network => {
      const { run, x, y, listener } = fedByX(network)
      y.manners.confirms = true
      let wasLeft = false
      for (let i = 0; i < 150; i++) {
        if (network.seqNow % 3 !== 0) network.sendObject('x', 'n', objectOf(streamOf(run), network.seqNow))
        run.written = Math.max(run.written, network.seqNow)
        if (x.heard.splice(0).some(({ message }) => message.type === 'nack')) {
          network.inject('x', 'n', { type: 'have', stream: streamOf(run) })
        }
        for (const { message } of y.heard.splice(0)) {
          if (message.type === 'sub') network.feed('y', 'n', run, message.startSeq)
          if (message.type !== 'nack') continue
          for (let seq = message.first; seq <= message.last; seq++) {
            network.sendObject('y', 'n', objectOf(streamOf(run), seq))
          }
        }
        network.run(20)
        wasLeft ||= network.parent('n', run) === 'y' && network.nextHop('n', network.id('x')) === 'y'
        if (i === 50) demand(wasLeft, 'x is still the parent after a second')
      }
      whole(listener, run.written - 10)
      equal('what the application was told', told(listener), 'started')
    }
  }
]

/** n listens to x, the publisher, which sends what it is told to; y claims a dearer way there. */
function fedByX(network: Network): {
  run: Run
  x: Stranger
  y: Stranger
  listener: Reception
  send: (...seqs: number[]) => void
} {
  network.add('n')
  const [x, y] = [network.addStranger('x', { confirms: true }), network.addStranger('y')]
  for (const name of ['x', 'y']) network.connect('n', name, { delayMs: 5 })
  network.run(500)
  const run = network.pretend('x', 'n', 'news')
  network.claim('y', 'n', network.id('x'), { metricUs: 40_000, hops: 1 })
  const listener = network.subscribe('n', 'news')
  network.within(200, 'n asks x', () => x.heardOf('sub').length > 0)
  network.run(20)
  const send = (...seqs: number[]): void => {
    for (const seq of seqs) network.sendObject('x', 'n', objectOf(streamOf(run), seq))
  }
  return { run, x, y, listener, send }
}
