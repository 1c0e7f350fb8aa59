import type { OverlayOptions } from '@hopcast/protocol'
import type { Core } from '../sim/node.ts'
import type { CreateQueue } from '../sim/outbox.ts'

/** The contract of a core under test: what it is driven by, and what scenarios look at. `Overlay` keeps it. */
export type TestedCore = Omit<Core, 'rerouted' | 'stream'>

export type CreateOverlay = (options: OverlayOptions) => TestedCore

/** What is under test. */
export interface Implementation {
  createOverlay: CreateOverlay
  /** Where objects wait for a neighbour; without it, this project's own queue is played. */
  createQueue?: CreateQueue
}

/**
 * The core for the simulator, with other methods before some of its own. Which of its ways are new the simulator would
 * believe; here it is not asked, and all are looked at after each step.
 */
export function intercepted(
  core: TestedCore,
  by: Partial<Pick<Core, 'handle' | 'deadline' | 'isNews'>>
): Core {
  return {
    handle: by.handle ?? ((input, now) => core.handle(input, now)),
    deadline: by.deadline ?? (() => core.deadline()),
    neighbours: () => core.neighbours(),
    routes: () => core.routes(),
    route: origin => core.route(origin),
    get rerouted() {
      return Array.from(core.routes(), ({ origin }) => origin)
    },
    streams: () => core.streams(),
    stream: id => [...core.streams()].find(({ stream }) => stream === id),
    channels: () => core.channels(),
    isNews: by.isNews ?? (announcement => core.isNews(announcement)),
    get counters() {
      return core.counters
    }
  }
}
