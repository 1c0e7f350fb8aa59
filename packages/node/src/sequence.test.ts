import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SequenceCounter } from './sequence.ts'

function counted(seqs: number[]) {
  const counter = new SequenceCounter()
  counter.start('publisher', 1)
  for (const seq of seqs) counter.add(seq)
  return counter.counts
}

describe('A sequence counter', () => {
  test('counts nothing lost when it begins in the middle', () => {
    expect(counted([700, 701, 702])).toEqual({ frames: 3, lost: 0, duplicates: 0, outOfOrder: 0 })
  })

  test('counts what is missing, and no longer when it comes late', () => {
    expect(counted([0, 1, 4])).toMatchObject({ frames: 3, lost: 2, outOfOrder: 0 })
    expect(counted([0, 1, 4, 2])).toMatchObject({ frames: 4, lost: 1, outOfOrder: 1 })
  })

  test('counts what comes twice, however late', () => {
    expect(counted([0, 1, 1, 0])).toMatchObject({ frames: 2, duplicates: 2, outOfOrder: 0 })
    expect(counted([0, ...Array.from({ length: 2000 }, (_, i) => i), 3])).toMatchObject({
      frames: 2000,
      duplicates: 2
    })
  })

  test('counts an object that lies before the first one as overtaken', () => {
    expect(counted([5, 3])).toEqual({ frames: 2, lost: 1, duplicates: 0, outOfOrder: 1 })
  })

  test('begins again with a new run, and goes on in the same one', () => {
    const counter = new SequenceCounter()
    counter.start('a', 1)
    counter.add(0)
    counter.start('a', 1)
    counter.add(2)
    counter.start('a', 2)
    counter.add(90)
    counter.start('b', 2)
    counter.add(0)
    expect(counter.counts).toEqual({ frames: 4, lost: 1, duplicates: 0, outOfOrder: 0 })
  })

  test('agrees with a set, for any order within its window', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(900), { minLength: 1, maxLength: 300 }), seqs => {
        const unique = new Set(seqs)
        const span = Math.max(...seqs) - Math.min(...seqs) + 1
        expect(counted(seqs)).toMatchObject({
          frames: unique.size,
          duplicates: seqs.length - unique.size,
          lost: span - unique.size
        })
      })
    )
  })
})
