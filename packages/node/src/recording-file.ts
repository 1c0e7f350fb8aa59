import { open, stat, unlink } from 'node:fs/promises'
import { type AudioFrame, type AudioTrack, Recording } from '@hopcast/media'
import { FilePathTarget } from 'mediabunny'
import { loadCodecs } from './codecs.ts'
import { CliError, reasonOf } from './errors.ts'
import type { FrameSink } from './reception.ts'
import { RecordingTime } from './recording-time.ts'

/** `--out`: a file that is begun with the first frame, so that a listener who hears nothing replaces nothing. */
export class RecordingFile implements FrameSink {
  /** The file was there before, and will be replaced. */
  readonly replaces: boolean
  readonly #path: string
  readonly #format: 'ogg' | 'wav'
  readonly #time = new RecordingTime()
  #track: AudioTrack | undefined
  #recording: Recording | undefined

  private constructor(path: string, format: 'ogg' | 'wav', replaces: boolean) {
    this.#path = path
    this.#format = format
    this.replaces = replaces
  }

  /** @throws CliError when the file cannot be written, or its format not made */
  static async open({ path, format }: { path: string; format: 'ogg' | 'wav' }): Promise<RecordingFile> {
    if (format === 'wav') await loadCodecs()
    const replaces = await exists(path)
    try {
      const file = await open(path, 'a')
      await file.close()
    } catch (error) {
      throw new CliError(`cannot record to ${path}: ${reasonOf(error)}`)
    }
    return new RecordingFile(path, format, replaces)
  }

  async start(track: AudioTrack, resumed: boolean): Promise<void> {
    this.#track = track
    if (!resumed) this.#time.startRun()
  }

  async frame(frame: AudioFrame): Promise<void> {
    const ptsUs = this.#time.place(frame.ptsUs, frame.durationUs)
    await this.#orFail(async () => {
      this.#recording ??= await this.#begin()
      await this.#recording.write({ ...frame, ptsUs })
    })
  }

  async close(): Promise<void> {
    const recording = this.#recording
    if (recording !== undefined) await this.#orFail(() => recording.finish())
    else if (!this.replaces) await unlink(this.#path).catch(() => {})
  }

  #begin(): Promise<Recording> {
    return Recording.create({
      format: this.#format,
      // Without chunks of 16 MB: what came is in the file also when this process dies. An Ogg file can then be played; a
      // WAV file still says that it is empty.
      target: new FilePathTarget(this.#path, { chunked: false }),
      channels: this.#track?.channels ?? 1
    })
  }

  async #orFail(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      throw new CliError(`cannot record to ${this.#path}: ${reasonOf(error)}`)
    }
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    return (await stat(path)).size > 0
  } catch {
    return false
  }
}
