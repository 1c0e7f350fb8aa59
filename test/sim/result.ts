/** What a run comes to: the JSON object that `npm run sim -- --json` ends with. Null: not measured in this scenario. */
export interface Result {
  scenario: string
  nodes: number
  servers: number
  seconds: number
  seed: number

  loops: number
  invariantBreaks: number
  /** The first few, in words. */
  breaks: string[]
  /** Objects, over all listeners: from the first that each was given to the end. */
  delivered: number
  expected: number
  /** Listeners that never had an object; all objects since they count are expected of them. */
  unfed: number
  /** Objects that uplinks were too slow for. */
  dropped: number
  /** The delay of the way that objects take, divided by the least there is; and the same for what routes minimize. */
  stretch: { p50: number | null; p99: number | null; quietMs: number }
  costStretch: { p50: number | null; p99: number | null }
  copiesPerDelivery: number
  mediaBytesPerNodePerSec: number
  control: {
    bytesPerSecPerNeighbour: number
    beats: number
    rest: number
    /** The rest per channel. */
    restPerChannel: number
    shareOfMedia: number
    /** On the links that carry media, and only there. */
    shareOnMediaLinks: number
    bytesPerNodePerSec: number
    /** By type of message. */
    bytes: Record<string, number>
  }
  /** SUB to first object. */
  join: {
    count: number
    p50Ms: number | null
    p95Ms: number | null
    /** In round trips between publisher and listener over the quickest way. */
    p95RoundTrips: number | null
    /** What is left after two of them. */
    p95OverTwoRoundTripsMs: number | null
  }
  /** The longest pause of each listener behind a relay that died. */
  failure: {
    count: number
    p50Ms: number | null
    p99Ms: number | null
    max: number | null
    /** Of all objects to all listeners: never came, or too late for a playout buffer of 500 ms. */
    lostPercent: number
    /** The same, for those only who have been behind one that died. */
    lostPercentOfAffected: number | null
  }
  handover: { lost: number; duplicates: number }
  /** From publisher to listener, of all objects that should have come; null: so many never did. */
  delay: { p50Ms: number | null; p99Ms: number | null }
  depth: { p95: number | null; max: number | null }
  /** Servers' share of the media bytes that are sent. */
  relayEgressShare: number
  parentSwitchesPerNodePerMinute: number
  traceHash: string
  steps: number
  wallSeconds: number
  cpuSeconds: number
  peakRssMb: number
  growth?: GrowthStep[]
  /** The same with gossipsub, if it was asked for. Its targets are not its own. */
  gossipsub?: Result
  targets: Target[]
}

/** A figure that is promised, and what was reached. */
export interface Target {
  figure: string
  target: string
  reached: string
  /** What was reached, as a number: less is better. Null: not measured. */
  value: number | null
  holds: boolean
}

export interface GrowthStep {
  nodes: number
  controlBytesPerNodePerSec: number
  joinP50Ms: number | null
  joinP95Ms: number | null
  depthP95: number | null
  depthMax: number | null
}
