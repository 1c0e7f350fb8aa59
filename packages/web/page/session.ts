/** What the person at the page is doing, one thing at a time: joining, listening, publishing, or nothing. */
import {
  type JoinOptions,
  join,
  type Listening,
  openMicrophone,
  openSoundCard,
  type Peer,
  type Publishing,
  WebError
} from '@hopcast/web'
import type { Activity, View } from './view.ts'

/** What has to be given back when the person presses Stop. */
interface Running {
  audioContext: AudioContext
  listening?: Listening
  publishing?: Publishing
  microphone?: MediaStream
}

interface SessionInit {
  join: JoinOptions
  channel: string
  /** Called after every change of `view`. */
  onChange: (view: View) => void
}

export class Session {
  readonly #init: SessionInit
  #peer: Promise<Peer> | undefined
  #joined: Peer | undefined
  #running: Running | undefined
  #channel: string
  #activity: Activity = { type: 'joining' }

  constructor(init: SessionInit) {
    this.#init = init
    this.#channel = init.channel
  }

  get view(): View {
    const { neighbours = [], streams = [], channels = [], routes = [] } = this.#joined?.status() ?? {}
    const self = this.#joined?.peerId
    const speakers = channels.find(({ name }) => name === this.#channel)?.publishers ?? []
    const isElsewhere = (speaker: string) =>
      routes.some(({ origin, nextHop }) => origin === speaker && nextHop !== undefined)
    return {
      activity: this.#activity,
      channel: this.#channel,
      self,
      neighbours: neighbours.map(({ peer, transport, rttMs }) => ({ peer, transport, rttMs })),
      children: streams.filter(({ publisher }) => publisher === self).flatMap(({ children }) => children),
      othersSpeak: speakers.some(isElsewhere)
    }
  }

  /** Root mean square of what is heard or spoken now, 0 to 1. */
  get level(): number {
    return this.#running?.listening?.level ?? this.#running?.publishing?.level ?? 0
  }

  /** Joins the network as soon as the page is open, so that it can be seen. */
  async start(): Promise<void> {
    try {
      await this.#join()
      if (this.#activity.type === 'joining') this.#become({ type: 'idle' })
    } catch (error) {
      if (this.#activity.type === 'joining') this.#fail(error)
    }
  }

  /** Call it in the click: browsers start sound only there. */
  async listen(channel: string): Promise<void> {
    await this.#run('listen', channel, async (running, peer) => {
      running.listening = await peer.listen(channel, {
        audioContext: running.audioContext,
        onStats: stats => {
          if (this.#running === running) this.#become({ type: 'listening', stats })
        }
      })
    })
  }

  /** Call it in the click. `raw`: without echo cancelling and gain. */
  async publish(channel: string, raw: boolean): Promise<void> {
    await this.#run('publish', channel, async (running, peer) => {
      running.microphone = await openMicrophone({ raw })
      if (this.#running !== running) return
      running.publishing = await peer.publish(channel, {
        stream: running.microphone,
        audioContext: running.audioContext,
        onStats: stats => {
          if (this.#running === running) this.#become({ type: 'publishing', stats })
        }
      })
    })
  }

  async stop(): Promise<void> {
    const running = this.#running
    this.#running = undefined
    this.#become({ type: 'idle' })
    if (running) await release(running)
  }

  async #run(
    doing: 'listen' | 'publish',
    channel: string,
    action: (running: Running, peer: Peer) => Promise<void>
  ): Promise<void> {
    if (this.#running) return
    this.#channel = channel
    let running: Running | undefined
    try {
      running = { audioContext: openSoundCard() }
      // Here, in the click, and not after the first `await`.
      void running.audioContext.resume()
      this.#running = running
      this.#become({ type: 'connecting', doing })
      const peer = await this.#join()
      if (this.#running === running) await action(running, peer)
      // Stop was pressed meanwhile: what has been opened since is given back too.
      if (this.#running !== running) await release(running)
    } catch (error) {
      if (running) await release(running)
      if (running && this.#running !== running) return
      this.#running = undefined
      this.#fail(error)
    }
  }

  /** Joins once; again only if that failed. */
  #join(): Promise<Peer> {
    this.#peer ??= join(this.#init.join).then(
      peer => {
        this.#joined = peer
        peer.on(() => this.#changed())
        return peer
      },
      error => {
        this.#peer = undefined
        throw error
      }
    )
    return this.#peer
  }

  #fail(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error)
    const again = error instanceof WebError && error.code === 'no-relay' ? ' Press Listen to try again.' : ''
    this.#become({ type: 'failed', message: message + again })
  }

  #become(activity: Activity): void {
    this.#activity = activity
    this.#changed()
  }

  #changed(): void {
    this.#init.onChange(this.view)
  }
}

async function release(running: Running): Promise<void> {
  for (const track of running.microphone?.getTracks() ?? []) track.stop()
  await running.listening?.stop()
  await running.publishing?.stop()
  if (running.audioContext.state !== 'closed') await running.audioContext.close()
}
