/** What a mutant is: a core that is broken on purpose. The table of all of them is `mutants.ts`. */
import type { Implementation } from './tested-core.ts'

export interface Mutant extends Implementation {
  /** What is wrong with it. */
  does: string
  /** The scenario that has to notice, and a part of what it then says. */
  caughtBy: string
  saying: string | RegExp
}
