/** Cores that are broken on purpose, each in one way, to see that the scenarios notice. */
import type { Mutant } from './mutant.ts'
import { capacity } from './mutants/capacity.ts'
import { channels } from './mutants/channels.ts'
import { choice } from './mutants/choice.ts'
import { failures } from './mutants/failures.ts'
import { handOver } from './mutants/hand-over.ts'
import { neighbours } from './mutants/neighbours.ts'
import { objects } from './mutants/objects.ts'
import { publishers } from './mutants/publishers.ts'
import { queues } from './mutants/queues.ts'
import { routes } from './mutants/routes.ts'
import { subscriptions } from './mutants/subscriptions.ts'
import { trees } from './mutants/trees.ts'
import { world } from './mutants/world.ts'

export const mutants: readonly Mutant[] = [
  ...trees,
  ...choice,
  ...routes,
  ...failures,
  ...neighbours,
  ...publishers,
  ...channels,
  ...subscriptions,
  ...handOver,
  ...capacity,
  ...objects,
  ...queues,
  ...world
]
