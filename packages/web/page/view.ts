/** What the page shows, as data: `Session` makes it, `render` draws it. */
import type { ListenStats, PublishStats } from '@hopcast/web'

export interface View {
  activity: Activity
  channel: string
  /** This tab's peer id; undefined until it has joined. */
  self: string | undefined
  neighbours: Neighbour[]
  /** Those of them that take what is published here. */
  children: string[]
  /** Whether somebody else, to whom there is a way, publishes on the channel. */
  othersSpeak: boolean
}

export type Activity =
  | { type: 'joining' }
  | { type: 'idle' }
  | { type: 'connecting'; doing: 'listen' | 'publish' }
  | { type: 'listening'; stats: ListenStats }
  | { type: 'publishing'; stats: PublishStats }
  /** `message` says what happened and the way out. */
  | { type: 'failed'; message: string }

export interface Neighbour {
  peer: string
  transport: string
  rttMs: number | undefined
}

/** The end of a peer id: its beginning is the same for all. */
export function shortPeer(peer: string): string {
  return peer.slice(-6)
}

export function isBusy(activity: Activity): boolean {
  return activity.type === 'connecting' || activity.type === 'listening' || activity.type === 'publishing'
}
