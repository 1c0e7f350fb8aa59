import type { Pcm } from '@hopcast/media'

export type Channels = Pcm['channels']

/** Sound that is ready to be sent: it was found, and begins with the first block that is asked for. */
export interface VoiceSource {
  /** For people, e.g. `voice.ogg`. */
  description: string
  /** It can wait for the first listener, unlike a microphone. */
  waits: boolean
  /** How fast it may be read, relative to real time. */
  speed: number
  pcm: AsyncIterable<Pcm>
  /** Ends whatever feeds it. */
  close(): Promise<void>
}
