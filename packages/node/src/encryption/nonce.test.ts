import { expect, test } from 'vitest'
import { Nonce } from './nonce.ts'

test('A nonce is four bytes of zeros and the number of messages before, of which there may be more than four thousand million', () => {
  const nonce = new Nonce()
  expect(Buffer.from(nonce.bytes).toString('hex')).toBe('000000000000000000000000')
  nonce.count()
  expect(Buffer.from(nonce.bytes).toString('hex')).toBe('000000000100000000000000')
  const late = new Nonce(2 ** 32 - 1)
  expect(Buffer.from(late.bytes).toString('hex')).toBe('00000000ffffffff00000000')
  late.count()
  expect(Buffer.from(late.bytes).toString('hex')).toBe('000000000000000001000000')
  late.count()
  expect(Buffer.from(late.bytes).toString('hex')).toBe('000000000100000001000000')
})
