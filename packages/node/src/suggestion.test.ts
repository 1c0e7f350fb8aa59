import { expect, test } from 'vitest'
import { suggestion } from './suggestion.ts'

const known = ['relay', 'publish', 'listen']

test('A suggestion is the nearest word, also with two letters swapped', () => {
  expect(suggestion('rleay', known)).toBe('relay')
  expect(suggestion('publsh', known)).toBe('publish')
  expect(suggestion('listenn', known)).toBe('listen')
})

test('A suggestion is not made for something else entirely', () => {
  expect(suggestion('banana', known)).toBeUndefined()
  expect(suggestion('x'.repeat(10_000), known)).toBeUndefined()
})
