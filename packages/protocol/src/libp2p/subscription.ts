import type { Subscription, SubscriptionEvent } from './api.ts'

/** What a reader may leave unread: ten seconds of voice. */
export const unreadEventsMax = 512

/** The bounded queue between the core and one reader. */
export class EventQueue implements Subscription {
  readonly channel: string
  readonly #onClose: () => void
  readonly #events: SubscriptionEvent[] = []
  #wake: (() => void) | undefined
  #closed = false
  dropped = 0

  constructor(channel: string, onClose: () => void) {
    this.channel = channel
    this.#onClose = onClose
  }

  push(event: SubscriptionEvent): void {
    if (this.#closed) return
    this.#events.push(event)
    if (this.#events.length > unreadEventsMax) this.#dropOldestObject()
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
