import type { Pcm } from '@hopcast/media'
import type { SourceChoice } from '../command-line.ts'
import type { Output } from '../output.ts'

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

/**
 * Opens what was chosen.
 *
 * @throws CliError when it is missing, or is no sound
 */
export async function openSource(
  choice: SourceChoice,
  channels: Channels,
  output: Output
): Promise<VoiceSource> {
  switch (choice.type) {
    case 'file':
      return (await import('./file.ts')).openFile(choice, channels)
    case 'tone':
      return (await import('./tone.ts')).tone(choice.hz, channels)
    case 'microphone':
      return (await import('./microphone.ts')).openMicrophone(choice.device, channels, message =>
        output.log(message)
      )
  }
}
