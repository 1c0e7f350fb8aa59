import { describe, expect, test } from 'vitest'
import { BackgroundWork } from './background-work.ts'

/** Work that takes 0.4 ms a piece, in turns that come when they are told to. */
function work() {
  const time = { ms: 0 }
  const turns: (() => void)[] = []
  const done: string[] = []
  const background = new BackgroundWork(
    () => time.ms,
    action => turns.push(action)
  )
  const piece = (name: string) => async () => {
    time.ms += 0.4
    done.push(name)
    return name
  }
  /** What is done in the next turn; undefined when none is asked for. */
  const turn = () => {
    const next = turns.shift()
    next?.()
    return next && done.splice(0)
  }
  return { background, piece, turn, turns }
}

describe('Work in the background', () => {
  test('is done a millisecond at a time, in its order', async () => {
    const { background, piece, turn } = work()
    const line = background.line()
    const results = Promise.all(['a', 'b', 'c', 'd', 'e'].map(name => line.run(piece(name))))
    expect(turn()).toEqual(['a', 'b', 'c'])
    expect(turn()).toEqual(['d', 'e'])
    expect(turn()).toBe(undefined)
    expect(await results).toEqual(['a', 'b', 'c', 'd', 'e'])
  })

  test('of several lines is done in turn, so that none waits for all of another', () => {
    const { background, piece, turn } = work()
    const [long, short] = [background.line(), background.line()]
    for (const name of ['a1', 'a2', 'a3', 'a4']) void long.run(piece(name))
    for (const name of ['b1', 'b2']) void short.run(piece(name))
    expect([turn(), turn()]).toEqual([
      ['a1', 'b1', 'a2'],
      ['b2', 'a3', 'a4']
    ])
  })

  test('that leads to more is followed by it, and one turn is asked for at a time', () => {
    const { background, piece, turn, turns } = work()
    const line = background.line()
    void line.run(async () => {
      void line.run(piece('b'))
      return piece('a')()
    })
    expect(turns).toHaveLength(1)
    expect(turn()).toEqual(['a', 'b'])
    void line.run(piece('c'))
    expect(turns).toHaveLength(1)
    expect(turn()).toEqual(['c'])
  })

  test('that fails is told to who wanted it, and what is behind it is done', async () => {
    const { background, piece, turn } = work()
    const line = background.line()
    const failed = line.run(async () => {
      throw new Error('no')
    })
    void line.run(piece('b'))
    expect(turn()).toEqual(['b'])
    await expect(failed).rejects.toThrow('no')
  })
})
