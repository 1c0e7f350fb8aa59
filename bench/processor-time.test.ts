import { expect, test } from 'vitest'
import { ticksOf } from './processor-time.ts'

test('User and system time are read behind a name with spaces and brackets', () => {
  expect(ticksOf('42 (a) (b 1) S 1 42 42 0 -1 4194560 2513 0 0 0 17 25 0 0 20 0 11 0 8 0\n')).toBe(42)
})
