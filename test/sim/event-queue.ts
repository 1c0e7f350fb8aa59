import type { Millis } from '@hopcast/protocol'

interface Event {
  at: Millis
  /** Events of the same time happen in the order in which they were added. */
  order: number
  run: () => void
}

/** What is to happen, the earliest first: a binary heap. */
export class EventQueue {
  readonly #heap: Event[] = []
  #added = 0

  /** When the next event happens, if there is one. */
  get nextAt(): Millis | undefined {
    return this.#heap[0]?.at
  }

  add(at: Millis, run: () => void): void {
    const heap = this.#heap
    const event: Event = { at, order: this.#added++, run }
    let index = heap.length
    while (index > 0) {
      const parent = heap[(index - 1) >> 1] as Event
      if (isBefore(parent, event)) break
      heap[index] = parent
      index = (index - 1) >> 1
    }
    heap[index] = event
  }

  take(): (() => void) | undefined {
    const heap = this.#heap
    const first = heap[0]
    const last = heap.pop()
    if (first === undefined || last === undefined || heap.length === 0) return first?.run
    let index = 0
    for (;;) {
      let child = 2 * index + 1
      if (child >= heap.length) break
      const right = heap[child + 1]
      if (right !== undefined && isBefore(right, heap[child] as Event)) child++
      const smaller = heap[child] as Event
      if (isBefore(last, smaller)) break
      heap[index] = smaller
      index = child
    }
    heap[index] = last
    return first.run
  }
}

function isBefore(a: Event, b: Event): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order)
}
