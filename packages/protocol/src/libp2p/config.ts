import type { Config } from '../config.ts'
import { defaultConfig } from '../default-config.ts'
import { agentBytesMax } from '../wire/limits.ts'
import { checkText, encoding } from '../wire/ranges.ts'
import type { HopcastInit } from './api.ts'

/** Half of a server's places are for those who dial it. */
const discoveredNeighboursMax = 128

/** @throws TypeError for an agent that is too long, or a number of neighbours that cannot be */
export function configOf({ agent, server, uplinkBps, discovery }: HopcastInit): Partial<Config> {
  const config: Partial<Config> = {}
  if (agent !== undefined) {
    encoding(() => checkText('agent', agent, agentBytesMax))
    config.agent = agent
  }
  if (server !== undefined) config.server = server
  if (uplinkBps !== undefined) {
    if (!(uplinkBps > 0 && Number.isFinite(uplinkBps))) {
      throw new TypeError(`uplinkBps is ${uplinkBps}: use bits per second, more than 0`)
    }
    config.uplinkBps = uplinkBps
  }
  if (discovery === undefined) return config
  const { neighbours } = discovery
  if (!Number.isInteger(neighbours) || neighbours < 0 || neighbours > discoveredNeighboursMax) {
    throw new TypeError(`discovery.neighbours is ${neighbours}: use 0 to ${discoveredNeighboursMax}`)
  }
  // A page takes in as many as it looks for; a server is there to be dialled.
  const neighboursMax = server || neighbours === 0 ? defaultConfig.neighboursMax : 2 * neighbours
  return { ...config, neighboursTarget: neighbours, neighboursMax }
}
