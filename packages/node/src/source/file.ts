import { access, constants, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { MediaError, type Pcm, readAudio } from '@hopcast/media'
import { FilePathSource } from 'mediabunny'
import { loadCodecs } from '../codecs.ts'
import { CliError, reasonOf } from '../errors.ts'
import type { Channels, VoiceSource } from './voice-source.ts'

/**
 * Opens an audio file of any kind that mediabunny reads, and reads its beginning.
 *
 * @throws CliError when it is missing, cannot be read, or holds no sound
 */
export async function openFile(
  { path, loop }: { path: string; loop: boolean },
  channels: Channels
): Promise<VoiceSource> {
  await checkReadable(path)
  await loadCodecs()
  const first = read(path, channels)
  const beginning = await first.next()
  if (beginning.done === true) throw new CliError(`file ${path} holds no sound`)
  return {
    description: basename(path),
    waits: true,
    speed: 1,
    pcm: playedFrom(beginning.value, first, loop ? () => read(path, channels) : undefined),
    close: async () => {
      await first.return(undefined)
    }
  }
}

async function checkReadable(path: string): Promise<void> {
  try {
    await access(path, constants.R_OK)
    const file = await stat(path)
    if (file.isDirectory()) throw new CliError(`file ${path} cannot be read: it is a directory`)
    if (file.isFile() && file.size === 0) throw new CliError(`file ${path} is empty`)
  } catch (error) {
    if (error instanceof CliError) throw error
    throw new CliError(`file ${path} cannot be read: ${reasonOf(error)}`)
  }
}

async function* playedFrom(
  beginning: Pcm,
  rest: AsyncIterable<Pcm>,
  again: (() => AsyncIterable<Pcm>) | undefined
): AsyncGenerator<Pcm> {
  yield beginning
  yield* rest
  while (again !== undefined) yield* again()
}

async function* read(path: string, channels: Channels): AsyncGenerator<Pcm> {
  try {
    yield* readAudio(new FilePathSource(path), { channels })
  } catch (error) {
    if (error instanceof MediaError) throw new CliError(`file ${path} cannot be published: ${error.message}`)
    throw new CliError(`file ${path} cannot be read: ${reasonOf(error)}`)
  }
}
