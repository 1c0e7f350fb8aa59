import type { Child } from '../child.ts'
import type { Endpoint } from '../clients/client.ts'
import type { Stage } from '../stage.ts'

/** A kind of relay that the load can be put on. */
export interface Contestant {
  name: string
  /** What is missing on this machine, with the command that installs it; undefined when nothing is. */
  missing(): string | undefined
  /** @returns once it takes connections */
  start(stage: Stage, options: StartOptions): Promise<Running>
}

export interface StartOptions {
  /** How many will connect at once. */
  connections: number
}

export interface Running {
  endpoint: Endpoint
  /** Undefined: there is no process between publisher and subscribers. */
  relay: Child | undefined
}
