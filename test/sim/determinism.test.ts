import { describe, expect, it } from 'vitest'
import { playSchedule } from './schedule.ts'
import { seeds, simulation } from './seeded.ts'
import { randomGraph } from './topologies.ts'

describe('A simulation', () => {
  it('is the same run for the same seed, and another one for another', () => {
    const [first = 0, second = 0] = seeds(2)
    const trace = traceOf(first)
    expect(traceOf(first)).toEqual(trace)
    expect(traceOf(second).hash).not.toBe(trace.hash)
  })
})

function traceOf(seed: number): { hash: string; steps: number } {
  const sim = simulation({ seed })
  randomGraph(sim, { nodes: 15, degree: 4, delayMs: { from: 0, to: 40 }, jitterMs: 5 })
  playSchedule(sim, { steps: 80, channels: ['red', 'blue'], pauseMs: 200 })
  return { hash: sim.traceHash, steps: sim.counts.steps }
}
