import type { Command, Output } from '../contract.ts'
import { type ChannelId, checkChannelName, checkTracks, openChannelId } from '../ids.ts'
import type { SubscribeOptions, Subscription } from './api.ts'
import type { Integrity } from './integrity.ts'
import { EventQueue, incomingObject, told, unreadEventsMax } from './subscription.ts'

/** What the subscriptions need of their node. */
interface SubscriptionSource {
  /** @throws TypeError for a command that makes no sense */
  command: (command: Command) => void
  /** Checks what is delivered. */
  checks: Pick<Integrity, 'told' | 'delivered' | 'unsubscribed'>
}

/** All that the applications of this node subscribe to. */
export class LocalSubscriptions {
  readonly #source: SubscriptionSource
  readonly #open = new Map<ChannelId, EventQueue>()

  constructor(source: SubscriptionSource) {
    this.#source = source
  }

  /** @throws TypeError as `Hopcast.subscribe` says */
  subscribe(channel: string, options: SubscribeOptions): Subscription {
    const name = checkChannelName(channel)
    const { tracks = [0], mode = 'any' } = options
    checkTracks(tracks)
    if (mode !== 'any' && mode !== 'all') {
      throw new TypeError(`${JSON.stringify(mode)} is no mode: use any or all`)
    }
    const id = openChannelId(name)
    if (this.#open.has(id)) throw new TypeError(`${JSON.stringify(name)} is subscribed already`)
    const queue = new EventQueue(name, unreadEventsMax[mode], () => {
      this.#open.delete(id)
      this.#source.checks.unsubscribed(id)
      this.#source.command({ type: 'unsubscribe', channel: id })
    })
    // Known before the core answers, which it may do at once.
    this.#open.set(id, queue)
    this.#source.command({ type: 'subscribe', channel: id, tracks, mode })
    return queue
  }

  /** The name under which a channel is subscribed. */
  name(channel: ChannelId): string | undefined {
    return this.#open.get(channel)?.channel
  }

  /** What the core says of a subscription. */
  handleEvent(output: Extract<Output, { type: 'subscription' }>): void {
    this.#source.checks.told(output)
    this.#open.get(output.channel)?.push(told(output))
  }

  /** An object, or a list. The application does not wait for what a check says. */
  deliver(output: Extract<Output, { type: 'deliver' }>): void {
    const { channel, object } = output
    if (!object.header.list) this.#open.get(channel)?.push(incomingObject(output, object))
    this.#source.checks.delivered(output)
  }

  close(): void {
    for (const queue of this.#open.values()) queue.close()
  }
}
