/**
 * The hopcast browser peer: this tab becomes a node of the network, which listens and publishes.
 *
 * ```ts
 * import { join, openMicrophone } from '@hopcast/web'
 *
 * const peer = await join({ relays: ['https://relay.example'] })
 *
 * listenButton.onclick = async () => {
 *   const listening = await peer.listen('demo', { onStats: stats => console.log(stats.state, stats.latencyMs) })
 *   stopButton.onclick = () => listening.stop()
 * }
 * talkButton.onclick = async () => peer.publish('demo', { stream: await openMicrophone() })
 * ```
 */
export { WebError, type WebErrorCode } from './errors.ts'
export type { Listening, ListenOptions, ListenState, ListenStats } from './listening.ts'
export { type MicrophoneOptions, openMicrophone } from './microphone.ts'
export { type JoinOptions, join, type Peer } from './peer.ts'
export type { Publishing, PublishOptions, PublishStats } from './publishing.ts'
export type { RelayTransport } from './relay-addresses.ts'
export { openSoundCard } from './sound-card.ts'
