import type { Millis } from '@hopcast/protocol'

/** Children per place: a flat heap has fewer levels, and a place's children lie side by side in memory. */
const arity = 4

/**
 * What is to happen, the earliest first; events of the same time in the order in which they were added. A heap whose keys
 * lie in arrays of plain numbers: comparing them touches no object.
 */
export class EventQueue<Event> {
  #size = 0
  #added = 0
  #at = new Float64Array(1_024)
  /** Counts the events as they are added. */
  #order = new Float64Array(1_024)
  readonly #events: Event[] = []

  /** When the next event happens, if there is one. */
  get nextAt(): Millis | undefined {
    return this.#size === 0 ? undefined : this.#at[0]
  }

  add(at: Millis, event: Event): void {
    if (this.#size === this.#at.length) this.#grow()
    let index = this.#size++
    while (index > 0) {
      const parent = Math.floor((index - 1) / arity)
      // Whatever is in already was added before, so at equal times it stays in front.
      if ((this.#at[parent] as number) <= at) break
      this.#move(parent, index)
      index = parent
    }
    this.#set(index, at, this.#added++, event)
  }

  take(): Event | undefined {
    if (this.#size === 0) return undefined
    const first = this.#events[0]
    const last = --this.#size
    const at = this.#at[last] as number
    const order = this.#order[last] as number
    const event = this.#events.pop() as Event
    if (last > 0) this.#set(this.#sink(at, order), at, order, event)
    return first
  }

  /** Moves up what comes before (at, order), from the top down; returns the place that is free then. */
  #sink(at: number, order: number): number {
    let index = 0
    for (;;) {
      const from = arity * index + 1
      if (from >= this.#size) return index
      const to = Math.min(from + arity, this.#size)
      let least = from
      for (let child = from + 1; child < to; child++) if (this.#isBefore(child, least)) least = child
      const leastAt = this.#at[least] as number
      if (at < leastAt || (at === leastAt && order < (this.#order[least] as number))) return index
      this.#move(least, index)
      index = least
    }
  }

  #isBefore(a: number, b: number): boolean {
    const atA = this.#at[a] as number
    const atB = this.#at[b] as number
    return atA < atB || (atA === atB && (this.#order[a] as number) < (this.#order[b] as number))
  }

  #move(from: number, to: number): void {
    this.#set(to, this.#at[from] as number, this.#order[from] as number, this.#events[from] as Event)
  }

  #set(index: number, at: number, order: number, event: Event): void {
    this.#at[index] = at
    this.#order[index] = order
    this.#events[index] = event
  }

  #grow(): void {
    const [at, order] = [this.#at, this.#order]
    this.#at = new Float64Array(2 * at.length)
    this.#at.set(at)
    this.#order = new Float64Array(2 * order.length)
    this.#order.set(order)
  }
}
