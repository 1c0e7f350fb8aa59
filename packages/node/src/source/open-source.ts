import type { SourceChoice } from '../command-line.ts'
import type { Output } from '../output.ts'
import type { Channels, VoiceSource } from './voice-source.ts'

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
