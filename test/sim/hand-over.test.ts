import { describe, expect, test } from 'vitest'
import type { Reception } from './node.ts'
import { simulation } from './seeded.ts'

/**
 * The far way is asked first. The near one is asked beside it before the first object has come, so it cannot be told where to
 * go on from; when it takes over, it is ahead by what is still on its way down the far one.
 */
function join(nearAfterMs: number, nackDelayMs?: number): Reception {
  const sim = simulation(nackDelayMs === undefined ? {} : { config: { nackDelayMs } })
  for (const name of ['publisher', 'far', 'near', 'viewer']) sim.addNode(name)
  sim.connect('publisher', 'far', { delayMs: 70 })
  sim.connect('publisher', 'near', { delayMs: 5 })
  sim.publish('publisher', 'news')
  for (const name of ['far', 'near']) sim.subscribe(name, 'news')
  sim.run(5_000)
  sim.connect('far', 'viewer', { delayMs: 10 })
  const reception = sim.subscribe('viewer', 'news')
  sim.run(nearAfterMs)
  sim.connect('near', 'viewer', { delayMs: 20 })
  sim.run(3_000)
  expect([...sim.node('viewer').parents.values()]).toEqual([sim.node('near').id])
  return reception
}

/** In whatever order they came. */
function missing({ objects }: Reception): number {
  const seqs = objects.map(({ seq }) => seq).toSorted((a, b) => a - b)
  return (seqs.at(-1) ?? 0) - (seqs[0] ?? 0) + 1 - seqs.length
}

describe('A node that finds a nearer way just after it has joined', () => {
  const offsetsMs = Array.from({ length: 30 }, (_, n) => 2 * n)

  test('misses nothing after its first object, whenever that is: what was passed over is repaired', () => {
    expect(offsetsMs.map(offsetMs => missing(join(offsetMs)))).toEqual(offsetsMs.map(() => 0))
  })

  test('would miss some of it without repair', () => {
    expect(Math.max(...offsetsMs.map(offsetMs => missing(join(offsetMs, 60_000))))).toBeGreaterThan(0)
  })
})
