/**
 * Where nodes are, and how long light and routers take between them.
 *
 * The round trips are typical medians between the large data centres of the regions, as public latency monitors of cloud
 * providers show them, rounded to 5 ms. They are plausible rather than exact: none is below what light in fibre needs
 * (about 1 ms of round trip per 100 km), and most are 1.2 to 2 times that. What an end user adds is `lastMileMs`.
 */
import type { Millis } from '@hopcast/protocol'
import type { Random } from '../random.ts'

export const regions = [
  'Europe',
  'America, east',
  'America, west',
  'South America',
  'Japan, Korea',
  'South-east Asia',
  'India',
  'Australia',
  'Africa'
] as const

type Region = number

/** Of the viewers, in percent. */
const shares = [30, 18, 10, 10, 9, 9, 8, 3, 3]

/** Round trips in milliseconds. Within a region: between two of its cities. */
const roundTrips = [
  [20, 90, 150, 200, 230, 165, 125, 285, 155],
  [90, 20, 65, 115, 155, 220, 195, 200, 230],
  [150, 65, 20, 175, 110, 170, 230, 140, 290],
  [200, 115, 175, 25, 260, 325, 305, 310, 340],
  [230, 155, 110, 260, 20, 70, 130, 105, 350],
  [165, 220, 170, 325, 70, 25, 60, 95, 250],
  [125, 195, 230, 305, 130, 60, 25, 150, 270],
  [285, 200, 140, 310, 105, 95, 150, 20, 400],
  [155, 230, 290, 340, 350, 250, 270, 400, 30]
] as const

export function roundTripMs(a: Region, b: Region): Millis {
  return roundTrips[a]?.[b] ?? 0
}

/** A region, drawn by where viewers are. */
export function drawRegion(random: Random): Region {
  let rest = random.integer(1, 100)
  for (const [region, share] of shares.entries()) {
    rest -= share
    if (rest <= 0) return region
  }
  throw new Error('the shares of the regions are less than 100 %')
}
