import { expect, it } from 'vitest'
import { WebError } from './errors.ts'
import { microphoneError } from './microphone.ts'

it.each([
  ['NotAllowedError', 'microphone-denied', /allow it/],
  ['NotFoundError', 'microphone-missing', /plug one in/],
  ['NotReadableError', 'microphone-busy', /close other programs/]
])('microphoneError says for %s what to do', (name, code, wayOut) => {
  const error = microphoneError(new DOMException('raw text of the browser', name)) as WebError
  expect(error).toBeInstanceOf(WebError)
  expect(error.code).toBe(code)
  expect(error.message).toMatch(wayOut)
})

it('microphoneError passes on what is nobody’s microphone', () => {
  const bug = new TypeError('a bug')
  expect(microphoneError(bug)).toBe(bug)
})
