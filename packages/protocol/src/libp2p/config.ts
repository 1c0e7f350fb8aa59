import type { Config } from '../config.ts'
import { defaultConfig } from '../default-config.ts'
import { neighbourLimits, placesMinBeside } from '../neighbour-limits.ts'
import { agentBytesMax } from '../wire/limits.ts'
import { checkText, encoding } from '../wire/ranges.ts'
import type { HopcastInit } from './api.ts'

const { discoveredMax, placesMin, placesMax } = neighbourLimits

/** @throws TypeError for an agent that is too long, or a number of neighbours that cannot be */
export function configOf({
  agent,
  server,
  neighboursMax,
  uplinkBps,
  discovery
}: HopcastInit): Partial<Config> {
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
  if (neighboursMax !== undefined) {
    if (!Number.isInteger(neighboursMax) || neighboursMax < placesMin || neighboursMax > placesMax)
      throw new TypeError(`neighboursMax is ${neighboursMax}: use ${placesMin} to ${placesMax}`)
    config.neighboursMax = neighboursMax
  }
  if (discovery === undefined) return config
  const { neighbours } = discovery
  if (!Number.isInteger(neighbours) || neighbours < 0 || neighbours > discoveredMax) {
    throw new TypeError(`discovery.neighbours is ${neighbours}: use 0 to ${discoveredMax}`)
  }
  // A page takes in as many as it looks for; a server is there to be dialled.
  const byDefault = server || neighbours === 0 ? defaultConfig.neighboursMax : 2 * neighbours
  const least = placesMinBeside(neighbours)
  if (neighboursMax !== undefined && neighboursMax < least) {
    throw new TypeError(
      `neighboursMax is ${neighboursMax}, with discovery.neighbours ${neighbours}: use ${least} or more`
    )
  }
  return { ...config, neighboursTarget: neighbours, neighboursMax: neighboursMax ?? byDefault }
}
