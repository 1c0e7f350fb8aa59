import type { Output, PeerId } from '@hopcast/protocol'
import { expect, test } from 'vitest'
import { isGapless, simulation } from './seeded.ts'
import type { Simulation } from './simulation.ts'
import { diamond, line } from './topologies.ts'

test('A relay that skips an object that it has is asked for it, and all below get it', () => {
  const sim = simulation()
  line(sim, 4, 10)
  sim.publish('n0', 'news')
  const receptions = ['n2', 'n3'].map(name => sim.subscribe(name, 'news'))
  sim.run(2_000)
  const skipped = skip(sim, 'n1', seq => seq % 10 === 0)
  sim.run(2_000)
  expect(skipped()).toBeGreaterThan(5)
  sim.run(200)
  for (const { objects } of receptions) {
    const seqs = objects.map(({ seq }) => seq).sort((a, b) => a - b)
    expect(seqs.slice(0, -5)).toEqual(seqs.slice(0, -5).map((_, i) => (seqs[0] as number) + i))
  }
})

test('A relay that withholds what others have is left, though it goes on sending the rest', () => {
  const sim = simulation()
  diamond(sim, { left: 5, right: 10 })
  sim.publish('a', 'news')
  const reception = sim.subscribe('b', 'news')
  sim.subscribe('right', 'news')
  sim.run(2_000)
  const id = sim.node('a').id
  expect(sim.node('b').overlay.route(id)?.nextHop).toBe(sim.node('left').id)
  skip(sim, 'left', seq => seq % 3 === 0, { evenIfAsked: true })
  sim.runUntil(() => sim.node('b').overlay.route(id)?.nextHop === sim.node('right').id, 2_000)
  const since = sim.now + 200
  sim.run(2_000)
  const { objects } = reception
  const later = Object.assign(Object.create(reception), { objects: objects.filter(({ at }) => at > since) })
  expect(isGapless(later)).toBe(true)
})

/** The node passes over objects on their way down; with `evenIfAsked` also when a NACK asks for them. */
function skip(
  sim: Simulation,
  name: string,
  which: (seq: number) => boolean,
  { evenIfAsked = false } = {}
): () => number {
  const { overlay } = sim.node(name)
  const handle = overlay.handle.bind(overlay)
  let skipped = 0
  const isSkipped = (output: Output, peers: readonly PeerId[]): boolean =>
    output.type === 'forward' && peers.length > 0 && which(output.object.header.seq)
  overlay.handle = (input, now) => {
    const outputs = handle(input, now)
    const isAnswer = input.type === 'message' && input.message.type === 'nack'
    if (isAnswer && !evenIfAsked) return outputs
    return outputs.filter(output => {
      if (output.type !== 'forward' || !isSkipped(output, output.peers)) return true
      skipped++
      return false
    })
  }
  return () => skipped
}
