import type { Config } from '../config.ts'
import { defaultConfig } from '../default-config.ts'
import { agentBytesMax } from '../wire/limits.ts'
import { checkText, encoding } from '../wire/ranges.ts'
import type { HopcastInit } from './api.ts'

/** As many may be of a node's own choice; of a server's places, half at most by default. */
const discoveredNeighboursMax = 128
/** Above `neighboursMax` nobody has tried. */
const neighboursLimits = { min: 2, max: 16_384 }

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
    const { min, max } = neighboursLimits
    if (!Number.isInteger(neighboursMax) || neighboursMax < min || neighboursMax > max)
      throw new TypeError(`neighboursMax is ${neighboursMax}: use ${min} to ${max}`)
    config.neighboursMax = neighboursMax
  }
  if (discovery === undefined) return config
  const { neighbours } = discovery
  if (!Number.isInteger(neighbours) || neighbours < 0 || neighbours > discoveredNeighboursMax) {
    throw new TypeError(`discovery.neighbours is ${neighbours}: use 0 to ${discoveredNeighboursMax}`)
  }
  // A page takes in as many as it looks for; a server is there to be dialled.
  const byDefault = server || neighbours === 0 ? defaultConfig.neighboursMax : 2 * neighbours
  // One place is for the try of another, and one for whoever dials.
  if (neighbours > 0 && neighboursMax !== undefined && neighboursMax < neighbours + 2) {
    throw new TypeError(
      `neighboursMax is ${neighboursMax}, with discovery.neighbours ${neighbours}: use ${neighbours + 2} or more`
    )
  }
  return { ...config, neighboursTarget: neighbours, neighboursMax: neighboursMax ?? byDefault }
}
