import { expect, test } from 'vitest'
import { until } from './until.ts'

test('A source ends when it is aborted, also while it gives nothing', async () => {
  const controller = new AbortController()
  async function* silent(): AsyncGenerator<number> {
    yield 1
    await new Promise(() => {})
  }
  const seen: number[] = []
  for await (const n of until<number>(controller.signal)(silent())) {
    seen.push(n)
    queueMicrotask(() => controller.abort())
  }
  expect(seen).toEqual([1])
})

test('A source that fails, fails', async () => {
  async function* broken(): AsyncGenerator<number> {
    yield 1
    throw new Error('broken')
  }
  await expect(Array.fromAsync(until<number>(new AbortController().signal)(broken()))).rejects.toThrow(
    'broken'
  )
})
