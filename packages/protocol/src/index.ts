export type { VerifiedAnnouncement } from './channels.ts'
export type { Config } from './config.ts'
export type {
  Command,
  Input,
  Output,
  OverlayOptions,
  Rng,
  TrackRate,
  WrittenObject
} from './contract.ts'
export { Deadlines } from './deadlines.ts'
export { defaultConfig } from './default-config.ts'
export {
  type ChannelId,
  channelNameRule,
  checkChannelName,
  type Micros,
  type Millis,
  openChannelId,
  type PeerId,
  type StreamId,
  streamId,
  type Verified
} from './ids.ts'
export type { SubscribeMode } from './interests.ts'
export { neighbourLimits, placesMinBeside } from './neighbour-limits.ts'
export { Overlay } from './overlay.ts'
export type { AnnouncementDraft, Publication } from './own-runs.ts'
export { type DropCounts, type DropReason, ObjectQueue } from './queue.ts'
export type { SubscriptionChange, SubscriptionEvent } from './subscriptions.ts'
