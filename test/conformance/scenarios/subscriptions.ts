/** Subscriptions: parents and children, seen by a neighbour that does as it likes (RFC 1, section 7.1). */
import type { StreamId } from '@hopcast/protocol'
import { pathTag } from '../../../packages/protocol/src/ids.ts'
import { peerIdOf } from '../../sim/node.ts'
import { diamond, line } from '../../sim/topologies.ts'
import { atLeast, demand, equal } from '../demand.ts'
import { gapless, told } from '../listening.ts'
import { streamOf, subTo, tags } from '../said.ts'
import type { Scenario } from '../scenario.ts'

export const subscriptions: readonly Scenario[] = [
  {
    name: 'forged-mutual-sub',
    demands:
      'a neighbour cannot be parent and child of a stream: who asks for it back is told that this is a loop',
    run: network => {
      network.add('n')
      const x = network.addStranger('x', { confirms: true })
      network.connect('n', 'x', { delayMs: 5 })
      network.run(500)
      const run = network.pretend('x', 'n', 'news')
      network.subscribe('n', 'news')
      network.run(500)
      equal('the parent of n', network.parent('n', run), 'x')
      network.inject('x', 'n', subTo(run))
      network.run(500)
      equal('the answer', x.heardOf('sub-nack').at(-1)?.reason, 'loop')
      equal('the children of n', network.children('n', run), [])
    }
  },
  {
    name: 'child-becomes-next-hop',
    demands: 'a child that turns out to be the way to the publisher is a child no more, and is told so',
    run: network => {
      network.add('n')
      const x = network.addStranger('x')
      network.addStranger('y', { confirms: true })
      for (const name of ['x', 'y']) network.connect('n', name, { delayMs: 5 })
      network.run(500)
      const run = network.pretend('x', 'y', 'news')
      network.claim('y', 'n', network.id('x'), { metricUs: 50_000, hops: 1 })
      network.announce('x', 'n', 'news')
      network.run(500)
      network.inject('x', 'n', subTo(run))
      network.run(500)
      equal('the children of n', network.children('n', run), ['x'])
      network.subscribe('n', 'news')
      network.claim('x', 'n', network.id('x'), { metricUs: 0 })
      network.claim('y', 'n', network.id('x'), { metricUs: undefined })
      network.within(10_000, 'n asks x', () => x.heardOf('sub').length > 0)
      network.run(100)
      equal('the children of n', network.children('n', run), [])
      equal('what x was told', x.heardOf('sub-nack').at(-1)?.reason, 'loop')
    }
  },
  {
    name: 'sub-ok-nobody-asked-for',
    demands: 'a SUB_OK from a node that was not asked makes no parent, and is answered with UNSUB',
    run: network => {
      line(network, 2, 5)
      const x = network.addStranger('x')
      network.connect('n1', 'x', { delayMs: 1 })
      const run = network.publish('n0', 'news')
      const listener = network.subscribe('n1', 'news')
      network.run(2_000)
      const path = [pathTag(network.id('n0'))]
      network.inject('x', 'n1', { type: 'sub-ok', stream: streamOf(run), path })
      network.inject('x', 'n1', { type: 'sub-ok', stream: '00'.repeat(16) as StreamId, path })
      network.run(1_000)
      equal('the parent of n1', network.parent('n1', run), 'n0')
      equal('UNSUBs to x', x.heardOf('unsub').length, 2)
      equal('what the application was told', told(listener), 'started')
      gapless(listener)
    }
  },
  {
    name: 'unknown-stream',
    demands:
      'a stream that its publisher does not have is refused as unknown all the way down, and nothing is kept',
    run: network => {
      line(network, 3, 5)
      const x = network.addStranger('x')
      network.connect('n2', 'x', { delayMs: 5 })
      const run = network.publish('n0', 'news')
      network.run(2_000)
      for (let track = 1; track <= 60; track++) network.inject('x', 'n2', subTo(run, track))
      network.run(1_000)
      equal('streams kept by n0, n1 and n2', network.streamsAt('n0', 'n1', 'n2'), [1, 0, 0])
      const reasons = x.heardOf('sub-nack').map(({ reason }) => reason)
      equal('refusals', [reasons.length, ...new Set(reasons)], [60, 'unknown'])
    }
  },
  {
    name: 'sub-without-a-way',
    demands: 'a SUB for which there is no way yet is kept, and answered once there is one',
    run: network => {
      network.add('n', 'p')
      const x = network.addStranger('x')
      network.connect('n', 'x', { delayMs: 5 })
      network.connect('n', 'p', { delayMs: 5 })
      const run = network.publish('p', 'news')
      network.run(1_000)
      network.cut('n', 'p')
      network.run(500)
      network.inject('x', 'n', subTo(run))
      network.run(500)
      equal('SUB_OKs without a way', x.heardOf('sub-ok').length, 0)
      network.connect('n', 'p', { delayMs: 5 })
      network.within(200, 'x is answered', () => x.heardOf('sub-ok').length > 0)
      equal('the way', x.heardOf('sub-ok').at(-1)?.path, tags(network, 'p', 'n'))
      network.run(500)
      atLeast('objects that x had', x.objects.length, 10)
    }
  },
  {
    name: 'asked-once',
    demands: 'a SUB counts until UNSUB, without a word in between, and UNSUB ends it at once',
    run: network => {
      line(network, 2, 5)
      const x = network.addStranger('x')
      network.connect('n1', 'x', { delayMs: 5 })
      const run = network.publish('n0', 'news')
      network.run(1_000)
      network.inject('x', 'n1', subTo(run))
      network.run(30_000)
      equal('the children of n1', network.children('n1', run), ['x'])
      atLeast('objects sent to it', x.objects.length, 1_490)
      network.inject('x', 'n1', { type: 'unsub', stream: streamOf(run) })
      network.run(50)
      equal('streams at n1', network.streamsAt('n1'), [0])
      const had = x.objects.length
      network.run(2_000)
      equal('objects sent to it later', x.objects.length - had, 0)
    }
  },
  {
    name: 'way-of-the-stream',
    demands:
      'SUB_OK tells all nodes from the publisher to its sender, and tells it anew when the way is another',
    run: network => {
      diamond(network, { left: 10, right: 20 })
      const x = network.addStranger('x')
      network.connect('b', 'x', { delayMs: 5 })
      const run = network.publish('a', 'news')
      network.run(3_000)
      network.inject('x', 'b', subTo(run))
      network.run(1_000)
      equal('the way', x.heardOf('sub-ok').at(-1)?.path, tags(network, 'a', 'left', 'b'))
      network.crash('left')
      network.run(1_000)
      equal('the way', x.heardOf('sub-ok').at(-1)?.path, tags(network, 'a', 'right', 'b'))
    }
  },
  {
    name: 'way-told-while-moving',
    demands:
      'children are told of another way also while their parent looks for one: it may lead through them',
    run: network => {
      network.add('n')
      const x = network.addStranger('x', { confirms: true })
      const [y, ear] = [network.addStranger('y'), network.addStranger('ear')]
      for (const name of ['x', 'y', 'ear']) network.connect('n', name, { delayMs: 5 })
      network.run(500)
      const run = network.pretend('x', 'n', 'news')
      network.claim('x', 'n', network.id('x'), { metricUs: 500_000 })
      network.run(100)
      network.inject('ear', 'n', subTo(run))
      network.within(100, 'ear is answered', () => ear.heardOf('sub-ok').length === 1)
      network.feed('x', 'n', run)
      network.run(1_000)
      // It does not answer.
      network.claim('y', 'n', network.id('x'), { metricUs: 0, hops: 1 })
      network.within(10_000, 'n asks y', () => y.heardOf('sub').length > 0)
      x.manners.via = tags(network, 'y')
      network.inject('x', 'n', x.subOk(subTo(run)))
      network.run(100)
      equal('the parent of n', network.parent('n', run), 'x')
      const way = [...x.subOk(subTo(run)).path, ...tags(network, 'n')]
      equal('the way that ear was told', ear.heardOf('sub-ok').at(-1)?.path, way)
    }
  },
  {
    name: 'sub-ok-in-a-circle',
    demands:
      'a neighbour whose stream comes through this very node is no parent of it, until it tells another way',
    run: network => {
      network.add('n')
      const x = network.addStranger('x')
      network.connect('n', 'x', { delayMs: 5 })
      network.run(500)
      const run = network.pretend('x', 'n', 'news')
      x.manners = { ...x.manners, confirms: true, via: tags(network, 'n') }
      const listener = network.subscribe('n', 'news')
      network.run(500)
      equal('the parent of n', network.parent('n', run), undefined)
      equal('what the application was told', told(listener), '')
      x.manners.via = []
      network.inject('x', 'n', x.subOk(subTo(run)))
      network.run(100)
      equal('the parent of n', network.parent('n', run), 'x')
      // And one that was the parent is so no more.
      x.manners.via = tags(network, 'n')
      network.inject('x', 'n', x.subOk(subTo(run)))
      network.run(100)
      equal('the parent of n', network.parent('n', run), undefined)
    }
  },
  {
    name: 'answer-to-an-earlier-sub',
    demands: 'a SUB_OK to a SUB that was taken back is no answer to the next one, and the one to that is',
    run: network => {
      network.add('n')
      const x = network.addStranger('x')
      network.connect('n', 'x', { delayMs: 5 })
      network.run(500)
      const run = network.pretend('x', 'n', 'news')
      const asked = () => x.heardOf('sub').at(-1) ?? subTo(run)
      network.subscribe('n', 'news')
      network.within(100, 'n asks x', () => x.heardOf('sub').length === 1)
      const answer = x.subOk(asked())
      network.unsubscribe('n', 'news')
      network.subscribe('n', 'news')
      network.within(2_000, 'n asks x again', () => x.heardOf('sub').length === 2)
      network.inject('x', 'n', answer)
      network.run(100)
      equal('the parent of n', network.parent('n', run), undefined)
      network.inject('x', 'n', x.subOk(asked()))
      network.run(100)
      equal('the parent of n after its answer', network.parent('n', run), 'x')
    }
  },
  {
    name: 'sub-ok-from-too-far',
    demands: 'a SUB_OK with a longer way than there may be makes no parent, and is answered with UNSUB',
    run: network => {
      network.add('n')
      const via = Array.from({ length: 64 }, (_, i) => pathTag(peerIdOf(`far ${i}`)))
      const x = network.addStranger('x', { confirms: true, via })
      network.connect('n', 'x', { delayMs: 5 })
      network.run(500)
      const run = network.pretend('x', 'n', 'news')
      const listener = network.subscribe('n', 'news')
      network.run(500)
      equal('the parent of n', network.parent('n', run), undefined)
      demand(x.heardOf('unsub').length > 0, 'x was not told to keep it')
      equal('what the application was told', told(listener), '')
      x.manners.via = []
      network.within(3_000, 'n asks again', () => network.parent('n', run) === 'x')
    }
  },
  {
    name: 'no-answer',
    demands: 'who was asked and says nothing for 2 s is given up, and asked again while it is the way',
    run: network => {
      network.add('n')
      const x = network.addStranger('x')
      network.connect('n', 'x', { delayMs: 5 })
      network.run(500)
      const run = network.pretend('x', 'n', 'news')
      network.subscribe('n', 'news')
      network.run(1_900)
      equal('SUBs to x', x.heardOf('sub').length, 1)
      network.run(600)
      equal('UNSUBs to x', x.heardOf('unsub').length, 1)
      x.manners.confirms = true
      network.within(7_000, 'n asks again', () => network.parent('n', run) === 'x')
    }
  }
]
