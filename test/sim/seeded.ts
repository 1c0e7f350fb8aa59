/** Simulations for tests: seeded by HOPCAST_SEED (see `test/seed.ts`), and with the command that repeats a failure. */
import type { Millis } from '@hopcast/protocol'
import { expect } from 'vitest'
import type { Reception } from './node.ts'
import { Simulation, type SimulationOptions } from './simulation.ts'

/** `count` seeds, the first of which is HOPCAST_SEED: setting it to the seed of a failure repeats that first. */
export function seeds(count: number): number[] {
  const first = Number(process.env.HOPCAST_SEED)
  return Array.from({ length: count }, (_, i) => first + i)
}

export function simulation(options: Partial<SimulationOptions> = {}): Simulation {
  const { seed = seeds(1)[0] as number } = options
  return new Simulation({ ...options, seed, replay: replayOf(seed) })
}

function replayOf(seed: number): string {
  const test = expect.getState().currentTestName?.replaceAll(' > ', ' ') ?? ''
  return `seed ${seed}; repeat it with: HOPCAST_SEED=${seed} npx vitest run --project sim -t ${JSON.stringify(test)}`
}

/** Whether the objects came in order, each once and none missing, from the first to the last, run by run. */
export function isGapless({ objects }: Pick<Reception, 'objects'>): boolean {
  return objects.every((object, i) => {
    const before = objects[i - 1]
    return before === undefined || before.run !== object.run || object.seq === before.seq + 1
  })
}

/** Whether each object came once and none is missing, as `isGapless`, in whatever order: what is repaired comes late (RFC 1, 8.1). */
export function isComplete({ objects }: Pick<Reception, 'objects'>): boolean {
  const runs = Map.groupBy(objects, ({ run }) => run).values()
  return [...runs].every(run => isGapless({ objects: run.toSorted((a, b) => a.seq - b.seq) }))
}

/** The longest time between two objects. */
export function longestPauseMs({ objects }: Reception): Millis {
  return Math.max(...objects.map((object, i) => object.at - (objects[i - 1]?.at ?? object.at)))
}

/** How many streams each node has state of. */
export function streamsAt(sim: Simulation): Record<string, number> {
  return Object.fromEntries(
    [...sim.nodes.values()].map(node => [node.name, [...node.overlay.streams()].length])
  )
}
