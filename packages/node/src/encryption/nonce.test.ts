import { expect, test } from 'vitest'
import { Nonce } from './nonce.ts'

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

test('A nonce is four bytes of zeros and the number of messages before, of which there may be more than four thousand million', () => {
  const nonce = new Nonce()
  expect(hex(nonce.next())).toBe('000000000000000000000000')
  expect(hex(nonce.next())).toBe('000000000100000000000000')
  const late = new Nonce(2 ** 32 - 1)
  expect(hex(late.next())).toBe('00000000ffffffff00000000')
  expect(hex(late.next())).toBe('000000000000000001000000')
  expect(hex(late.next())).toBe('000000000100000001000000')
})

test('Each key has a nonce of its own, though all are told in the same memory', () => {
  const [one, other] = [new Nonce(), new Nonce(7)]
  expect(hex(one.next())).toBe('000000000000000000000000')
  expect(hex(other.next())).toBe('000000000700000000000000')
  expect(hex(one.next())).toBe('000000000100000000000000')
  expect(hex(other.next())).toBe('000000000800000000000000')
})
