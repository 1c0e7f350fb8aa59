/**
 * Everything that the commands tell on standard output. With `--json` each is printed as it is, one per line: the
 * README documents them. For people, `lines.ts` puts them into words.
 */
export type Report =
  | Listening
  | { type: 'subscribed'; channel: string; peerId: string }
  | Publishing
  | { type: 'connected'; peer: string; address: string; agent: string }
  | { type: 'disconnected'; peer: string; reason: string }
  | { type: 'unreachable'; address: string; reason: string; retryMs: number }
  | { type: 'peer-closed'; peer: string; code: string; reason: string }
  | {
      type: 'altered'
      channel: string
      publisher: string
      peer: string
      fault: 'altered' | 'unverified'
    }
  | Started
  | { type: 'route'; upstream: string; hops: number }
  | { type: 'interrupted' }
  | { type: 'ended' }
  | Stats
  | Summary
  | { type: 'error'; message: string }

/** A relay is ready. Always its first line. */
interface Listening {
  type: 'listening'
  peerId: string
  addresses: string[]
  /** Where the page is. */
  http: string
}

interface Publishing {
  type: 'publishing'
  channel: string
  peerId: string
  epoch: number
  /** For people: what is sent. */
  source: string
  codec: string
  channels: number
  /** Aimed at, bits per second. */
  bitrate: number
}

interface Started {
  type: 'started'
  publisher: string
  epoch: number
  codec: string
  channels: number
}

export type Stats = RelayStats | PublishStats | ListenStats

export interface RelayStats {
  type: 'stats'
  role: 'relay'
  neighbours: number
  streams: number
  /** Since the start. */
  objectsReceived: number
  objectsSent: number
}

export interface PublishStats {
  type: 'stats'
  role: 'publish'
  frames: number
  /** Bits per second of payload since the last stats. */
  bitrate: number
  /** The loudest since the last stats, in dB below full scale; null for silence. */
  levelDb: number | null
  /** Nodes that take the stream from this one directly. */
  children: number
  neighbours: number
}

export interface ListenStats extends Counts {
  type: 'stats'
  role: 'listen'
  bitrate: number
  /** Null where nothing decodes. */
  levelDb: number | null
  latencyMs: number | null
  hops: number | null
  upstream: string | null
  neighbours: number
}

type Summary = { type: 'summary'; frames: number } | ListenSummary

export interface ListenSummary extends Counts {
  type: 'summary'
  /** From the start of the process; null when nothing came. */
  firstFrameMs: number | null
  /** From capture to here, by the wall clocks of the two machines; null when nothing came. */
  latencyMs: { p50: number | null; p99: number | null }
  /** Links from the publisher to here, as last known; null when there was never a way. */
  hops: number | null
}

export interface Counts {
  frames: number
  /** Missing between the first and the last that came. */
  lost: number
  duplicates: number
  /** Came after a later one. */
  outOfOrder: number
}
