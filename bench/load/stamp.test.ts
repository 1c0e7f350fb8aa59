import { expect, test } from 'vitest'
import { stamp, stampBytes, stampNumber, stampSentMs } from './stamp.ts'

test('A message tells its number and when it left, also as a part of what was read', () => {
  const bytes = new Uint8Array(7 + stampBytes)
  const payload = bytes.subarray(7)
  stamp(payload, 0xfedc_ba98, 1_234.567)
  expect(stampNumber(payload)).toBe(0xfedc_ba98)
  expect(stampSentMs(payload)).toBe(1_234.567)
})
