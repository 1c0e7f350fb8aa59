/** Contestants under load, measured in turns. */
import type { Contestant } from '../contestants/contestant.ts'
import type { Stage } from '../stage.ts'
import type { Load } from './load.ts'
import { type Measurement, Trial } from './trial.ts'

/** Of each in a run. */
const turns = 8

export interface Entry {
  contestant: Contestant
  load: Load
}

export interface Watcher {
  say: (text: string) => void
  /** What a contestant throws is told, and the others go on. */
  fail: (contestant: string, error: Error) => void
}

/**
 * All of them at once, begun anew, in turns: what else the machine does meets them alike.
 *
 * @returns by their names, those that did what they should
 */
export async function inTurns(
  stage: Stage,
  entries: readonly Entry[],
  { say, fail }: Watcher
): Promise<Map<string, Measurement>> {
  const trials = new Map<string, Trial>()
  const results = new Map<string, Measurement>()
  const guarded = async (name: string, act: () => Promise<void> | void) => {
    try {
      await act()
    } catch (error) {
      fail(name, error as Error)
      // Nothing of it is to go on while others are measured.
      await trials.get(name)?.end()
      trials.delete(name)
    }
  }
  try {
    for (const { contestant, load } of entries) {
      const { name } = contestant
      say(`${name} warms up`)
      await guarded(name, async () => {
        const trial = await Trial.begin(stage, contestant, load)
        trials.set(name, trial)
        await trial.warmUp()
        if (entries.length > 1) await trial.rest()
      })
    }
    const there = [...trials.keys()]
    say(`in turns: ${there.join(', ')}`)
    for (let turn = 0; turn < turns; turn++) {
      for (const name of there) {
        await guarded(name, async () => {
          const trial = trials.get(name)
          await trial?.turn()
          if (there.length > 1) await trial?.rest()
        })
      }
    }
  } finally {
    await stage.endAll()
  }
  for (const [name, trial] of trials) {
    await guarded(name, () => {
      results.set(name, trial.result(stage.profile))
    })
  }
  return results
}
