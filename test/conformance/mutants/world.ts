/** Mutants in a world of many channels. */
import type { Mutant } from '../mutant.ts'
import { configured, silentOn } from '../twists.ts'

export const world: readonly Mutant[] = [
  {
    does: 'waits to be told of what it wants',
    caughtBy: 'million-channels',
    saying: 'n0 has found all ten',
    createOverlay: silentOn('route-query')
  },
  {
    does: 'remembers every channel that there is',
    caughtBy: 'million-channels',
    saying: 'that nobody wants',
    createOverlay: configured({ announcementsMax: 100_000, originsMax: 100_000 })
  },
  {
    does: 'keeps a way to every publisher that there is',
    caughtBy: 'million-channels',
    saying: 'ways at n',
    createOverlay: configured({ originsMax: 100_000 })
  }
]
