/** What may be asked for, by an operator or a page. */
export const neighbourLimits = {
  /** Of a node's own choice; of a server's places, half at most by default. */
  discoveredMax: 128,
  /** Places for neighbours of any kind. Above nobody has tried. */
  placesMin: 2,
  placesMax: 16_384
} as const

/** The fewest places of a node that looks for neighbours: one is for the try of another, and one for whoever dials. */
export function placesMinBeside(discovered: number): number {
  return discovered > 0 ? discovered + 2 : neighbourLimits.placesMin
}
