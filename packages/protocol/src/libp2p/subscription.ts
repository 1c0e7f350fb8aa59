import type { PeerId } from '../ids.ts'
import type { SubscriptionEvent as CoreEvent } from '../subscriptions.ts'
import type { ObjectFrame } from '../wire/messages.ts'
import { objectNumber, objectPayload } from '../wire/object.ts'
import type { IncomingObject, Subscription, SubscriptionEvent } from './api.ts'

/** What a reader may leave unread: ten seconds of voice, of one publisher or of sixteen. */
export const unreadEventsMax = { any: 512, all: 8_192 }

/** The bounded queue between the core and one reader. */
export class EventQueue implements Subscription {
  readonly channel: string
  readonly #unreadMax: number
  readonly #onClose: () => void
  readonly #events: SubscriptionEvent[] = []
  #wake: (() => void) | undefined
  #closed = false
  dropped = 0

  constructor(channel: string, unreadMax: number, onClose: () => void) {
    this.channel = channel
    this.#unreadMax = unreadMax
    this.#onClose = onClose
  }

  push(event: SubscriptionEvent): void {
    if (this.#closed) return
    this.#events.push(event)
    if (this.#events.length > this.#unreadMax) this.#dropOldestObject()
    this.#wake?.()
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#onClose()
    this.#wake?.()
  }

  async *[Symbol.asyncIterator](): AsyncIterator<SubscriptionEvent> {
    try {
      while (!this.#closed) {
        const event = this.#events.shift()
        if (event === undefined) await this.#pushed()
        else yield event
      }
    } finally {
      this.close()
    }
  }

  #pushed(): Promise<void> {
    return new Promise(resolve => {
      this.#wake = () => {
        this.#wake = undefined
        resolve()
      }
    })
  }

  #dropOldestObject(): void {
    const oldest = this.#events.findIndex(event => event.type === 'object')
    this.#events.splice(Math.max(oldest, 0), 1)
    this.dropped++
  }
}

/** An object as the application gets it. */
export function incomingObject(
  { publisher, track }: { publisher: PeerId; track: number },
  object: ObjectFrame
): IncomingObject {
  const { key, timestampUs } = object.header
  const seq = objectNumber(object.header)
  return { type: 'object', publisher, track, seq, key, timestampUs, payload: objectPayload(object) }
}

/** What the core says of a subscription, as the application is told. */
export function told({ publisher, epoch, event }: CoreEvent): SubscriptionEvent {
  if (event.type !== 'started') return { ...event, publisher }
  return { type: 'started', publisher, epoch, catalog: event.announcement.catalog }
}
