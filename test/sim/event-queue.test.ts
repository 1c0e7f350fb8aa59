import fc from 'fast-check'
import { expect, it } from 'vitest'
import { EventQueue } from './event-queue.ts'

it('EventQueue hands out the earliest event first, and equal ones in the order in which they were added', () => {
  fc.assert(
    // Small numbers, so that many are equal; a negative one takes an event out.
    fc.property(fc.array(fc.integer({ min: -3, max: 6 })), numbers => {
      const queue = new EventQueue<() => void>()
      const waiting: { at: number; order: number }[] = []
      const take = (): void => {
        const [first] = waiting.sort((a, b) => a.at - b.at || a.order - b.order)
        let taken: unknown
        expect(queue.nextAt).toBe(first?.at)
        hook = value => {
          taken = value
        }
        queue.take()?.()
        expect(taken).toBe(waiting.shift())
      }
      let hook = (_: unknown): void => {}
      for (const [order, at] of numbers.entries()) {
        if (at < 0) {
          take()
          continue
        }
        const event = { at, order }
        waiting.push(event)
        queue.add(at, () => hook(event))
      }
      while (waiting.length > 0) take()
      expect(queue.take()).toBeUndefined()
    })
  )
})
