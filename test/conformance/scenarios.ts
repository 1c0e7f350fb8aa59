/** Every scenario, theme by theme; names are unique. */
import type { Scenario } from './scenario.ts'
import { capacity } from './scenarios/capacity.ts'
import { channels } from './scenarios/channels.ts'
import { choice } from './scenarios/choice.ts'
import { crowds } from './scenarios/crowds.ts'
import { failures } from './scenarios/failures.ts'
import { finding } from './scenarios/finding.ts'
import { forgeries } from './scenarios/forgeries.ts'
import { handOver } from './scenarios/hand-over.ts'
import { integrity } from './scenarios/integrity.ts'
import { leaving } from './scenarios/leaving.ts'
import { limits } from './scenarios/limits.ts'
import { loops } from './scenarios/loops.ts'
import { neighbours } from './scenarios/neighbours.ts'
import { objects } from './scenarios/objects.ts'
import { publishers } from './scenarios/publishers.ts'
import { queues } from './scenarios/queues.ts'
import { repair } from './scenarios/repair.ts'
import { subscriptions } from './scenarios/subscriptions.ts'
import { tables } from './scenarios/tables.ts'
import { trees } from './scenarios/trees.ts'
import { world } from './scenarios/world.ts'

export const scenarios: readonly Scenario[] = [
  ...trees,
  ...choice,
  ...loops,
  ...tables,
  ...repair,
  ...forgeries,
  ...failures,
  ...publishers,
  ...channels,
  ...world,
  ...neighbours,
  ...finding,
  ...subscriptions,
  ...handOver,
  ...capacity,
  ...crowds,
  ...leaving,
  ...objects,
  ...queues,
  ...integrity,
  ...limits
]
