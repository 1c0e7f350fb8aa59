import { pipe } from 'it-pipe'
import { ChildProgram } from '../child-program.ts'
import { CliError } from '../errors.ts'
import { fromPcm16 } from '../pcm16.ts'
import { recorderPackages, recorders, type SoundProgram } from '../sound-programs.ts'
import type { Channels, VoiceSource } from './voice-source.ts'

/** A recorder that runs but is given no sound, e.g. by a server that has no source. */
const firstSoundMs = 3000

/** A real device never runs 1 % fast; one without hardware gives as fast as it is read. */
const microphoneSpeed = 1.01

/**
 * Opens the system's default microphone, or the one that its recorder calls `device`: with the first recorder that
 * gives sound.
 *
 * @param warn is told about recorders that gave none
 * @throws CliError when none does, with what each said and what to install
 */
export async function openMicrophone(
  device: string | undefined,
  channels: Channels,
  warn: (message: string) => void
): Promise<VoiceSource> {
  const failures: string[] = []
  for (const choice of recorders(device, channels)) {
    const started = await start(choice)
    if ('failure' in started) {
      failures.push(`${choice.program}: ${started.failure}`)
      continue
    }
    if (failures.length > 0)
      warn(`recording with ${choice.program}, as others failed (${failures.join('; ')})`)
    return microphone(choice, started, channels, device)
  }
  const which = device === undefined ? 'no microphone' : `no microphone ${device}`
  throw new CliError(
    failures.length > 0
      ? `${which}: ${failures.join('; ')}; connect one, name another (--mic DEVICE), or install ${recorderPackages}`
      : `${which}: there is no program that records here; install ${recorderPackages}`
  )
}

interface Started {
  recorder: ChildProgram
  chunks: AsyncIterator<Uint8Array>
  first: Uint8Array
}

async function start({ program, args, cwd }: SoundProgram): Promise<Started | { failure: string }> {
  const recorder = new ChildProgram(program, args, cwd)
  const chunks: AsyncIterator<Uint8Array> = recorder.stdout.iterator({ destroyOnReturn: false })
  const { promise: late, resolve } = Promise.withResolvers<'late'>()
  const timer = setTimeout(() => resolve('late'), firstSoundMs)
  const first = await Promise.race([chunks.next().catch(() => undefined), late])
  clearTimeout(timer)
  if (first !== 'late' && first?.done === false) return { recorder, chunks, first: first.value }
  if (first === 'late') {
    await recorder.end()
    return { failure: `gave no sound within ${firstSoundMs / 1000} s` }
  }
  return { failure: await recorder.ended }
}

function microphone(
  { program }: SoundProgram,
  { recorder, chunks, first }: Started,
  channels: Channels,
  device: string | undefined
): VoiceSource {
  let closed = false
  async function* bytes(): AsyncGenerator<Uint8Array> {
    yield first
    for (;;) {
      const chunk = await chunks.next()
      if (chunk.done === true) break
      yield chunk.value
    }
    const reason = await recorder.ended
    if (!closed) throw new CliError(`the microphone stopped: ${program}: ${reason}`)
  }
  return {
    description: `${device === undefined ? 'the microphone' : `microphone ${device}`} (${program})`,
    waits: false,
    speed: microphoneSpeed,
    pcm: pipe(bytes(), fromPcm16(channels)),
    close: async () => {
      closed = true
      await recorder.end()
    }
  }
}
