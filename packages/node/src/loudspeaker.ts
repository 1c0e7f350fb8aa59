import { type AudioFrame, type AudioTrack, type Pcm, VoicePlayer } from '@hopcast/media'
import { ChildProgram } from './child-program.ts'
import { loadCodecs } from './codecs.ts'
import { CliError } from './errors.ts'
import { toPcm16 } from './pcm16.ts'
import type { FrameSink } from './reception.ts'
import { playerPackages, players } from './sound-programs.ts'

/** A program that finds no device says so within this. */
const startMs = 400
const tickMs = 10
/** What may wait for a player that does not take it: a second. The rest is dropped, so that the delay stays bounded. */
const waitingBytesMax = 96_000
const channels = 1

/** `--play`: the system's loudspeaker, through one of its programs. */
export class Loudspeaker implements FrameSink {
  readonly #program: ChildProgram
  readonly #player: VoicePlayer
  readonly #ticker: NodeJS.Timeout
  #closed = false

  private constructor(program: ChildProgram, player: VoicePlayer) {
    this.#program = program
    this.#player = player
    this.#ticker = setInterval(() => player.tick(performance.now()), tickMs)
  }

  /**
   * @param log is told when the program ends before its time; the sound is then not played any more
   * @throws CliError when nothing can play here, with what each program said and what to install
   */
  static async open(log: (message: string) => void): Promise<Loudspeaker> {
    await loadCodecs()
    const failures: string[] = []
    for (const { program, args } of players(channels)) {
      const running = new ChildProgram(program, args)
      // Some open the device only for the first sound.
      running.stdin.write(new Uint8Array(1920 * channels))
      const failure = await endedWithin(running, startMs)
      if (failure !== undefined) {
        failures.push(`${program}: ${failure}`)
        continue
      }
      const player = await VoicePlayer.create({ channels, onPcm: pcm => play(running, pcm) })
      const loudspeaker = new Loudspeaker(running, player)
      void running.ended.then(reason => {
        if (!loudspeaker.#closed) log(`the loudspeaker stopped: ${program}: ${reason}`)
      })
      return loudspeaker
    }
    throw new CliError(
      failures.length > 0
        ? `no loudspeaker: ${failures.join('; ')}; connect one, or install ${playerPackages}`
        : `no loudspeaker: there is no program that plays here; install ${playerPackages}`
    )
  }

  async start(_track: AudioTrack, resumed: boolean): Promise<void> {
    if (!resumed) this.#player.reset()
  }

  async frame(frame: AudioFrame, seq: number): Promise<void> {
    this.#player.push(frame, seq, performance.now())
  }

  async close(): Promise<void> {
    this.#closed = true
    clearInterval(this.#ticker)
    this.#player.close()
    await this.#program.end()
  }
}

function play(program: ChildProgram, pcm: Pcm): void {
  if (program.stdin.writable && program.stdin.writableLength < waitingBytesMax)
    program.stdin.write(toPcm16(pcm))
}

/** @returns why it ended; undefined when it still runs */
async function endedWithin(program: ChildProgram, ms: number): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>()
  const timer = setTimeout(resolve, ms, undefined)
  const reason = await Promise.race([program.ended, promise])
  clearTimeout(timer)
  return reason
}
