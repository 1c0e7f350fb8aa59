import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { simulation } from '../seeded.ts'
import { SeqSet } from '../seq-set.ts'
import type { Simulation } from '../simulation.ts'
import { line } from '../topologies.ts'
import { Histogram, quantileOf } from './histogram.ts'
import { Meter } from './meter.ts'

describe('A histogram', () => {
  it('knows every quantile to within its step', () => {
    const values = fc.array(fc.integer({ min: 0, max: 999 }), { minLength: 1 })
    fc.assert(
      fc.property(values, fc.double({ min: 0.01, max: 1, noNaN: true }), (numbers, q) => {
        const histogram = new Histogram(1, 1_000)
        for (const number of numbers) histogram.add(number)
        const exact = quantileOf(numbers, q) as number
        expect(histogram.quantile(q)).toBe(exact + 1)
        expect(histogram.bins(10, 1_000).reduce((sum, count) => sum + count, 0)).toBe(numbers.length)
      })
    )
  })
})

describe('A set of seqnos', () => {
  it('is a set, and counts ranges', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3_000)), fc.nat(3_000), fc.nat(3_000), (seqs, from, to) => {
        const set = new SeqSet()
        const expected = new Set<number>()
        for (const seq of seqs) {
          expect(set.add(seq)).toBe(!expected.has(seq))
          expected.add(seq)
        }
        expect(set.count(from, to)).toBe([...expected].filter(seq => seq >= from && seq <= to).length)
        expect(set.greatest).toBe(Math.max(-1, ...expected))
      })
    )
  })
})

describe('A meter', () => {
  it('counts a listener’s objects from its first to the end, and none of them twice', () => {
    const { sim, meter } = measuredLine()
    sim.run(5_000)
    meter.start(sim)
    sim.run(10_000)
    const [playout] = meter.playouts
    // 50 a second for ten seconds, but for the last three.
    expect(playout?.account(sim.now, sim.runs.values())).toEqual({
      expected: 350,
      delivered: 350,
      unplayed: 0
    })
    expect(meter.delays.quantile(0.5)).toBeCloseTo(20, -1)
    expect(meter.traffic.copies).toBe(1_000)
  })

  it('sees what came too late to be played, what never came, and how long the pause was', () => {
    const { sim, meter } = measuredLine()
    sim.run(5_000)
    meter.start(sim)
    const watched = meter.watch(new Set([sim.node('n2')]))
    // For longer than objects are kept for those who come back.
    sim.cut('n1', 'n2')
    sim.run(4_000)
    sim.connect('n1', 'n2', { delayMs: 10 })
    sim.run(6_000)
    meter.collect(watched, sim.now)
    const [playout] = meter.playouts
    const account = playout?.account(sim.now, sim.runs.values())
    expect(account?.expected).toBe(350)
    expect(account?.delivered).toBeLessThan(350)
    expect(account?.unplayed).toBeGreaterThan(170)
    expect(account?.unplayed).toBeLessThan(210)
    expect(meter.gaps[0]).toBeGreaterThan(4_000)
    expect(meter.gaps[0]).toBeLessThan(4_200)
  })
})

describe('A listener that never had an object', () => {
  it('has missed all of them', () => {
    const { sim, meter } = measuredLine()
    sim.cut('n1', 'n2')
    sim.run(5_000)
    meter.start(sim)
    sim.run(10_000)
    const unfed = [...meter.playouts].filter(playout => !playout.isFed)
    expect(unfed.map(playout => playout.account(sim.now, sim.runs.values()))).toEqual([
      { expected: 350, delivered: 0, unplayed: 350 }
    ])
  })
})

/** n2 listens to n0 by way of n1. */
function measuredLine(): { sim: Simulation; meter: Meter } {
  const meter = new Meter()
  const sim = simulation({ observer: meter, keepsObjects: false })
  meter.attach(sim)
  line(sim, 3, 10)
  sim.publish('n0', 'news')
  sim.run(500)
  sim.subscribe('n2', 'news')
  return { sim, meter }
}
