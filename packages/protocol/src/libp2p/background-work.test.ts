import { describe, expect, test, vi } from 'vitest'
import { BackgroundWork, byMessage } from './background-work.ts'

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
  const doneNow = () => done.splice(0)
  /** What is done in the next turn; undefined when none is asked for. */
  const turn = () => {
    const next = turns.shift()
    next?.()
    return next && doneNow()
  }
  return { background, piece, doneNow, turn, turns }
}

describe('Work in the background', () => {
  test('is done for a millisecond in each turn, the first at once, in its order', async () => {
    const { background, piece, doneNow, turn } = work()
    const line = background.line()
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
    const results = Promise.all(names.map(name => line.run(piece(name))))
    expect(doneNow()).toEqual(['a', 'b', 'c'])
    expect(turn()).toEqual(['d', 'e', 'f'])
    expect(turn()).toEqual(['g'])
    expect(turn()).toEqual([])
    expect(turn()).toBe(undefined)
    expect(await results).toEqual(names)
  })

  test('of several lines is done in turn, so that none waits for all of another', () => {
    const { background, piece, doneNow, turn } = work()
    const [long, short] = [background.line(), background.line()]
    for (const name of ['a1', 'a2', 'a3', 'a4', 'a5', 'a6']) void long.run(piece(name))
    for (const name of ['b1', 'b2']) void short.run(piece(name))
    expect([doneNow(), turn(), turn()]).toEqual([
      ['a1', 'a2', 'a3'],
      ['a4', 'b1', 'a5'],
      ['b2', 'a6']
    ])
  })

  test('that leads to more is followed by it, and one turn is asked for at a time', () => {
    const { background, piece, doneNow, turn, turns } = work()
    const line = background.line()
    void line.run(async () => {
      void line.run(piece('b'))
      return piece('a')()
    })
    expect(doneNow()).toEqual(['a', 'b'])
    expect(turns).toHaveLength(1)
    void line.run(piece('c'))
    void line.run(piece('d'))
    expect(turns).toHaveLength(1)
    expect([doneNow(), turn()]).toEqual([['c'], ['d']])
  })

  test('that fails is told to who wanted it, and what is behind it is done', async () => {
    const { background, piece, doneNow } = work()
    const line = background.line()
    const failed = line.run(() => {
      throw new Error('no')
    })
    void line.run(piece('b'))
    expect(doneNow()).toEqual(['b'])
    await expect(failed).rejects.toThrow('no')
  })

  test('of a line that is closed is not done any more, and that of others is', () => {
    const { background, piece, doneNow, turn } = work()
    const [closed, open] = [background.line(), background.line()]
    for (const name of ['a1', 'a2', 'a3', 'a4']) void closed.run(piece(name))
    void open.run(piece('b1'))
    closed.close()
    expect([doneNow(), turn()]).toEqual([['a1', 'a2', 'a3'], ['b1']])
  })

  test('goes on where there is no setImmediate', async () => {
    let ms = 0
    const background = new BackgroundWork(() => ms++, byMessage())
    const line = background.line()
    const done: number[] = []
    for (const i of [0, 1, 2]) void line.run(async () => done.push(i))
    expect(done).toEqual([0])
    await vi.waitFor(() => expect(done).toEqual([0, 1, 2]))
  })
})
